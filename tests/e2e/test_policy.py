"""What an office demands of draws of a regime holds for the next one, before its button is there."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from expertpool.draws.models import Draw
from expertpool.draws.settings import OWN_NUMBERS
from expertpool.projects.enums import Regime
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import drawer, sign_in
from tests.factories.accounts import make_user
from tests.factories.draws import make_ready_project
from tests.factories.experts import make_expert

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_what_a_regime_demands_is_told_before_the_button_and_sealed(
    open_browser: OpenBrowser,
) -> None:
    for _ in range(5):
        make_expert()
    operator = make_user("operator")
    project = make_ready_project(now=timezone.now(), seats=2)
    type(project).objects.update(regime=Regime.TENDER)
    fewest = OWN_NUMBERS["draws.candidates_per_seat", Regime.TENDER]
    office, desk = open_browser(), open_browser()
    sign_in(desk, operator)
    start = reverse("draws:start", args=[project.pk])
    desk.open(start)
    expect(desk.page.get_by_role("button", name="确认，开始抽取")).to_be_visible()

    sign_in(office, make_user("admin"))
    office.open("/settings/?q=招标投标")
    office.press(f"修改“{fewest.label}”")
    office.fill(fewest.label, "3", within=drawer(office))
    office.press("保存", within=drawer(office))
    office.sees("提高要求的立即生效")

    # He presses the button of a page that is older.
    desk.press("确认，开始抽取")
    desk.sees("5 名候选人要坐 2 个席位，制度规定每个席位至少 3 名")
    assert not Draw.objects.exists()
    desk.open(start)
    desk.sees("现在还不能抽取")
    expect(desk.page.get_by_role("button", name="确认，开始抽取")).to_have_count(0)

    make_expert()
    desk.open(start)
    desk.press("确认，开始抽取")
    desk.sees("送达后起算")
    sealed = Draw.objects.get().rule.policy
    assert sealed is not None
    assert sealed.candidates_per_seat == 3
