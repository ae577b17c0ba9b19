"""The page of settings in a browser: found by a key, changed, true at once for somebody else."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from expertpool.accounts.models import User
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_a_setting_is_found_changed_and_true_in_another_window(
    open_browser: OpenBrowser, admin: User, operator: User
) -> None:
    other = open_browser()
    sign_in(other, operator)
    other.sees("专家库综合管理系统")

    screen = open_browser()
    sign_in(screen, admin)
    screen.open("/settings/")
    page = screen.page
    page.keyboard.press("/")
    expect(page.locator("#setting-query")).to_be_focused()
    page.keyboard.type("站点名称")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    screen.press("修改“站点名称”")
    drawer = page.locator("#drawer")
    expect(drawer.get_by_label("站点名称")).to_be_focused()
    drawer.get_by_label("站点名称").fill("")
    screen.press("保存", within=drawer)
    expect(drawer).to_contain_text("请填写站点名称")
    drawer.get_by_label("站点名称").fill("城建专家库")
    screen.press("保存", within=drawer)
    screen.sees("已保存，立即生效")
    expect(page.locator("#list")).to_contain_text("默认：专家库综合管理系统")
    # All of the page was loaded anew: who works by keys goes on where he was.
    expect(page.get_by_role("button", name="修改“站点名称”")).to_be_focused()
    # His own page is not opened anew, and says so, too.
    expect(page.locator(".side-brand")).to_contain_text("城建专家库")
    expect(page).to_have_title(re.compile("城建专家库"))

    other.open("/")
    expect(other.page.locator(".side-brand")).to_contain_text("城建专家库")

    screen.press("历史")
    expect(drawer).to_contain_text("原来是 专家库综合管理系统")
    screen.press("恢复默认", within=drawer)
    screen.confirm()
    screen.sees("已恢复默认")
    other.open("/")
    expect(other.page.locator(".side-brand")).to_contain_text("专家库综合管理系统")


@pytest.mark.parametrize("phone", [False, True])
def test_the_settings_of_a_group_are_one_step_away(
    open_browser: OpenBrowser, admin: User, phone: bool
) -> None:
    """Beside the groups on a desk, by a button that stays in sight on a telephone."""
    screen = open_browser(phone=phone)
    sign_in(screen, admin)
    screen.open("/settings/")
    page = screen.page
    jump = page.get_by_role("navigation", name="设置分组")
    for group in ("上传限制", "邮件服务器"):  # down, and from there up again
        link = jump.locator("a", has_text=group)
        if phone:
            expect(link).to_be_hidden()
            screen.press("跳到分组", within=jump)
        link.click()
        expect(page.get_by_role("heading", name=group, exact=True)).to_be_in_viewport()
        expect(jump).to_be_in_viewport()
    expect(link.locator(".note")).to_have_text("10")

    # What a search leaves out is nowhere to jump to; of one group there is no choice.
    page.locator("#setting-query").fill("时限")
    expect(link).to_have_count(0)
    page.locator("#setting-query").fill("站点名称")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    expect(jump).to_have_count(0)
