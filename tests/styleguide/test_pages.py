"""The widgets in a real browser, on the pages of the style guide."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PAGES = ["", "list/", "form/", "dashboard/", "detail/", "public/", "print/", "room/", "empty/"]
PHONE = {"width": 390, "height": 844}
Visit = Callable[..., Page]


@pytest.fixture
def visit(page: Page, live_server: LiveServer) -> Iterator[Visit]:
    """Open a page of the style guide and wait until its widgets are there."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.set_default_timeout(8000)

    def go(path: str, *, phone: bool = False) -> Page:
        page.set_viewport_size(PHONE if phone else {"width": 1440, "height": 900})
        page.goto(f"{live_server.url}/styleguide/{path}")
        page.wait_for_selector("html[data-ready]")
        return page

    yield go
    assert not faults


def state(page: Page, expression: str) -> Any:
    return page.evaluate(expression)


@pytest.mark.parametrize("phone", [False, True])
def test_pages_fit_the_screen_and_break_no_policy(visit: Visit, phone: bool) -> None:
    for path in PAGES:
        page = visit(path, phone=phone)
        width = state(
            page, "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert width <= 0, path
        assert page.locator("#watermark").count() == 1, path


# --- Lists -------------------------------------------------------------------------------------


def test_specialties_are_chosen_with_the_keyboard_and_live_in_the_address(visit: Visit) -> None:
    page = visit("list/")
    page.get_by_role("combobox", name="评审专业").focus()
    for key in ["ArrowDown", "ArrowUp", "ArrowRight", "ArrowRight", "Space", "ArrowDown", "Enter"]:
        page.keyboard.press(key)
    expect(page.locator(".cascader-foot span")).to_have_text("已选 2 个专业")
    ticks = page.locator(".cascader-item[aria-checked=mixed]")
    expect(ticks).to_have_text([re.compile("服务类"), re.compile("信息技术")])
    page.keyboard.press("Escape")
    page.wait_for_url("**/list/?specialty=C0101&specialty=C0102")
    expect(page.locator(".cascader-chip")).to_have_text(["软件开发", "+1"])
    chosen = page.locator(".tools-total b").inner_text()
    page.reload()
    expect(page.locator(".tools-total b")).to_have_text(chosen)
    expect(page.locator(".cascader-chip")).to_have_text(["软件开发", "+1"])


def test_a_whole_branch_is_sent_as_one_value(visit: Visit) -> None:
    page = visit("list/")
    page.locator(".cascader-box").click()
    page.locator(".cascader-item[data-id=C] .cascader-tick").click()
    page.get_by_role("button", name="完成").click()
    page.wait_for_url("**/list/?specialty=C")


def test_specialties_are_found_by_name_and_by_code(visit: Visit) -> None:
    page = visit("list/")
    page.get_by_role("combobox", name="评审专业").fill("造价")
    expect(page.locator(".cascader-item")).to_have_text([re.compile("造价咨询.*工程类 / 咨询")])
    page.get_by_role("combobox", name="评审专业").fill("A0301")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".cascader-chip")).to_have_text(["造价咨询"])


def test_tabs_order_and_pages_keep_the_filters(visit: Visit) -> None:
    page = visit("list/?q=院")
    page.get_by_role("link", name="在库").click()
    page.wait_for_url("**/list/?q=%E9%99%A2&tab=formal")
    page.get_by_role("link", name="抽取次数").click()
    page.wait_for_url("**&tab=formal&sort=draws")
    expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)
    page.get_by_label("关键词").fill("研究院")
    page.get_by_role("button", name="查询", exact=True).click()
    page.wait_for_url("**/list/?q=*&tab=formal&sort=draws")
    page.get_by_label("每页条数").select_option("50")
    page.wait_for_url("**&size=50")
    page.go_back()
    page.wait_for_url("**&sort=draws")


def test_ticked_rows_go_out_with_a_reason(visit: Visit) -> None:
    page = visit("list/")
    ticks = page.locator("[data-pick]")
    ticks.nth(0).check()
    ticks.nth(2).check()
    expect(page.locator(".bulk")).to_contain_text("已选2项")
    page.locator(".bulk").get_by_role("button", name="冻结").click()
    page.locator(".question").get_by_role("button", name="冻结").click()
    expect(page.locator(".question")).to_contain_text("请填写冻结原因。")
    page.get_by_label("冻结原因").fill("长期出差")
    page.locator(".question").get_by_role("button", name="冻结").click()
    expect(page.locator(".toast-line")).to_contain_text("已处理 2 项，原因：长期出差")
    expect(page.locator(".bulk")).to_be_hidden()


