"""Units are proposed while one types, asked about when they are near, and merged."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import expect

from expertpool.directory.models import Unit
from expertpool.directory.services.near import compare_units
from expertpool.experts.models import Expert
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import Screen, drawer, sign_in
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert, make_unit, make_uscc

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def see(screen: Screen, name: str) -> None:
    for width in (1440, 390):
        screen.page.set_viewport_size({"width": width, "height": 900})
        screen.page.wait_for_timeout(500)
        if folder := os.environ.get("EXPERTPOOL_PICTURES"):
            screen.page.screenshot(path=f"{folder}/{name}-{width}.png")
        assert screen.overflow == 0
    screen.page.set_viewport_size({"width": 1440, "height": 900})


@pytest.mark.shows("EXP-16")
def test_a_unit_is_proposed_asked_about_and_merged(open_browser: OpenBrowser) -> None:
    full = make_unit("河南省建筑设计院有限公司", uscc=make_uscc(1))
    full.aliases.create(name="豫建院", normalised_name="豫建院")
    expert = make_expert("张伟")
    screen = open_browser()
    sign_in(screen, make_user("admin"))
    screen.open(f"/experts/{expert.pk}/edit/?section=work")
    name = screen.page.get_by_label("工作单位")
    name.press_sequentially("豫建")
    option = screen.page.get_by_role("option", name="河南省建筑设计院有限公司")
    expect(option).to_contain_text("又名 豫建院")
    see(screen, "proposed")
    name.press("ArrowDown")
    name.press("Enter")
    expect(name).to_have_value(full.name)
    expect(screen.page.get_by_label("统一社会信用代码")).to_have_value(full.uscc)
    # Another form of company: asked once.
    name.fill("河南省建筑设计院有限责任公司")
    name.press("Tab")
    screen.page.get_by_label("统一社会信用代码").fill("")
    screen.press("保存")
    screen.sees("确是另一家的，不用改，再保存一次即新建")
    see(screen, "asked")
    screen.press("保存")
    screen.page.wait_for_url(f"{screen.address}/experts/{expert.pk}/")
    assert Unit.objects.count() == 2

    compare_units()
    screen.open("/directory/units/")
    see(screen, "units")
    screen.press("疑似重复的单位")
    see(screen, "pairs")
    screen.press("合并")
    expect(drawer(screen)).to_contain_text("不能撤销")
    see(screen, "merge")
    # What was typed finds the first that fits, not "none".
    drawer(screen).locator(".ts-control").click()
    screen.page.keyboard.type("建筑设计院有限公司")
    offered = drawer(screen).locator(".ts-dropdown .option")
    expect(offered.first).to_contain_text(full.name)
    expect(offered.filter(has_text="请选择")).to_have_count(0)
    see(screen, "merge-typed")
    screen.page.keyboard.press("Enter")
    screen.press("合并", within=drawer(screen))
    screen.sees("没有疑似重复的单位")
    assert Unit.objects.get().pk == full.pk
    assert Expert.objects.get().employer == full
    screen.open(f"/directory/units/{full.pk}/relations/")
    see(screen, "merged")


def test_the_health_of_the_pool_leads_to_what_mends_it(open_browser: OpenBrowser) -> None:
    make_unit("河南省建筑设计院有限公司", uscc=make_uscc(1))
    expert = make_expert("张伟", employer=make_unit("河南省建筑设计院"), email="")
    compare_units()
    screen = open_browser()
    sign_in(screen, make_user("admin"))
    screen.press("专家库体检")
    screen.sees("没有邮箱")
    see(screen, "health")
    screen.page.get_by_role("row", name="没有邮箱").get_by_role("link").click()
    screen.sees(expert.name)
    see(screen, "health-list")
    screen.open("/experts/health/")
    screen.press("工作单位待核实")
    see(screen, "employers")
    screen.press("全部归入")
    expect(drawer(screen)).to_contain_text("全部随之改动：专家 1 条")
    screen.press("合并", within=drawer(screen))
    screen.sees("没有待核实的工作单位")
    assert Expert.objects.get().employer.uscc == make_uscc(1)
    screen.open("/experts/health/specialties/")
    see(screen, "thin")
