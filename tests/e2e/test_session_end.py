"""What was typed survives the end of a session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from expertpool.experts.models import Expert
from tests.core.importing.sheets import write_xlsx
from tests.e2e.pages import Screen, drawer, sign_in, upload_experts
from tests.factories.accounts import PASSWORD, make_user

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_a_form_is_sent_after_its_reader_has_signed_in_again(
    open_browser: Callable[..., Screen],
) -> None:
    screen, admin = open_browser(), make_user("admin")
    sign_in(screen, admin)
    screen.open("/experts/")
    screen.press("新增专家")
    form = drawer(screen)
    screen.fill("姓名", "李娜", within=form)
    screen.fill("手机号", "13911110002", within=form)
    screen.page.context.clear_cookies(name="sessionid")
    screen.press("保存", within=form)
    screen.sees("登录已过期，还没有保存")
    expect(form.get_by_label("姓名").first).to_have_value("李娜")
    expect(screen.page.get_by_role("link", name="在新窗口登录")).to_be_visible()
    assert not Expert.objects.exists()

    sign_in(screen.another(), admin)
    screen.press("保存", within=form)
    screen.sees("已新增李娜")
    assert Expert.objects.get().phone == "13911110002"


def test_who_has_lost_all_cookies_is_told_to_sign_in(open_browser: Callable[..., Screen]) -> None:
    """He read that he has no right to this, for without cookies no token is sent either."""
    screen, admin = open_browser(), make_user("admin")
    sign_in(screen, admin)
    screen.open("/experts/")
    screen.press("新增专家")
    form = drawer(screen)
    screen.fill("姓名", "李娜", within=form)
    screen.page.context.clear_cookies()
    screen.expected += ["403"]
    screen.press("保存", within=form)
    screen.sees("登录已过期，还没有保存")
    expect(form.get_by_label("姓名").first).to_have_value("李娜")


def _type_a_field(screen: Screen) -> None:
    """Fill in a form that is a page of its own, until the session has ended."""
    screen.open("/projects/new/")
    screen.fill("项目名称", "区医院门诊楼")
    screen.page.context.clear_cookies(name="sessionid")


def test_a_form_of_a_page_is_sent_after_its_reader_has_signed_in_again(
    open_browser: Callable[..., Screen],
) -> None:
    screen, admin = open_browser(), make_user("admin")
    sign_in(screen, admin)
    _type_a_field(screen)
    screen.press("保存，下一步")
    screen.sees("登录已过期，还没有保存")
    name = screen.page.get_by_label("项目名称").first
    expect(name).to_have_value("区医院门诊楼")

    with screen.page.context.expect_page() as opened:
        screen.press("在新窗口登录")
    window = opened.value
    window.get_by_label("账号").fill(admin.username)
    window.get_by_label("密码", exact=False).first.fill(PASSWORD)
    with window.expect_event("close"):  # the form is in front again
        window.get_by_role("button", name="登录").click()
    expect(name).to_have_value("区医院门诊楼")
    screen.press("保存，下一步")
    # The server has it, and says what else is missing.
    screen.page.wait_for_selector(".is-invalid")
    expect(screen.page.get_by_label("项目名称").first).to_have_value("区医院门诊楼")


def test_another_account_gets_nothing_of_what_was_typed(
    open_browser: Callable[..., Screen],
) -> None:
    screen = open_browser()
    sign_in(screen, make_user("admin"))
    _type_a_field(screen)
    sign_in(screen.another(), make_user("admin"))
    screen.press("保存，下一步")
    screen.sees("原来的页面是另一个账号打开的")
    expect(screen.page.get_by_label("项目名称").first).to_have_value("")


def test_a_page_that_asks_by_itself_keeps_what_is_typed(
    open_browser: Callable[..., Screen],
) -> None:
    screen = open_browser()
    sign_in(screen, make_user("admin"))
    _type_a_field(screen)
    screen.page.locator("#search-input, [data-search] input, input[type=search]").first.fill("王")
    screen.sees("登录已过期，还没有保存")
    expect(screen.page.get_by_label("项目名称").first).to_have_value("区医院门诊楼")


def test_a_form_that_was_sent_by_a_button_of_its_own_is_as_it_was(
    open_browser: Callable[..., Screen], tmp_path: Path
) -> None:
    """Whoever comes back to a page finds its buttons: the browser keeps it as it was left."""
    screen = open_browser()
    sign_in(screen, make_user("admin"))
    rows = [["姓名", "手机号"], ["甲", "13911110001"], ["乙", "139"]]
    upload_experts(screen, write_xlsx(tmp_path / "名单.xlsx", rows))
    form = screen.page.locator("#import-page")
    before = form.get_attribute("action")
    # An answer that leaves the page where it is.
    screen.page.route("**/confirm/", lambda route: route.fulfill(status=204))
    with screen.page.expect_request("**/confirm/"):
        screen.press("确认导入")
    expect(form).to_have_attribute("action", before or "")


def test_a_cell_mended_on_the_check_page_is_taken_after_its_reader_has_signed_in_again(
    open_browser: Callable[..., Screen], tmp_path: Path
) -> None:
    screen, admin = open_browser(), make_user("admin")
    sign_in(screen, admin)
    rows = [["姓名", "手机号", "职称"], ["张伟", "1391111", "高工"], ["李娜", "13911110002", ""]]
    upload_experts(screen, write_xlsx(tmp_path / "名单.xlsx", rows))
    expect(screen.stat("可以导入")).to_have_text("1 行")
    cell = screen.page.get_by_label("第 2 行的手机号")
    cell.fill("13911110001")
    word = screen.page.get_by_label("职称“高工”")
    word.select_option("工程师")
    screen.page.context.clear_cookies(name="sessionid")
    screen.press("改好了，重新检查")
    screen.sees("登录已过期，还没有保存")
    expect(cell).to_have_value("13911110001")
    expect(word).to_have_value("工程师")
    sign_in(screen.another(), admin)
    screen.press("改好了，重新检查")
    expect(screen.stat("可以导入")).to_have_text("2 行")
    expect(word).to_have_value("工程师")
