"""What is typed into a date field stays: a day that does not exist never becomes another one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from expertpool.accounts.models import User
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import drawer, sign_in
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_a_date_that_does_not_exist_is_kept_and_named(
    open_browser: OpenBrowser, admin: User
) -> None:
    screen = open_browser()
    sign_in(screen, admin)
    page = screen.page

    def typed(field: Locator, text: str, leave: str) -> str:
        field.fill(text)
        if leave == "click":
            page.locator("h1").first.click()
        else:
            field.press(leave)
        return field.input_value()

    screen.open("/styleguide/form/")
    day, moment = page.get_by_label("聘期至"), page.get_by_label("评审开始时间")
    for field, text in (
        (day, "2026-02-31"),
        (day, "2026/13/01"),
        (day, "下周"),
        (moment, "2026-02-31 09:00"),
        (moment, "2026-03-01 25:00"),
    ):
        for leave in ("Tab", "click"):
            assert typed(field, text, leave) == text
            expect(field).to_have_attribute("aria-invalid", "true")
            reason = page.locator(f"#{(field.get_attribute('aria-describedby') or '').split()[0]}")
            expect(reason).to_contain_text(
                "请按" if text == "下周" else f"没有“{text}”这个日期或时间"
            )

    assert typed(day, "2026/3/1", "Tab") == "2026-03-01"
    expect(day).not_to_have_attribute("aria-invalid", "true")
    assert typed(moment, "2026-03-01 09:05", "click") == "2026-03-01 09:05"
    assert typed(day, "2026-02-31", "Tab") == "2026-02-31"
    day.click()
    page.locator(".flatpickr-calendar.open").get_by_role("button", name="清空").click()
    assert day.input_value() == ""

    # Escape puts the calendar away, though its field has the focus, and then what lies below.
    screen.open("/styleguide/form/")
    day = page.get_by_label("聘期至")
    day.click()
    expect(page.locator(".flatpickr-calendar.open")).to_be_visible()
    day.press("Escape")
    expect(page.locator(".flatpickr-calendar.open")).to_have_count(0)

    # Of a birthday the month is enough: its first day stands for it, and is seen.
    screen.open("/experts/")
    screen.press("新增专家")
    born = drawer(screen).get_by_label("出生日期")
    born.fill("1975-10")
    born.press("Tab")
    expect(born).to_have_value("1975-10-01")
    expect(born).not_to_have_attribute("aria-invalid", "true")
    born.fill("1975-13")
    born.press("Tab")
    expect(born).to_have_value("1975-13")
    expect(born).to_have_attribute("aria-invalid", "true")
    expect(day).not_to_have_attribute("aria-invalid", "true")


def test_a_leave_lasts_until_the_end_of_its_last_day(
    open_browser: OpenBrowser,
) -> None:
    """Picked at noon or typed as a day, he could be drawn for what he is away from."""
    user = make_user("expert", name="王立新")
    give_account(make_expert("王立新"), user)
    screen = open_browser(phone=True)
    sign_in(screen, user)
    screen.open("/my/leaves/")
    screen.press("登记请假")
    start, end = (drawer(screen).get_by_label(label) for label in ("开始时间", "结束时间"))
    for field, minute in ((start, "00:00"), (end, "23:59")):
        field.click()
        screen.page.locator(
            ".flatpickr-calendar.open .flatpickr-day:not(.prevMonthDay)"
        ).last.click()
        field.press("Tab")
        assert field.input_value().endswith(f" {minute}")
    end.fill("2027-12-22")
    end.press("Tab")
    assert end.input_value() == "2027-12-22 23:59"
