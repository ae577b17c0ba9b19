"""A field that an administrator adds, in each of its places, as people meet it in their browsers."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from expertpool.customforms.enums import FieldKind
from expertpool.customforms.models import CustomField
from expertpool.experts.models import Expert
from expertpool.experts.queries.names import called
from expertpool.joining.models import Application
from tests.core.importing.sheets import read_xlsx, write_xlsx
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import (
    Screen,
    add_rule,
    drawer,
    finds,
    group_box,
    level_box,
    sign_in,
    upload_experts,
)
from tests.factories.accounts import make_user
from tests.factories.draws import make_ready_project
from tests.factories.experts import make_expert
from tests.factories.fields import make_field
from tests.factories.joining import fill, make_draft

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("media"),
]
LABEL = "执业资格"
LONG = "注册土木工程师（水利水电工程水土保持）"
# In how many lines the word of the kind stands.
LINES = """cell => {
  const range = document.createRange();
  range.selectNodeContents([...cell.childNodes].find((one) => one.textContent.trim() === "单选"));
  return new Set([...range.getClientRects()].filter((one) => one.width > 1).map((one) => one.top)).size;
}"""


def see(screen: Screen, name: str) -> None:
    if folder := os.environ.get("EXPERTPOOL_PICTURES"):
        screen.page.wait_for_timeout(500)
        screen.page.screenshot(path=f"{folder}/{name}.png")
    assert screen.overflow <= 0


def add_field(desk: Screen) -> None:
    desk.open(reverse("customforms:field_list"))
    desk.press("新增字段")
    form = drawer(desk)
    desk.fill("名称", LABEL, within=form)
    form.get_by_label("类型").select_option(label="单选")
    desk.fill("选项", f"一级注册\n二级注册\n{LONG}", within=form)
    form.get_by_label("入库申请时填写").check()
    see(desk, "field-new")
    desk.press("保存", within=form)
    expect(desk.page.get_by_role("table", name="自定义字段")).to_contain_text(LABEL)
    see(desk, "field-list")
    # The same as a card of a telephone: long options break no word beside them.
    desk.page.set_viewport_size({"width": 390, "height": 844})
    see(desk, "field-card")
    assert desk.page.locator("td[data-label=类型]").first.evaluate(LINES) == 1
    desk.page.set_viewport_size({"width": 1440, "height": 900})


def apply_with_it(open_browser: OpenBrowser, application: Application) -> None:
    """The applicant chooses on his telephone, and hands in."""
    phone = open_browser(phone=True)
    sign_in(phone, application.user)
    phone.open(reverse("joining:step", args=["profession"]))
    phone.page.get_by_label(LABEL).select_option("一级注册")
    phone.sees("已自动保存")
    phone.page.get_by_label(LABEL).scroll_into_view_if_needed()
    see(phone, "applying")
    phone.open(reverse("joining:step", args=["confirm"]))
    phone.sees("一级注册")
    phone.page.get_by_label("我已阅读").check()
    phone.press("提交申请")
    phone.sees("审核中")


def admit(desk: Screen, application: Application) -> Expert:
    desk.open(reverse("joining:detail", args=[application.pk]))
    desk.sees("一级注册")
    desk.press("同意")
    desk.press("同意", within=drawer(desk))
    desk.sees("专家档案")
    return Expert.objects.get(called(["李申请"]))


def fill_in(desk: Screen, expert: Expert, value: str) -> None:
    desk.open(reverse("experts:detail", args=[expert.pk]))
    desk.page.locator(".section-head", has_text="其他信息").get_by_text("编辑").click()
    drawer(desk).get_by_label(LABEL).select_option(value)
    desk.press("保存", within=drawer(desk))
    expect(drawer(desk)).to_be_hidden()
    desk.sees(value)


def import_with_it(desk: Screen, folder: Path) -> None:
    """The template has its column; a list that names it goes in."""
    desk.open(reverse("experts:import"))
    template = desk.download("下载模板")
    template.save_as(folder / "template.xlsx")
    assert LABEL in read_xlsx(folder / "template.xlsx")[0]
    rows = [["姓名", "手机号", LABEL], ["张导入", "13800138001", "二级注册"]]
    upload_experts(desk, write_xlsx(folder / "名单.xlsx", rows))
    expect(desk.stat("可以导入")).to_have_text("1 行")
    desk.press("确认导入")
    expect(desk.stat("已导入")).to_have_text("1 行")


def ask_the_list(desk: Screen) -> None:
    """As a column that is chosen, and as a condition."""
    desk.open(reverse("experts:list"))
    desk.press("高级查询")
    form = drawer(desk)
    form.get_by_role("button", name="添加条件").click()
    rule = form.locator(".rule").last
    rule.get_by_label("字段").select_option(label=LABEL)
    rule.get_by_label("关系").select_option(label="是")
    rule.get_by_label(LABEL).select_option(label="二级注册")
    see(desk, "conditions")
    desk.press("查询", within=form)
    expect(desk.page.locator("tbody tr")).to_have_count(2)
    desk.sees(f"{LABEL} 是 二级注册")
    cells = desk.page.locator("tbody td.c-added")
    expect(cells.first).to_be_hidden()
    desk.press("显示的列")
    desk.page.locator("[data-column-menu]").get_by_label(LABEL).check()
    desk.page.keyboard.press("Escape")
    expect(cells).to_have_text(["二级注册", "二级注册"])
    see(desk, "found")


def test_the_focus_goes_back_to_the_row_that_was_saved(open_browser: OpenBrowser) -> None:
    make_field("甲项", FieldKind.TEXT)
    make_field("乙项", FieldKind.TEXT)
    desk = open_browser()
    sign_in(desk, make_user("admin"))
    desk.open(reverse("customforms:field_list"))
    table = desk.page.get_by_role("table", name="自定义字段")
    edit = table.get_by_role("button", name="编辑")
    edit.nth(1).focus()
    desk.page.keyboard.press("Enter")
    desk.fill("名称", "丙项", within=drawer(desk))
    desk.page.keyboard.press("Enter")
    expect(table).to_contain_text("丙项")
    expect(edit.nth(1)).to_be_focused()


@pytest.mark.shows("OVW-05")
@pytest.mark.long
def test_a_field_is_in_all_of_its_places_at_once(open_browser: OpenBrowser, tmp_path: Path) -> None:
    admin = make_user("admin")
    desk = open_browser()
    sign_in(desk, admin)
    application = fill(make_draft())
    mine = make_expert("王手填")
    add_field(desk)
    field = CustomField.objects.get()
    apply_with_it(open_browser, application)
    applied = admit(desk, application)
    assert applied.extra == {field.code: "一级注册"}
    fill_in(desk, mine, "一级注册")
    fill_in(desk, mine, "二级注册")
    import_with_it(desk, tmp_path)
    assert Expert.objects.get(called(["张导入"])).extra == {field.code: "二级注册"}
    ask_the_list(desk)
    desk.download("导出当前结果").save_as(tmp_path / "out.xlsx")
    out = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert out is not None
    cells = [[str(cell or "") for cell in row] for row in out.values]
    head = next(row for row in cells if LABEL in row)
    values = [row[head.index(LABEL)] for row in cells[cells.index(head) + 1 :]]
    assert values.count("二级注册") == 2

    desk.open(f"{reverse('experts:detail', args=[mine.pk])}?tab=history")
    desk.page.locator("#version-from").select_option("2")
    desk.press("比较")
    changed = drawer(desk).locator("tr.is-picked")
    expect(changed).to_have_count(1)
    expect(changed).to_contain_text(re.compile("一级注册.*二级注册", re.DOTALL))
    see(desk, "compared")

    Expert.objects.update(status="formal")
    operator = open_browser()
    sign_in(operator, make_user("operator"))
    project = make_ready_project(now=timezone.now() - timedelta(hours=1), seats=1)
    operator.open(f"{reverse('projects:detail', args=[project.pk])}?tab=plan")
    operator.press("修改方案")
    level = level_box(group_box(operator, 1), 1)
    rule = add_rule(level, LABEL, "是")
    rule.get_by_label(LABEL).select_option(label="二级注册")
    finds(level, 2)
    see(operator, "plan")
    operator.press("保存")
    operator.sees(f"{LABEL} 是 二级注册")
