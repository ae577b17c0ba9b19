"""What is wrong with a long form is seen by whoever pressed the button at its foot."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, expect

from expertpool.experts.services.profile import update_expert
from tests.e2e.pages import Screen, sign_in
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.shows("EXP-03")]


def fill_at_the_foot(screen: Screen, path: str, phone: str) -> None:
    screen.open(path)
    screen.fill("姓名", "李娜")
    screen.fill("手机号", phone)
    screen.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")


def expect_in_sight(found: Locator) -> None:
    expect(found).to_be_visible()
    expect(found).to_be_in_viewport()


@pytest.mark.parametrize("phone", [False, True])
def test_the_first_error_of_a_long_form_is_in_sight(
    open_browser: Callable[..., Screen], phone: bool
) -> None:
    screen = open_browser(phone=phone)
    sign_in(screen, make_user("admin"))
    fill_at_the_foot(screen, "/experts/new/", "1372500")
    screen.press("保存")
    expect_in_sight(screen.page.locator(".field-error").first)
    expect(screen.page.get_by_label("手机号").first).to_be_focused()


def test_that_somebody_saved_in_between_is_in_sight(open_browser: Callable[..., Screen]) -> None:
    screen, expert = open_browser(), make_expert(name="李娜", phone="13911110002")
    sign_in(screen, make_user("admin"))
    fill_at_the_foot(screen, f"/experts/{expert.pk}/edit/", "13911110003")
    update_expert(
        expert=expert,
        values={"title": "工程师"},
        actor=make_user("admin"),
        now=timezone.now(),
    )
    screen.press("保存")
    warning = screen.page.get_by_role("alert").filter(has_text="有人改过这里")
    expect_in_sight(warning.get_by_text("您打开之后"))
