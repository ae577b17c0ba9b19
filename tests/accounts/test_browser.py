"""What needs a browser: the drawer, the one-time password, the department picker of a role."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from expertpool.accounts.models import Role
from expertpool.accounts.services.roles import ensure_demo_roles
from tests.factories.accounts import PASSWORD, make_department, make_user

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, server: LiveServer, username: str, password: str) -> None:
    page.goto(f"{server.url}/login/")
    page.get_by_label("账号 / 手机号 / 邮箱").fill(username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录", exact=True).click()


def test_a_new_user_comes_in_with_a_one_time_password(page: Page, live_server: LiveServer) -> None:
    ensure_demo_roles()
    admin = make_user("admin")
    sign_in(page, live_server, admin.username, PASSWORD)
    page.goto(f"{live_server.url}/users/")
    page.get_by_role("button", name="新增用户").click()
    drawer = page.locator("#drawer")
    drawer.get_by_label("账号").fill("wang")
    drawer.get_by_role("button", name="创建并生成密码").click()
    expect(
        drawer.get_by_text("请填写姓名")
    ).to_be_visible()  # the drawer stays, with what was typed
    expect(drawer.get_by_label("账号")).to_have_value("wang")
    drawer.get_by_label("姓名").fill("王明")
    drawer.get_by_label("经办人").check()
    drawer.get_by_role("button", name="创建并生成密码").click()
    expect(drawer.get_by_text("只显示这一次")).to_be_visible()
    password = drawer.locator("[data-copy]").nth(1).get_attribute("data-copy")
    assert password
    expect(page.locator("#list").get_by_text("王明", exact=True)).to_be_visible()
    drawer.get_by_role("button", name="已告知本人").click()

    page.context.clear_cookies()
    sign_in(page, live_server, "wang", password)
    expect(page.get_by_text("请先修改密码")).to_be_visible()
    page.get_by_label("原密码").fill(password)
    page.get_by_label("新密码", exact=False).first.fill("Neu-und-eigen-1")
    page.get_by_label("再输一次新密码").fill("Neu-und-eigen-1")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="王明，您好")).to_be_visible()
    expect(page.get_by_role("link", name="项目管理")).to_be_visible()


def test_chosen_departments_appear_when_they_are_needed(
    page: Page, live_server: LiveServer
) -> None:
    department = make_department("采购部")
    admin = make_user("admin")
    sign_in(page, live_server, admin.username, PASSWORD)
    page.goto(f"{live_server.url}/roles/new/")
    page.get_by_label("角色名称").fill("采购助理")
    page.get_by_label("查看项目", exact=True).check()
    picker = page.locator("[data-show-when='scope__projects__view=chosen']")
    expect(picker).to_be_hidden()
    page.get_by_label("查看项目：数据范围").select_option("指定部门")
    expect(picker).to_be_visible()
    picker.get_by_role("combobox").click()
    page.locator(".ts-dropdown-content").get_by_text("采购部").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="角色权限")).to_be_visible()
    grant = Role.objects.get(name="采购助理").permissions.get()
    assert list(grant.departments.all()) == [department]
