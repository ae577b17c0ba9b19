"""Who sees a field masked learns nothing of it by searching, sorting, filtering or counting."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.criteria import CriteriaError, criteria_fields, parse
from expertpool.draws.queries.conditions import SUBJECT as DRAW_CONDITION
from expertpool.experts.models import Expert
from expertpool.experts.queries.criteria import SUBJECT
from expertpool.experts.queries.names import BY_NAME
from expertpool.experts.tables import SORTS
from tests.factories.draws import make_ready_project
from tests.factories.experts import make_expert, make_id_number
from tests.fixtures import login

pytestmark = pytest.mark.django_db
LIST = reverse("experts:list")
GUARDED = ("phone", "id_number", "email", "bank_account", "address")
VALUES = {
    "phone": "13800138000",
    "id_number": make_id_number(),
    "email": "wang@example.cn",
    "bank_account": "6222020200112233445",
    "address": "长安街 1 号",
}


@pytest.fixture
def expert(db: None) -> Expert:
    return make_expert("王小明", number="ZJTAAAA", **VALUES)


def listed(client: Client, query: dict[str, str]) -> list[int]:
    response = client.get(LIST, query)
    assert response.status_code == 200
    return [row.pk for row in response.context["page"].object_list]


def condition(field: str) -> str:
    return json.dumps({"field": field, "op": "is", "value": VALUES[field]})


@pytest.mark.shows("EXP-39")
@pytest.mark.parametrize("field", GUARDED)
def test_a_value_is_not_found_by_searching_for_it(
    client: Client, operator: User, expert: Expert, field: str
) -> None:
    login(client, operator)
    for value in (VALUES[field], VALUES[field][-4:]):
        assert listed(client, {"q": value}) == []
        results = client.get(reverse("core:search"), {"q": value}).content.decode()
        assert expert.name not in results
        assert client.get(reverse("experts:options"), {"q": value}).json() == []


def test_who_sees_it_plain_finds_it(client: Client, admin: User, expert: Expert) -> None:
    """Negative control."""
    login(client, admin)
    assert listed(client, {"q": VALUES["phone"]}) == [expert.pk]


@pytest.mark.shows("EXP-39")
@pytest.mark.parametrize("field", GUARDED)
def test_a_list_is_not_sorted_by_it(client: Client, operator: User, field: str) -> None:
    made = [make_expert(phone=str(13_800_000_900 - n)) for n in range(3)]
    login(client, operator)
    usual = listed(client, {})
    for order in (field, f"-{field}", f"{field}_index"):
        assert listed(client, {"sort": order}) == usual
    assert {expert.pk for expert in made} == set(usual)
    named = [[one] if isinstance(one, str) else one for one in SORTS.values() if one is not BY_NAME]
    columns = {column for sort in named for column in sort}
    assert not columns & {*GUARDED, *(f"{name}_index" for name in GUARDED)}


@pytest.mark.shows("EXP-39", "DRAW-02")
@pytest.mark.parametrize("field", GUARDED)
def test_no_condition_filters_or_counts_by_it(
    client: Client, operator: User, expert: Expert, field: str
) -> None:
    login(client, operator)
    for subject in (SUBJECT, DRAW_CONDITION):
        with pytest.raises(CriteriaError):
            parse(subject, condition(field), viewer=operator)
    with_it = client.get(LIST, {"where": condition(field)})
    without = client.get(LIST, {"where": condition(field).replace(VALUES[field][-3:], "xyz")})
    counts = [page.context["page"].paginator.count for page in (with_it, without)]
    assert counts[0] == counts[1]
    project = make_ready_project(now=timezone.now())
    answer = client.post(
        reverse("draws:plan_count", args=[project.pk]),
        {"field": "criteria", "criteria": condition(field)},
    )
    assert "counts" not in answer.context
    assert answer.context["error"]


def test_a_field_of_conditions_that_reads_a_guarded_column_says_so() -> None:
    for subject in (SUBJECT, DRAW_CONDITION):
        for field in criteria_fields(subject):
            reads = set((field.path or field.code).split("__"))
            assert field.guard or not reads & set(GUARDED), field.code
