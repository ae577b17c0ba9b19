"""How far relations between units reach, against a naive search of the graph."""

from __future__ import annotations

from collections import deque
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from expertpool.audit.models import Entry
from expertpool.core.configuration import read_once
from expertpool.directory.models import Unit, UnitAlias, UnitRelation
from expertpool.directory.queries import related_units, units_matching, way_text, ways_from
from expertpool.directory.services.relations import save_relation
from expertpool.directory.settings import DEPTH, SHARE
from tests.factories.experts import make_unit, make_uscc
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 25)


def parent(owner: Unit, owned: Unit, **values: Any) -> UnitRelation:
    return UnitRelation.objects.create(owner=owner, owned=owned, kind="parent", **values)


def holds(owner: Unit, share: int, owned: Unit, **values: Any) -> UnitRelation:
    return UnitRelation.objects.create(
        owner=owner, owned=owned, kind="shareholder", share=share, **values
    )


def texts(unit: Unit) -> dict[str, str]:
    return {other.name: text for other, text in ways_from(unit, on=DAY)}


@pytest.mark.shows("DRAW-06")
def test_the_way_leads_up_and_from_there_down(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    buyer, group, sister, child, partner = (make_unit(name) for name in "甲乙丙丁戊")
    holds(group, 60, buyer)
    parent(group, sister)
    holds(buyer, 51, child)
    holds(partner, 49, child)  # owns a part of the child, and is nothing to 甲
    with django_assert_num_queries(2), read_once():  # the settings, the relations
        ways = related_units(
            {"甲": (DAY, {buyer.pk}), "丙": (DAY, {sister.pk}), "无": (DAY, set())}
        )
    assert set(ways["甲"]) == {buyer.pk, group.pk, sister.pk, child.pk}
    assert ways["甲"][buyer.pk] == ()
    assert set(ways["丙"]) == {sister.pk, group.pk, buyer.pk, child.pk}
    assert ways["无"] == {}
    assert texts(buyer) == {
        "乙": "甲 ← 控股 60% ← 乙",
        "丙": "甲 ← 控股 60% ← 乙 → 下级单位 → 丙",
        "丁": "甲 → 控股 51% → 丁",
    }
    assert texts(partner) == {"丁": "戊 → 持股 49% → 丁"}
    assert way_text("甲", (), {}) == "甲"


@pytest.mark.shows("DRAW-06")
def test_share_days_and_depth_decide_what_counts() -> None:
    buyer = make_unit("甲")
    day = timedelta(days=1)
    holds(make_unit("少"), 19, buyer)
    holds(make_unit("够"), 20, buyer)
    parent(make_unit("未始"), buyer, from_date=DAY + day)
    parent(make_unit("已终"), buyer, to_date=DAY - day)
    parent(make_unit("当日"), buyer, from_date=DAY, to_date=DAY)
    assert set(texts(buyer)) == {"够", "当日"}
    ways = related_units({days: (DAY + days * day, {buyer.pk}) for days in (-1, 1)})
    names = {days: {Unit.objects.get(pk=pk).name for pk in found} for days, found in ways.items()}
    assert names == {-1: {"甲", "够", "已终"}, 1: {"甲", "够", "未始"}}
    configure(SHARE, 50)
    assert set(texts(buyer)) == {"当日"}
    below = [buyer, *(make_unit(name) for name in "一二三四")]
    for owner, owned in pairwise(below):
        parent(owner, owned)
    assert set(texts(buyer)) == {"当日", "一", "二", "三"}
    configure(DEPTH, 1)
    assert set(texts(buyer)) == {"当日", "一"}


def test_units_equal_to_a_related_one_are_related_too() -> None:
    buyer = make_unit("甲")
    group = make_unit("乙集团有限公司", uscc=make_uscc(1))
    UnitAlias.objects.create(unit=group, name="乙集团", normalised_name="乙集团", shared=True)
    twin = make_unit("乙集团")  # entered by somebody else under its short name
    make_unit("乙集团有限公司", uscc=make_uscc(2))  # another unit of the same name
    holds(group, 60, buyer)
    child = make_unit("丙")
    parent(twin, child)
    assert texts(buyer) == {
        "乙集团有限公司": "甲 ← 控股 60% ← 乙集团有限公司",
        "乙集团": "甲 ← 控股 60% ← 乙集团有限公司",
        "丙": "甲 ← 控股 60% ← 乙集团有限公司 → 下级单位 → 丙",
    }


def naive(start: set[int], depth: int, share: int) -> dict[int, int]:
    """Search the graph breadth first; return the number of relations to each unit."""
    units = Unit.objects.in_bulk()
    rows = [
        row
        for row in UnitRelation.objects.all()
        if row.kind == "parent" or row.share >= share  # type: ignore[operator]
    ]
    found = {(unit, False): 0 for unit in start}
    queue = deque(found)
    while queue:
        unit, down = queue.popleft()
        steps = [(row.owned_id, True) for row in rows if row.owner_id == unit]
        if not down:
            steps += [(row.owner_id, False) for row in rows if row.owned_id == unit]
        for other, below in steps if found[unit, down] < depth else ():
            known = units[other]
            for same in {other} | units_matching(name=known.name, uscc=known.uscc):
                if (same, below) not in found:
                    found[same, below] = found[unit, down] + 1
                    queue.append((same, below))
    nearest: dict[int, int] = {}
    for (unit, _), steps_to in found.items():
        nearest[unit] = min(steps_to, nearest.get(unit, depth))
    return nearest


@pytest.mark.shows("DRAW-06")
@pytest.mark.parametrize("seed", range(12))
def test_the_closure_is_what_a_naive_search_finds(seed: int) -> None:
    random = Random(seed)
    depth, share = random.randint(1, 5), random.choice((10, 30, 50))
    configure(DEPTH, depth)
    configure(SHARE, share)
    names = [f"单位{at % 9}" for at in range(14)]  # some names twice, with and without a USCC
    units = [
        make_unit(name, uscc=make_uscc(at) if random.random() < 0.5 else "")
        for at, name in enumerate(names, 1)
    ]
    for unit in random.sample(units, 3):
        UnitAlias.objects.create(
            unit=unit, name="简称", normalised_name=random.choice(names), shared=True
        )
    for owner, owned in {tuple(random.sample(units, 2)) for _ in range(20)}:
        if random.random() < 0.3:
            parent(owner, owned)
        else:
            holds(owner, random.randint(1, 100), owned)
    origins = {key: {unit.pk for unit in random.sample(units, 2)} for key in ("一", "二")}
    ways = related_units({key: (DAY, start) for key, start in origins.items()})
    for key, start in origins.items():
        expected = naive(start, depth, share)
        assert {unit: len(way) for unit, way in ways[key].items()} == expected


def save(**values: Any) -> UnitRelation:
    return save_relation(relation=UnitRelation(**values), actor=None, now=timezone.now())


def test_a_relation_is_kept_ended_and_logged() -> None:
    one, two = make_unit("甲"), make_unit("乙")
    row = save(owner=one, owned=two, kind="shareholder", share=Decimal("33.40"), source="章程")
    assert (row.label, row.label_below) == ("持股 33.4%", "持股 33.4%")
    row.to_date = DAY
    save_relation(relation=row, actor=None, now=timezone.now())
    save(owner=one, owned=two, kind="shareholder", share=60, from_date=DAY)
    save(owner=two, owned=one, kind="shareholder", share=5)  # they may hold shares in each other
    actions = Entry.objects.filter(subject_type="directory.unitrelation").values_list(
        "action", flat=True
    )
    assert sorted(actions) == ["directory.create"] * 3 + ["directory.update"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kind": "shareholder"}, "持股比例"),
        ({"kind": "shareholder", "share": 101}, "持股比例"),
        ({"kind": "parent", "share": 60}, "持股比例"),
        ({"kind": "parent", "from_date": DAY, "to_date": date(2020, 1, 1)}, "早于"),
        ({"kind": "parent"}, "同样的"),
        ({"kind": "parent", "turned": True}, "互为上级"),
        ({"kind": "parent", "itself": True}, "自己的上级"),
    ],
)
def test_what_cannot_be_is_refused_with_the_way_out(values: dict[str, Any], message: str) -> None:
    one, two = make_unit("甲"), make_unit("乙")
    parent(one, two)
    owner, owned = (two, one) if values.pop("turned", False) else (one, two)
    owned = owner if values.pop("itself", False) else owned
    with pytest.raises(ValidationError) as refused:
        save(owner=owner, owned=owned, **values)
    assert message in str(refused.value)


def test_the_database_keeps_relations_whole() -> None:
    one = make_unit("甲")
    with pytest.raises(IntegrityError), transaction.atomic():
        parent(one, one)
    with pytest.raises(IntegrityError), transaction.atomic():
        UnitRelation.objects.create(owner=one, owned=make_unit("乙"), kind="shareholder")
