"""An expert changes his file on a telephone; the office compares and decides at a desk."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import expect

from expertpool.changes.models import ChangeRequest
from expertpool.experts.models import Expert
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import Screen, drawer, sign_in
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert, make_unit

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def see(screen: Screen, name: str) -> None:
    if folder := os.environ.get("EXPERTPOOL_PICTURES"):
        screen.page.wait_for_timeout(500)
        screen.page.screenshot(path=f"{folder}/{name}.png")
    assert screen.overflow == 0


@pytest.mark.shows("PORT-11", "PORT-12", "PORT-14", "PORT-15", "EXP-15")
def test_a_change_is_asked_for_compared_and_found_in_the_history(open_browser: OpenBrowser) -> None:
    owner, admin = make_user("expert", name="王立新"), make_user("admin")
    expert = make_expert("王立新", user=owner, title="工程师", employer=make_unit("旧设计院"))
    phone = open_browser(phone=True)
    sign_in(phone, owner)
    phone.open("/my/file/")
    section = phone.page.locator(".card").filter(has_text="工作与职称")
    phone.press("修改", within=section)
    drawer(phone).get_by_label("职称", exact=True).select_option("高级工程师")
    drawer(phone).get_by_label("职务").fill("总工程师")
    drawer(phone).get_by_label("申请说明").fill("2026 年评上")
    see(phone, "own-form")
    phone.press("提交", within=drawer(phone))
    phone.sees("申请改为「高级工程师」，待核准")
    phone.sees("总工程师")
    see(phone, "own-file")
    stands = Expert.objects.get(pk=expert.pk)
    assert (stands.title, stands.position) == ("工程师", "总工程师")

    desk = open_browser()
    sign_in(desk, admin)
    request = ChangeRequest.objects.get()
    desk.open("/changes/")
    desk.press("对照")
    expect(desk.page.locator("ins")).to_have_text("高级工程师")
    desk.press("核准")
    drawer(desk).get_by_label("同意，按新值修改档案").check()
    see(desk, "decide")
    desk.press("提交", within=drawer(desk))
    desk.sees("已核准")
    desk.open(f"/experts/{expert.pk}/?tab=history")
    desk.page.locator("#version-from").select_option("1")
    desk.press("比较")
    changed = drawer(desk).locator("tr.is-picked")
    expect(changed).to_have_count(3)  # title, its level, position
    expect(changed.filter(has_text="职务")).to_contain_text("总工程师")
    see(desk, "compared")
    phone.open("/my/file/")
    phone.sees("已核准")
    assert ChangeRequest.objects.get(pk=request.pk).decided_by == admin
