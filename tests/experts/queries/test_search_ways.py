"""Every way by which a search finds experts finds the same ones, in the same order."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q, QuerySet
from django.test.utils import CaptureQueriesContext

from expertpool.accounts.models import User
from expertpool.directory.models import UnitAlias
from expertpool.experts.models import Expert
from expertpool.experts.queries.initials import words_of
from expertpool.experts.queries.names import BY_NAME
from expertpool.experts.queries.search import find, search
from expertpool.experts.services.packs import pack_experts
from tests.experts.queries.test_search import of_seven
from tests.factories.experts import make_expert, make_specialty, make_unit

pytestmark = pytest.mark.django_db
WORDS = (
    *("王", "李", "伟", "英", "设计", "给水", "工程", "院", "庄", "长沙"),
    *("W1", "w", "zx", "0002", "龘"),
)
Fits = list[tuple[str, list[Expert]]]
WAYS = {
    "gathered": {},
    "walked": {"FEW": 2, "NEWEST": 30, "SOON": 0, "SOME": 4},
    "by indexes": {"FEW": 2, "NEWEST": 30, "SOON": 99},
    "some walked, some by indexes": {"FEW": 2, "NEWEST": 30, "SOON": 3},
    "not looked up": {"FEW": 2, "NEWEST": 30, "SOON": 3, "MANY": 4, "TOLD": 9},
    "told by the newest": {"FEW": 2, "NEWEST": 30, "SOON": 1, "MANY": 0, "ENOUGH": 1},
    "laid over another": {"FEW": 12, "NEWEST": 30, "ONE_BY_ONE": 99},
    "one by one": {"FEW": 12, "NEWEST": 30, "ONE_BY_ONE": 0},
    "by indexes, one by one": {"FEW": 2, "NEWEST": 30, "SOON": 99, "ONE_BY_ONE": 0},
    "told by few": {"FEW": 2, "NEWEST": 30, "SOON": 1, "MANY": 0, "TOLD": 1},
    "more than can be gathered": {"FEW": 2, "NEWEST": 30, "SOON": 99, "FEW_TOGETHER": 3},
}


@pytest.fixture(scope="module")
def fits(once: Any) -> Fits:
    """Texts, each with those who fit it, the newest first: asked once in the plainest way, whichever finds them."""
    with once():
        random = make_crowd()
        texts = [" ".join(random.choices(WORDS, k=random.choice((1, 2, 2, 3)))) for _ in range(25)]
        return [(text, list(plainly(text).order_by("-pk"))) for text in texts]


def make_crowd() -> Random:
    """Sixty experts of few names, units and specialties, so that words fit many or hardly any."""
    random = Random(7)
    made = [make_unit(name) for name in ("李庄设计院", "王庄设计院", "市工程公司", "长沙院")]
    units = [None, *made]
    UnitAlias.objects.create(unit=made[3], name="李设", normalised_name="李设")
    leaves = [
        make_specialty(f"W{at}", name) for at, name in enumerate(("给水设计", "给水", "工程测量"))
    ]
    for at in range(60):
        name = random.choice("王李张") + random.choice(("伟", "秀英", "芳", "英伟"))
        unit, held = random.choice(units), random.sample(leaves, random.randint(0, 2))
        make_expert(name, employer=unit, number=f"ZJ20260{at:05d}", specialties=tuple(held))
    return random


def called_like(word: str) -> Q:
    """Who has ``word`` in his name, or initials that begin with it."""
    read = [(one.pk, one.name, words_of(one.name).split()) for one in Expert.objects.all()]
    begun = [pk for pk, _, words in read if any(one.startswith(word.lower()) for one in words)]
    return (
        Q(pk__in=begun)
        if word.isascii()
        else Q(pk__in=[pk for pk, name, _ in read if word in name])
    )


def plainly(text: str) -> QuerySet[Expert]:
    """Who fits ``text``, asked in the plainest way."""
    rows = Expert.objects.all()
    for word in text.split():
        number = Q(number__contains=word.upper()) if len(word) > 2 else Q(pk=None)
        if word.isdigit():
            number |= Q(pk__in=[one.pk for one in Expert.objects.all() if word in one.phone])
        rows = rows.filter(
            called_like(word)
            | number
            | Q(employer__name__icontains=word)
            | Q(employer__in=UnitAlias.objects.filter(name__icontains=word).values("unit"))
            | Q(specialties__name__icontains=word)
            | Q(specialties__code__iexact=word)
        ).distinct()
    return rows


def test_the_newest_tell_that_words_are_met_often(
    fits: Fits, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then nobody else is looked up: it would take longer than to meet the first page of them."""
    everybody = Expert.objects.all()
    assert find(everybody, "王 院", admin).some is None  # few: they are counted
    for name, value in {"FEW": 2, "MANY": 0, "NEWEST": 30, "ENOUGH": 3, "SOON": 3}.items():
        monkeypatch.setattr(f"expertpool.experts.queries.search.{name}", value)
    with CaptureQueriesContext(connection) as queries:
        outcome = find(everybody, "王 院", admin)
    assert not [one for one in queries if "UNION ALL" in one["sql"]]
    newest = set(everybody.order_by("-pk").values_list("pk", flat=True)[:30])
    met = {row.pk for row in plainly("王 院") if row.pk in newest}
    assert outcome.some is not None
    assert {row.pk for row in outcome.some} == met


@pytest.mark.parametrize("limits", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("units", [0, 500], ids=["many units", "few units"])
@pytest.mark.shows("EXP-22")
def test_every_way_finds_the_same_in_the_same_order(
    fits: Fits,
    admin: User,
    limits: dict[str, float],
    units: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (limits | {"FEW_UNITS": units}).items():
        monkeypatch.setattr(f"expertpool.experts.queries.search.{name}", value)
    of_seven(monkeypatch)
    if units:
        pack_experts()
    for text, wanted in fits:
        rows = search(Expert.objects.all(), text, admin).order_by("-pk")
        assert [one.number for one in rows] == [one.number for one in wanted], text
        newest = find(Expert.objects.all(), text, admin).newest
        if newest is not None and (keys := [one.pk for one in newest.order_by("-pk")]):
            assert keys == [one.pk for one in wanted if one.pk >= keys[-1]], text
        by_name = sorted(wanted, key=lambda one: (one.name, one.pk))
        found = search(Expert.objects.all(), text, admin, by_name=True)
        assert [one.number for one in BY_NAME.of(found)] == [one.number for one in by_name], text
