"""Pages of an order that no column has are those of the simple sort, whichever way they are found
(docs/decisions/0570)."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q, QuerySet
from django.test.utils import CaptureQueriesContext

from expertpool.core.lookups import Among, Implied, keys_named
from expertpool.core.ordering import InOrder, KeyOrder, Places
from expertpool.directory.models import Title, Unit, UnitAlias

pytestmark = pytest.mark.django_db


def make_titles(count: int) -> list[int]:
    Title.objects.all().delete()
    made = Title.objects.bulk_create(
        Title(name=f"职称{at:03d}", level=at % 7) for at in range(count)
    )
    return [one.pk for one in made]


def limit(monkeypatch: pytest.MonkeyPatch, block: int, share: int) -> None:
    monkeypatch.setattr("expertpool.core.ordering.BLOCK", block)
    monkeypatch.setattr("expertpool.core.ordering.SHARE", share)


def simply(rows: QuerySet[Any], keys: Sequence[int], column: str, *, descending: bool) -> list[int]:
    """Return the keys of all ``rows`` as they are sorted one by one."""
    known = keys[::-1] if descending else keys
    last = len(known)
    sign = -1 if descending else 1

    def place(row: Any) -> tuple[int, int, int]:
        key = getattr(row, f"{column}_id", row.pk)
        return (
            (known.index(key), 0, sign * row.pk)
            if key in known
            else (last, sign * key, sign * row.pk)
        )

    return [row.pk for row in sorted(rows, key=place)]


@pytest.mark.parametrize(("block", "share"), [(1, 1), (4, 1), (10, 2), (20, 8), (500, 8)])
@pytest.mark.parametrize("seed", range(4))
def test_a_page_is_that_of_the_simple_sort(
    block: int, share: int, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, block, share)
    random = Random(seed)
    keys = make_titles(90)
    random.shuffle(keys)
    # Some are not in the list yet, some that are in it are no more.
    order = KeyOrder(lambda: Places(listed))
    listed = [*keys[:80], 10**9, 10**9 + 1]
    random.shuffle(listed)
    beginning = Q(pk__in=listed[:30])
    named = [Q(Among("pk", keys[at::step])) for at, step in ((0, 2), (3, 9), (70, 1), (85, 1))]
    named += [named[0] & Q(level__lt=4), named[1] & named[0], named[1] | Q(level=2), ~named[1]]
    for wanted in (Q(), Q(level__lt=6), Q(level=2), Q(level=9), beginning, ~beginning, *named):
        rows = Title.objects.filter(wanted)
        for descending in (False, True):
            found = order.of(rows, descending=descending)
            expected = simply(rows, listed, "pk", descending=descending)
            start, count = random.randrange(90), random.randrange(1, 30)
            for part in (slice(start, start + count), slice(count), slice(None)):
                assert [one.pk for one in found[part]] == expected[part]
            assert [one.pk for one in found.iterator(chunk_size=7)] == expected
            assert found.count() == len(expected)


@pytest.mark.parametrize(("block", "share"), [(1, 1), (6, 1), (500, 8)])
def test_rows_about_the_same_follow_by_their_own_keys(
    block: int, share: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, block, share)
    random = Random(block)
    units = [Unit.objects.create(name=f"第{at}院", normalised_name=f"第{at}院") for at in range(20)]
    for at in range(60):
        UnitAlias.objects.create(
            unit=random.choice(units), name=f"别名{at}", normalised_name=f"别名{at}"
        )
    listed = [one.pk for one in units[:18]]
    random.shuffle(listed)
    rows = UnitAlias.objects.exclude(name__endswith="7")
    for descending in (False, True):
        found = KeyOrder(lambda: Places(listed), "unit").of(rows, descending=descending)
        expected = simply(rows, listed, "unit", descending=descending)
        for part in (slice(5), slice(20, 30), slice(50, 70), slice(None)):
            assert [one.pk for one in found[part]] == expected[part]


def test_keys_that_conditions_name_are_walked_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, 20, 2)
    keys = make_titles(200)
    order = KeyOrder(lambda: Places(keys))
    # They stand together, far from both ends: the keys of one block, then the rows of the page.
    far = Title.objects.filter(Q(Among("pk", keys[100:150]))).exclude(level=3)
    statements = asked(order.of(far), slice(5))
    assert [one.count(",") < 80 for one in statements] == [True, True]
    # Alternatives and what is ruled out name nobody.
    named, others = keys_named(far)
    assert named == keys[100:150]
    assert {*others} == {*Title.objects.exclude(level=3)}
    assert {*far} < {*others}  # they themselves are as they were
    assert keys_named(far.filter(Among("pk", keys[:7])))[0] == keys[:7]
    for rows in (
        Title.objects.filter(Q(Among("pk", keys)) | Q(level=3)),
        Title.objects.exclude(Among("pk", keys)),
        Title.objects.filter(Among("level", keys)),
        UnitAlias.objects.filter(Among("unit", keys)),
    ):
        assert keys_named(rows) == (None, rows)


def test_keys_that_conditions_imply_are_gathered_where_a_walk_is_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limit(monkeypatch, 20, 2)
    monkeypatch.setattr("expertpool.core.ordering.STROLL", 60)
    keys = make_titles(200)
    order = KeyOrder(lambda: Places(keys))
    gathered = list[int]()

    def gather(some: list[int]) -> set[int]:
        gathered.extend(some)
        return set(some)

    def fitting(some: list[int]) -> QuerySet[Title]:
        implied = Implied(lambda: gather(some))
        return Title.objects.filter(Among("pk", implied), pk__in=some).exclude(level=3)

    expected = [pk for pk in keys if not Title.objects.filter(pk=pk, level=3).exists()]
    # Many fit: a page is met soon.
    assert [one.pk for one in order.of(fitting(keys))[:5]] == expected[:5]
    assert not gathered
    # They stand far down: they are gathered, and walked alone.
    last = [pk for pk in expected if pk in keys[120:]]
    statements = asked(order.of(fitting(keys[120:])), slice(5))
    assert len(statements) == 3
    assert gathered == keys[120:]
    for part in (slice(5), slice(5, 20), slice(None)):
        assert [one.pk for one in order.of(fitting(keys[120:]))[part]] == last[part]
    assert order.of(fitting(keys[120:])).count() == len(last)
    # What another condition names is known: nobody is gathered.
    gathered.clear()
    both = fitting(keys[120:]).filter(Among("pk", keys[150:170]))
    assert [one.pk for one in order.of(both)[:5]] == [pk for pk in last if pk in keys[150:170]][:5]
    assert not gathered


def test_places_are_those_of_the_list() -> None:
    for keys in ([5, 2, 9], [10**12, 3, 10**11], []):
        known, others = Places(keys).ordered({1, 2, 3, 5, 10**12, 10**13})
        assert known == [key for key in keys if key in {2, 3, 5, 10**12}]
        assert {*known, *others} == {1, 2, 3, 5, 10**12, 10**13}
        assert not {*known} & {*others}


def asked(rows: InOrder, part: slice) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        list(rows[part])
    return [one["sql"] for one in queries]


def test_a_walk_asks_about_no_more_keys_than_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, 20, 2)
    keys = make_titles(200)
    order = KeyOrder(lambda: Places(keys))
    # The keys of one block, then the rows of the page.
    for rows in (Title.objects.all(), Title.objects.exclude(level=3)):
        walked = asked(order.of(rows), slice(5, 10))
        assert [one.count(",") < 60 for one in walked] == [True, True]
    # Whoever fits is met too seldom, or too far down: all that fit are gathered.
    far = Title.objects.filter(pk__in=keys[150:])
    assert len(asked(order.of(far), slice(5))) == 3
    assert len(asked(order.of(Title.objects.all()), slice(140, 150))) == 2
    assert not asked(order.of(far), slice(0))
    # Of a short list nothing is walked: it costs as much with one row as with three.
    monkeypatch.setattr("expertpool.core.ordering.BLOCK", 500)
    assert len(asked(order.of(far), slice(5))) == 2
