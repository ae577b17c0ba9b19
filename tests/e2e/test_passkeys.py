"""A passkey from its registration to the sign-in by it, with Chromium's virtual authenticator."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from expertpool.accounts.enums import LoginOutcome
from expertpool.accounts.models import LoginRecord
from expertpool.secondfactor.models import Passkey
from tests.e2e.pages import Screen, sign_in
from tests.factories.accounts import PASSWORD, make_user

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.shows("SYS-10"),
]
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_registered_and_then_signs_in(open_browser: Callable[..., Screen]) -> None:
    screen, user = open_browser(), make_user("operator")
    device = screen.page.context.new_cdp_session(screen.page)
    device.send("WebAuthn.enable")
    made = device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    sign_in(screen, user)
    screen.open("/account/second/")
    screen.fill("名称", "办公电脑")
    screen.fill("登录密码", PASSWORD)
    screen.press("登记通行密钥")
    screen.sees("还没有使用")
    screen.sees("办公电脑")
    passkey = Passkey.objects.get()
    assert (passkey.user, passkey.name) == (user, "办公电脑")

    screen.page.context.clear_cookies()
    screen.open("/login/")
    screen.page.fill("#id_identifier", user.username)
    screen.page.fill("#id_password", PASSWORD)
    screen.press("登录")
    screen.sees("密码正确")
    # Another device has no such key: it signs nothing.
    held = device.send("WebAuthn.getCredentials", made)["credentials"]
    device.send("WebAuthn.clearCredentials", made)
    screen.press("用通行密钥验证")
    screen.sees("没有完成")
    device.send("WebAuthn.addCredential", made | {"credential": held[0]})
    screen.press("用通行密钥验证")
    screen.page.wait_for_url("**/")
    screen.sees("您好")
    passkey.refresh_from_db()
    assert passkey.last_used_at
    outcomes = LoginRecord.objects.filter(user=user).order_by("pk")
    assert [one.outcome for one in outcomes][-2:] == [
        LoginOutcome.SECOND_STEP,
        LoginOutcome.SUCCESS,
    ]


def test_the_page_counts_the_codes_that_were_just_made(open_browser: Callable[..., Screen]) -> None:
    screen, user = open_browser(), make_user("operator")
    sign_in(screen, user)
    screen.open("/account/second/")
    screen.sees("还可以用 0 个")
    screen.press("生成新的备用码")
    screen.fill("登录密码", PASSWORD, within=screen.page.locator("#drawer"))
    screen.press("生成")
    screen.sees("只显示这一次")
    screen.press("已收好")
    screen.sees("还可以用 10 个")
