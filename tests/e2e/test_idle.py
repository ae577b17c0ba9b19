"""Who leaves his window alone is signed out, and finds what he typed when he is back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from expertpool.accounts.models import SignedIn
from tests.e2e.pages import Screen, sign_in
from tests.factories.accounts import PASSWORD, make_user

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.shows("SYS-10"),
]


def ends_in(seconds: int) -> None:
    """As if nobody had done anything for so long; the server has no other clock for a browser test."""
    now = timezone.now()
    SignedIn.objects.update(
        until=now + timedelta(seconds=seconds), used_at=now - timedelta(minutes=10)
    )


def test_what_was_typed_is_there_after_an_idle_hour(open_browser: Callable[..., Screen]) -> None:
    screen, admin = open_browser(), make_user("admin")
    sign_in(screen, admin)
    screen.page.clock.install()
    screen.open("/projects/new/")
    screen.fill("项目名称", "区医院门诊楼")
    name = screen.page.get_by_label("项目名称").first

    ends_in(100)
    screen.page.clock.fast_forward("08:00:00")
    screen.sees("即将自动退出登录")
    screen.press("继续使用")
    expect(screen.page.get_by_role("alertdialog")).to_have_count(0)
    assert SignedIn.objects.get().until > timezone.now() + timedelta(minutes=4)

    ends_in(-1)
    screen.page.clock.fast_forward("08:00:00")
    screen.sees("已退出登录")
    with screen.page.context.expect_page() as opened:
        screen.press("在新窗口登录")
    window = opened.value
    window.get_by_label("账号").fill(admin.username)
    window.get_by_label("密码", exact=False).first.fill(PASSWORD)
    with window.expect_event("close"):
        window.get_by_role("button", name="登录").click()
    screen.page.evaluate("window.dispatchEvent(new Event('focus'))")
    screen.sees("已重新登录，请继续")
    expect(screen.page.get_by_role("alertdialog")).to_have_count(0)
    expect(name).to_have_value("区医院门诊楼")