def test_all_rows_of_the_list_can_be_chosen(visit: Visit) -> None:
    page = visit("list/?q=院")
    page.get_by_label("选择本页全部").check()
    page.get_by_role("button", name="选择全部").click()
    with page.expect_request("**/done/**") as sent:
        page.locator(".bulk").get_by_role("button", name="批量通过").click()
    assert sent.value.url.endswith("/done/?q=%E9%99%A2")
    expect(page.locator(".toast-line")).to_contain_text("已处理 全部 项")


def test_hidden_columns_stay_hidden_and_are_not_exported(visit: Visit) -> None:
    page = visit("list/?tab=formal")
    page.get_by_role("button", name="显示的列").click()
    page.locator(".column-list").get_by_label("所在区域").uncheck()
    page.reload()
    expect(page.get_by_role("columnheader", name="所在区域")).to_be_hidden()
    with page.expect_request("**/people/**") as asked:
        page.get_by_role("button", name="导出当前结果").click()
    assert "tab=formal" in asked.value.url
    assert "columns=employer%2Cspecialty%2Cdraws%2Cscore%2Cterm" in asked.value.url


# --- Drawer ------------------------------------------------------------------------------------


def test_a_refused_drawer_form_keeps_what_was_typed(visit: Visit) -> None:
    page = visit("list/")
    page.locator("tbody").get_by_role("button", name="编辑").first.click()
    drawer = page.get_by_role("dialog", name="编辑专家 · 梁世杰")
    drawer.get_by_label("工作单位").fill("省农业大学")
    drawer.get_by_label("手机号码").fill("12")
    drawer.get_by_role("button", name="保存").click()
    expect(drawer).to_contain_text("手机号码应为 11 位数字，以 1 开头。")
    expect(drawer.get_by_label("工作单位")).to_have_value("省农业大学")
    expect(drawer.locator(".cascader-chip")).to_have_text(["信息技术"])
    assert state(page, "document.activeElement.name") == "id_number"


def test_a_drawer_is_not_closed_with_unsaved_values_unasked(visit: Visit) -> None:
    page = visit("list/")
    opener = page.locator("tbody").get_by_role("button", name="编辑").first
    opener.focus()
    page.keyboard.press("Enter")
    page.get_by_label("姓名").fill("梁")
    page.keyboard.press("Escape")
    expect(page.get_by_role("alertdialog")).to_contain_text("放弃未保存的内容？")
    page.keyboard.press("Escape")
    expect(page.get_by_label("姓名")).to_have_value("梁")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="放弃").click()
    expect(page.locator("#drawer-overlay")).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_focus_stays_in_the_drawer(visit: Visit) -> None:
    page = visit("list/")
    page.locator("tbody").get_by_role("button", name="编辑").first.click()
    page.wait_for_selector("#drawer form")
    for _ in range(30):
        page.keyboard.press("Tab")
        assert state(
            page, "document.activeElement.closest('#drawer, .flatpickr-calendar') !== null"
        )


def test_a_saved_drawer_closes_and_can_be_undone(visit: Visit) -> None:
    page = visit("list/")
    page.locator("tbody").get_by_role("button", name="编辑").first.click()
    drawer = page.locator("#drawer")
    drawer.get_by_label("身份证号").fill("110101199001010019")
    drawer.get_by_label("手机号码").fill("13800138000")
    drawer.get_by_label("工作单位").fill("省农业大学")
    drawer.get_by_label("职称").select_option("教授")
    drawer.get_by_label("聘期至").fill("2027-03-16")
    drawer.get_by_label("个人").check()
    drawer.get_by_label("本人已阅读").check()
    with page.expect_request(lambda request: request.url.endswith("/styleguide/list/")):
        drawer.get_by_role("button", name="保存").click()
    expect(page.locator("#drawer-overlay")).to_be_hidden()
    with page.expect_request("**/done/"):
        page.get_by_role("button", name="撤销").click()


