"""Who sees a field masked learns nothing of it by searching, sorting, filtering or counting."""

from __future__ import annotations

import html
import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import RoleField, User
from expertpool.core.criteria import CriteriaError, criteria_fields, parse
from expertpool.draws.queries.conditions import SUBJECT as DRAW_CONDITION
from expertpool.experts.models import Expert
from expertpool.experts.queries.criteria import SUBJECT
from expertpool.experts.queries.names import BY_NAME
from expertpool.experts.queries.records import differences
from expertpool.experts.services.profile import update_expert
from expertpool.experts.tables import SORTS
from expertpool.joining.queries.contents import stored
from tests.factories.draws import make_ready_project
from tests.factories.experts import make_expert, make_id_number
from tests.factories.joining import make_application
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


def seen_at(user: User, level: str, address: str) -> str:
    """What a page says to ``user``, whose role has all guarded fields at ``level``."""
    for role in user.roles.all():
        for field in GUARDED:
            values = {"level": level}
            RoleField.objects.update_or_create(role=role, field=f"experts.{field}", defaults=values)
    response = login(Client(), user).get(address)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


@pytest.mark.shows("EXP-39")
def test_a_hidden_field_says_so_and_an_empty_one_is_empty(operator: User, expert: Expert) -> None:
    """Whether there is something behind a hidden one it does not say."""
    empty = make_expert("李娜", phone="", email="")
    for one in (expert, empty):
        page = seen_at(operator, "hidden", reverse("experts:detail", args=[one.pk]))
        # The head of the page has telephone and mail once more.
        assert page.count("无权查看") == len(GUARDED) + 2
        assert not any(value in page for value in VALUES.values())
    for level in ("masked", "plain"):
        for one in (expert, empty):
            page = seen_at(operator, level, reverse("experts:detail", args=[one.pk]))
            assert "无权查看" not in page
            assert ("138****8000" in page or VALUES["phone"] in page) is (one == expert)


@pytest.mark.shows("EXP-39")
def test_an_application_says_so_too(admin: User) -> None:
    application = make_application()
    address = reverse("joining:detail", args=[application.pk])
    assert "无权查看" not in seen_at(admin, "masked", address)
    page = seen_at(admin, "hidden", address)
    number = stored(application)["basic"]["phone"][0]
    assert number not in page
    assert "无权查看" in page


@pytest.mark.shows("EXP-39")
def test_versions_say_so_too(admin: User, operator: User, expert: Expert) -> None:
    for phone in ("13900139000", "13900139001"):
        update_expert(expert=expert, values={"phone": phone}, actor=admin, now=timezone.now())
    newer, older = expert.versions.order_by("-number")[:2]
    labels = {"phone": "手机号"}
    seen_at(operator, "hidden", reverse("experts:list"))
    (told,) = differences(older, newer, User.objects.get(pk=operator.pk), labels)
    assert (told.before, told.after) == ("无权查看", "无权查看")
