"""What is kept in versions is edited as other records are: who comes second is told, and decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.views.editing import READ
from expertpool.evaluations.enums import Target
from expertpool.evaluations.queries.forms import latest_form
from expertpool.evaluations.services.forms import form_to_use
from expertpool.fees.queries.rates import latest_rate
from expertpool.reviews.queries.rules import latest_rule
from tests.architecture.forms import forms_of
from tests.factories.accounts import make_user
from tests.factories.fees import make_rate
from tests.factories.review_rules import make_review_rule
from tests.fixtures import login

pytestmark = pytest.mark.django_db


def rating_form() -> Any:
    return form_to_use(Target.EXPERT, "", now=timezone.now())


@dataclass(frozen=True)
class Case:
    """One of them: its page, how the first version comes, ``latest``; what the first and the second person change."""

    page: str
    make: Callable[[], Model]
    latest: Callable[[Any], Any]
    first: tuple[str, str]
    second: tuple[str, str]
    told: str


CASES = [
    Case(
        "fees:rate_edit", make_rate, lambda row: latest_rate(row.name),
        ("source", "鲁财〔2026〕1号"), ("travel_cap", "300.00"), " → 鲁财〔2026〕1号",
    ),
    Case(
        "reviews:rule_edit", make_review_rule, lambda row: latest_rule(row.name),
        ("source", "评审办法"), ("far", "20"), " → 评审办法",
    ),
    Case(
        "evaluations:form_edit", rating_form, lambda row: latest_form(row.target, row.project_kind),
        ("grades", "好 90\n差 50"), ("dimensions", "业务水平 100"), "→ 好 90、差 50",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.page)
def test_who_saves_later_is_told_what_was_changed_and_saves_all_the_same(
    client: Client, admin: User, case: Case
) -> None:
    row: Any = case.make()
    url = reverse(case.page, args=[row.pk])
    opened = forms_of(login(client, admin).get(url).content.decode())[-1].values
    other = login(Client(), make_user("admin", name="管理员老张"))
    assert other.post(url, opened | dict([case.first])).status_code in {204, 302}

    late = client.post(url, opened | dict([case.second]))
    page = late.content.decode()
    assert late.status_code == 422
    for text in ("管理员老张 于 ", "仍按我填写的保存", "重新读取", "保留对方的修改"):
        assert text in page
    assert case.told in page
    assert case.latest(row).version == 2
    # Once more, knowing it: his own change, and what the other has made of the rest.
    again = forms_of(page)[-1].values
    assert client.post(url, again).status_code in {204, 302}
    latest = case.latest(row)
    assert latest.version == 3
    now = forms_of(client.get(reverse(case.page, args=[latest.pk])).content.decode())[-1].values
    for name, value in (case.first, case.second):
        assert "\n".join(now[name]).replace("\r", "").strip() == value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.page)
def test_an_old_version_opened_by_its_address_is_the_latest(
    client: Client, admin: User, case: Case
) -> None:
    row: Any = case.make()
    url = reverse(case.page, args=[row.pk])
    opened = forms_of(login(client, admin).get(url).content.decode())[-1].values
    assert client.post(url, opened | dict([case.first])).status_code in {204, 302}
    # By the address of the first version.
    values = forms_of(client.get(url).content.decode())[-1].values
    assert "\n".join(values[case.first[0]]).replace("\r", "").strip() == case.first[1]
    assert READ in values
    assert client.post(url, values | dict([case.second])).status_code in {204, 302}
    assert case.latest(row).version == 3