# --- Shell -------------------------------------------------------------------------------------


def test_global_search_by_keyboard(visit: Visit) -> None:
    page = visit("dashboard/")
    page.keyboard.press("Control+k")
    page.keyboard.type("刘")
    page.wait_for_selector("[role=option]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/styleguide/detail/")


def test_the_menu_stays_small_without_a_flash(visit: Visit) -> None:
    page = visit("dashboard/")
    page.get_by_role("button", name="菜单").click()
    html = Client(headers={"cookie": "menu=small"}).get("/styleguide/dashboard/").content.decode()
    assert 'class="menu-small"' in html
    page.reload()
    assert state(page, "document.documentElement.className") == "menu-small"


def test_the_first_tab_stop_leads_to_the_content(visit: Visit) -> None:
    page = visit("list/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()


@pytest.mark.parametrize(
    "attack",
    [
        "document.getElementById('watermark').remove()",
        "document.getElementById('watermark').src = 'data:,'",
        "document.getElementById('watermark').style.opacity = '0'",
        "document.getElementById('watermark').hidden = true",
        "document.getElementById('watermark').id = 'other'",
        "document.styleSheets[0].insertRule('#watermark { display: none !important }', 0)",
        "document.styleSheets[0].insertRule('.watermark { z-index: -1 !important }', 0)",
    ],
)
def test_the_watermark_comes_back(visit: Visit, attack: str) -> None:
    page = visit("list/")
    mark = page.locator("#watermark")
    picture = mark.get_attribute("src")
    page.evaluate(attack)
    page.wait_for_function(
        """src => {
          const marks = document.querySelectorAll("#watermark");
          const look = marks.length === 1 && getComputedStyle(marks[0]);
          return look && look.display === "block" && look.opacity === "1" && Number(look.zIndex) >= 70
            && marks[0].getAttribute("src") === src;
        }""",
        arg=picture,
        timeout=5000,
    )


# --- Widgets -----------------------------------------------------------------------------------


def stored(page: Page) -> Any:
    return json.loads(page.locator("textarea[name=conditions]").input_value())


def test_conditions_are_built_and_stored(visit: Visit) -> None:
    page = visit("")
    box = page.locator(".conditions")
    before = stored(page)
    expect(box.locator(".cascader-chip")).to_have_text(["中类0-1"])
    box.get_by_label("职称级别").select_option("正高")
    assert stored(page)["all"][1] == {"field": "title_level", "op": "gte", "value": "full"}
    top = box.locator("> .rule-group > .rule-foot")
    top.get_by_role("button", name="添加条件", exact=True).click()
    rule = box.locator("> .rule-group > .rule-list > .rule").last
    rule.get_by_label("字段").select_option("姓名")
    rule.get_by_label("姓名").fill("刘")
    assert stored(page)["all"][-1] == {"field": "name", "op": "contains", "value": "刘"}
    box.get_by_label("条件之间的关系").first.select_option("not any")
    assert list(stored(page)) == ["not"]
    rule.get_by_role("button", name="删除这个条件").click()
    box.get_by_label("条件之间的关系").first.select_option("all")
    before["all"][1]["value"] = "full"
    assert stored(page) == before


def test_no_condition_matches_everything(visit: Visit) -> None:
    page = visit("")
    rows = page.locator(".conditions > .rule-group > .rule-list > *")
    for _ in range(rows.count()):
        rows.first.get_by_role("button", name=re.compile("删除这")).first.click()
    assert stored(page) == {"all": []}


def test_a_remote_select_finds_as_one_types(visit: Visit) -> None:
    page = visit("form/")
    page.get_by_role("combobox", name="推荐人").click()
    page.keyboard.type("刘立")
    page.locator(".ts-dropdown .option").first.click()
    assert state(page, "document.querySelector('#id_colleagues').selectedOptions.length") == 1


def test_a_date_is_typed_or_chosen(visit: Visit) -> None:
    page = visit("form/")
    page.get_by_label("聘期至").fill("2027-03-16")
    page.keyboard.press("Tab")
    expect(page.get_by_label("聘期至")).to_have_value("2027-03-16")
    page.get_by_label("评审开始时间").click()
    page.locator(".flatpickr-calendar.open").get_by_text("今天").click()
    expect(page.get_by_label("评审开始时间")).to_have_value(
        re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d$")
    )


def test_a_masked_value_is_shown_for_a_reason(visit: Visit) -> None:
    page = visit("detail/")
    page.get_by_role("button", name="查看完整手机号").click()
    page.get_by_label("查看理由").fill("通知评审时间变更")
    with page.expect_request("**/reveal/") as sent:
        page.locator(".question").get_by_role("button", name="查看").click()
    assert sent.value.post_data_json["reason"] == "通知评审时间变更"
    expect(page.get_by_text("13800138000")).to_be_visible()


def test_long_work_is_followed_to_its_end(visit: Visit) -> None:
    page = visit("")
    expect(page.get_by_role("link", name="下载未导入信息表")).to_be_visible(timeout=15000)


def test_a_deadline_counts_down(visit: Visit) -> None:
    page = visit("room/")
    clock = page.locator(".countdown").first
    expect(clock).to_have_text(re.compile(r"^00:2[45]:\d\d$"))
    now = clock.inner_text()
    expect(clock).not_to_have_text(now)


def test_leaving_a_changed_form_is_asked_about(visit: Visit, live_server: LiveServer) -> None:
    page = visit("form/")
    page.get_by_label("姓名").fill("刘立新")
    with page.expect_event("dialog") as asked:
        page.evaluate("setTimeout(() => location.assign('/styleguide/'))")
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    expect(page.get_by_label("姓名")).to_have_value("刘立新")


def test_a_list_in_which_nothing_was_chosen_is_not_changed(
    visit: Visit, page: Page, live_server: LiveServer
) -> None:
    def with_a_list(route: Route) -> None:
        answer = route.fetch()
        one = '<select name="template"><option value="">选择条件模板</option><option>甲</option></select>'
        html = re.sub(r"(<form[^>]*data-dirty[^>]*>)", rf"\1{one}", answer.text())
        route.fulfill(response=answer, body=html)

    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.route("**/styleguide/form/", with_a_list)
    visit("form/")
    expect(page.locator("select[name=template]")).to_have_value("")
    page.get_by_role("heading").first.click()  # no browser asks where nobody has touched anything
    page.goto(f"{live_server.url}/styleguide/")
    assert asked == []


# --- Phone -------------------------------------------------------------------------------------


def test_rows_are_cards_on_a_phone_and_everything_can_be_touched(visit: Visit) -> None:
    page = visit("list/", phone=True)
    row = page.locator("tbody tr").first
    assert row.bounding_box()["width"] <= 390  # type: ignore[index]
    expect(row.get_by_text("评价得分")).to_have_count(0)  # the label is written by the style
    assert state(
        page, "getComputedStyle(document.querySelector('td[data-label]'), '::before').content"
    )
    small = page.evaluate(
        """() => [...document.querySelectorAll("main a, main button, main select, main input:not([type=checkbox]), .bar button, .bar a")]
          .filter((item) => item.getClientRects().length && item.getBoundingClientRect().height < 40 && !item.closest(".person"))
          .map((item) => item.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_the_menu_lies_over_the_page_on_a_phone(visit: Visit) -> None:
    page = visit("list/", phone=True)
    link = page.get_by_role("link", name="入库审核")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="菜单").click()
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    # On a screen that gets wider the page makes room for it at once.
    page.set_viewport_size({"width": 1440, "height": 900})
    shell = "getComputedStyle(document.querySelector('.shell'))"
    assert state(page, f"{shell}.transitionDuration") == "0s"
    assert state(page, f"{shell}.paddingLeft") == "232px"


def test_specialties_are_chosen_level_by_level_on_a_phone(visit: Visit) -> None:
    page = visit("list/", phone=True)
    page.get_by_role("button", name="更多筛选").click()
    page.locator(".cascader-box").click()
    page.locator(".cascader-item[data-id=C] .cascader-name").click()
    page.locator(".cascader-item[data-id=C01] .cascader-name").click()
    page.get_by_role("button", name="返回上一级").click()
    expect(page.locator(".cascader-item:visible")).to_have_count(3)
    page.locator(".cascader-item[data-id=C01] .cascader-name").click()
    page.locator(".cascader-item[data-id=C0101]").click()
    page.get_by_role("button", name="完成").click()
    page.wait_for_url("**/list/?specialty=C0101")
