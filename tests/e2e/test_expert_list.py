"""The list of experts in a browser: many at once, a record section by section, a kept search."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from expertpool.core.models import SavedSearch
from expertpool.experts.models import Expert
from expertpool.experts.services.deletion import delete_expert
from expertpool.experts.services.status import unfreeze_expert
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import drawer, sign_in
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.mark.shows("EXP-19", "EXP-24", "EXP-26")
def test_a_clerk_keeps_the_pool(open_browser: OpenBrowser) -> None:
    for name in ("甲工", "乙工", "丙工"):
        make_expert(name)
    screen = open_browser()
    sign_in(screen, make_user("admin"))
    screen.open("/experts/")

    for name in ("甲工", "乙工"):
        screen.page.get_by_label(f"选择{name}").check()
    screen.press("冻结", within=screen.page.get_by_role("region", name="批量操作"))
    screen.page.get_by_label("冻结原因").fill("证书年检")
    screen.confirm()
    screen.sees("已冻结 2 位专家")
    expect(screen.page.locator("tbody .pill", has_text="冻结")).to_have_count(2)
    assert Expert.objects.filter(status="frozen").count() == 2

    screen.fill("关键词", "丙工")
    screen.press("查询", within=screen.page.get_by_role("search", name="筛选"))
    expect(screen.page.locator("tbody tr")).to_have_count(1)
    screen.press("保存当前筛选")
    screen.fill("名称", "找丙工", within=drawer(screen))
    screen.press("保存", within=drawer(screen))
    screen.sees("找丙工")
    assert SavedSearch.objects.get().query == "q=%E4%B8%99%E5%B7%A5"

    screen.press("查看")
    screen.page.locator(".section-head", has_text="地区与通讯").get_by_text("编辑").click()
    screen.fill("通讯地址", "长安街 1 号", within=drawer(screen))
    screen.press("保存", within=drawer(screen))
    screen.sees("长安街 1 号")
    assert screen.overflow <= 0

    phone = open_browser(phone=True)
    sign_in(phone, make_user("operator"))
    phone.open("/experts/")
    phone.sees("丙工")
    assert phone.overflow <= 0


def test_the_menu_of_a_row_is_opened_by_keyboard(open_browser: OpenBrowser) -> None:
    make_expert("甲工")
    screen = open_browser()
    sign_in(screen, make_user("admin"))
    screen.open("/experts/")
    opener = screen.page.get_by_role("button", name="更多操作")
    opener.focus()
    screen.page.keyboard.press("ArrowDown")
    expect(screen.page.locator(".dropdown-item", has_text="冻结")).to_be_focused()
    screen.page.keyboard.press("End")
    expect(screen.page.locator(".dropdown-item", has_text="删除")).to_be_focused()
    screen.page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    opener.click()
    screen.page.locator(".dropdown-item", has_text="冻结").click()
    screen.page.get_by_label("冻结原因").fill("证书年检")
    screen.confirm()
    expect(screen.page.locator("tbody .pill", has_text="冻结")).to_have_count(1)
    assert Expert.objects.get().status == "frozen"


@pytest.mark.shows("EXP-19")
def test_a_reason_that_is_refused_is_typed_once(open_browser: OpenBrowser) -> None:
    admin, expert = make_user("admin"), make_expert("甲工")
    screen = open_browser()
    sign_in(screen, admin)
    screen.open("/experts/")
    screen.page.get_by_label("选择甲工").check()
    bulk = screen.page.get_by_role("region", name="批量操作")
    reason = screen.page.get_by_label("冻结原因")
    screen.press("冻结", within=bulk)
    reason.fill("停")
    screen.confirm()
    expect(screen.page.get_by_text("请写明，至少两个字。")).to_be_visible()
    reason.fill("停职")
    screen.confirm()
    screen.sees("已冻结 1 位专家")
    expert.refresh_from_db()
    unfreeze_expert(expert=expert, reason="复职", actor=admin, now=timezone.now())

    screen.open("/experts/")
    menu = screen.page.get_by_role("button", name="更多操作")
    act = screen.page.locator(".dropdown-item", has_text="冻结")
    menu.click()
    act.click()
    expect(act).to_be_hidden()  # on a telephone the menu lay over the question
    expect(reason).to_have_value("")  # of an earlier one nothing stands there
    screen.expected.append("409")
    delete_expert(expert=expert, reason="重复建档", actor=admin, now=timezone.now())
    reason.fill("证书过期，等他补交")
    screen.confirm()
    expect(screen.page.locator(".toast-line.tone-red")).to_be_visible()
    menu.click()
    act.click()
    expect(reason).to_have_value("证书过期，等他补交")


@pytest.mark.shows("EXP-19", "EXP-52")
def test_the_question_names_who_is_meant_and_the_act_is_taken_back(
    open_browser: OpenBrowser,
) -> None:
    for at in range(21):
        make_expert(f"张{'甲乙丙丁戊己庚辛壬癸'[at % 10]}", practice_years=at)
    screen = open_browser()
    sign_in(screen, make_user("admin"))
    screen.open("/experts/?tab=formal&q=张")
    bar = screen.page.get_by_role("region", name="批量操作")

    # By the keyboard: from a row to the buttons past none of the others, and back.
    row, press = screen.page.locator("[data-pick]").nth(2), screen.page.keyboard.press
    row.focus()
    press("Space")
    expect(screen.page.locator("[data-pick-said]")).to_have_text("已选 1 项，按回车键到批量操作")
    expect(bar.get_by_text("在勾选框上按回车到这里，Esc 返回")).to_be_visible()
    press("Enter")
    expect(bar.get_by_role("button").first).to_be_focused()
    press("Escape")
    expect(row).to_be_focused()
    press("Space")
    expect(bar).to_be_hidden()

    def freeze_all() -> None:
        screen.page.locator("[data-pick-all]").check()
        bar.locator("[data-pick-everything]").click()
        screen.press("冻结", within=bar)
        screen.page.get_by_label("冻结原因").fill("证书年检")

    freeze_all()
    screen.sees("对象：列表中的全部 21 项，条件：在库；关键词 张。")
    screen.confirm()
    screen.sees("已冻结 21 位专家")
    assert Expert.objects.filter(status="frozen").count() == 21
    screen.press("撤销")
    screen.sees("已解冻 21 位专家")
    assert not Expert.objects.filter(status="frozen").exists()
