"""The fields of conditions over experts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection

from expertpool.core.criteria import Context, CriteriaError, explain, parse, to_q
from expertpool.experts.models import Expert
from expertpool.experts.queries.criteria import SUBJECT, participation_q
from expertpool.experts.queries.participation import (
    PARTICIPATION_COUNTERS,
    ParticipationCounter,
)
from tests.factories.experts import (
    NOW,
    make_division,
    make_expert,
    make_specialty,
    make_tag,
    make_unit,
)


def names(field: str, op: str, value: Any = None) -> str:
    leaf = {"field": field, "op": op} | ({} if value is None else {"value": value})
    q = to_q(parse(SUBJECT, leaf), Context(now=NOW))
    return "".join(sorted(one.name for one in Expert.objects.filter(q)))


@pytest.mark.shows("EXP-18", "EXP-16")
def test_a_specialty_includes_all_below_it(db: None) -> None:
    root = make_specialty("Q", "桥")
    leaf, sister = make_specialty("Q1", parent=root), make_specialty("Q2", parent=root)
    make_specialty("Q11", parent=leaf)
    other = make_specialty("R", "路")
    make_expert("甲", specialties=(leaf,))
    make_expert("乙", specialties=(sister, other))
    make_expert("丙", specialties=(other,))
    make_expert("丁")
    assert names("specialty", "in", [str(root.pk)]) == "乙甲"
    assert names("specialty", "in", [str(leaf.pk), str(other.pk)]) == "丙乙甲"
    assert names("specialty", "all", [str(root.pk), str(other.pk)]) == "乙"
    assert names("specialty", "not_in", [str(root.pk)]) == "丁丙"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT e.id FROM experts_expert e"
            " JOIN experts_expertspecialty l ON l.expert_id = e.id"
            " JOIN directory_specialty s ON s.id = l.specialty_id WHERE s.path LIKE 'Q/%'"
        )
        held = Expert.objects.filter(pk__in=[pk for (pk,) in cursor.fetchall()])
    assert {one.name for one in held} == {*names("specialty", "in", [str(root.pk)])}


def test_a_division_includes_all_below_it(db: None) -> None:
    province = make_division("980000", "试省")
    city = make_division("980100", "试市", parent=province)
    county = make_division("980102", "试县", parent=city)
    for name, division in (("甲", province), ("乙", city), ("丙", county), ("丁", None)):
        make_expert(name, division=division)
    assert names("division", "in", ["980000"]) == "丙乙甲"
    assert names("division", "in", ["980100"]) == "丙乙"
    assert names("division", "in", ["980102"]) == "丙"


@pytest.mark.shows("EXP-33")
def test_groups(db: None) -> None:
    one, two = make_tag("一"), make_tag("二")
    make_expert("甲", tags=(one, two))
    make_expert("乙", tags=(one,))
    make_expert("丙")
    assert names("tag", "in", [one.pk]) == "乙甲"
    assert names("tag", "all", [one.pk, two.pk]) == "甲"
    assert names("tag", "not_in", [one.pk]) == "丙"


def test_age_in_whole_years_on_the_day(db: None) -> None:
    make_expert("甲", birth_date=date(1976, 11, 24))  # 50 today
    make_expert("乙", birth_date=date(1976, 11, 25))  # 50 tomorrow
    make_expert("丙")
    assert names("age", "gte", 50) == "甲"
    assert names("age", "lte", 49) == "乙"
    assert names("age", "eq", 49) == "乙"
    assert names("age", "between", [49, 50]) == "乙甲"


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        (("title_level", "gte", 3), "甲"),
        (("title_level", "lte", 2), "乙"),
        (("title", "eq", "教授"), "甲"),
        (("education", "in", ["本科"]), "乙"),
        (("sex", "eq", "female"), "甲"),
        (("practice_years", "between", [10, 20]), "甲"),
        (("term_end", "lte", "2027-01-01"), "甲"),
        (("term_end", "empty"), "乙"),
        (("kind", "eq", "organisation"), "乙"),
        (("status", "eq", "formal"), "甲"),
        (("name", "contains", "乙"), "乙"),
        (("source", "eq", "import"), "甲"),
    ],
)
@pytest.mark.shows("EXP-23", "OVW-02")
def test_plain_fields(db: None, leaf: tuple[Any, ...], expected: str) -> None:
    make_expert(
        "甲",
        title_level=4,
        title="教授",
        sex="female",
        practice_years=12,
        term_end_date=date(2026, 12, 31),
        source="import",
    )
    make_expert("乙", title_level=2, education="本科", kind="organisation", status="frozen")
    assert names(*leaf) == expected


def test_the_employer(db: None) -> None:
    unit = make_unit("甲院")
    make_expert("甲", employer=unit)
    make_expert("乙")
    node = parse(SUBJECT, {"field": "employer", "op": "in", "value": [str(unit.pk)]})
    assert explain(node) == "工作单位 是 甲院"
    assert names("employer", "in", [str(unit.pk)]) == "甲"
    assert names("employer", "not_in", [str(unit.pk)]) == "乙"


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [("gte", 2, "甲"), ("lte", 1, "丙乙"), ("eq", 0, "丙"), ("between", (1, 2), "乙甲")],
)
def test_participation_counts_also_who_never_took_part(
    db: None, op: str, value: Any, expected: str
) -> None:
    counts = {make_expert("甲").pk: 2, make_expert("乙").pk: 1}
    make_expert("丙")
    counter = ParticipationCounter("tests", lambda _: counts)
    with PARTICIPATION_COUNTERS.holding(counter, alone=True):
        found = Expert.objects.filter(participation_q(op, value, Context(now=NOW)))
    assert "".join(sorted(one.name for one in found)) == expected


@pytest.mark.django_db
def test_the_list_does_not_ask_how_often_somebody_took_part() -> None:
    """It would tell who has just been drawn while names are sealed."""
    with pytest.raises(CriteriaError, match="participation"):
        parse(SUBJECT, {"field": "participation", "op": "gte", "value": 1})


@pytest.mark.parametrize(
    ("subject", "field"),
    [
        (SUBJECT, "employer"),
        (SUBJECT, "division"),
        (SUBJECT, "specialty"),
        ("projects.project", "purchaser"),
    ],
)
def test_a_digit_that_is_no_number_names_nothing(db: None, subject: str, field: str) -> None:
    with pytest.raises(CriteriaError, match="已不存在"):
        parse(subject, {"field": field, "op": "in", "value": ["²"]})
