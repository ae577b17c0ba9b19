"""What was typed survives the end of a session."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from expertpool.experts.models import Expert
from tests.e2e.pages import Screen, drawer, sign_in
from tests.factories.accounts import make_user

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
