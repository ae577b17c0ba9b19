"""Whoever works by keys goes on where he was: a row that he removed leaves the focus in the list."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import group_box, sign_in
from tests.factories.accounts import make_user
from tests.factories.draws import make_ready_project
from tests.factories.experts import make_unit

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_it_stays_where_a_row_was_removed(open_browser: OpenBrowser) -> None:
    for name in ("甲公司", "乙公司", "丙公司"):
        make_unit(name)
    project = make_ready_project(now=timezone.now())
    desk = open_browser()
    sign_in(desk, make_user("admin"))
    desk.open(reverse("directory:unit_list"))
    rows = desk.page.locator("#list tbody tr")
    removed, before = rows.nth(1), rows.count()
    name = removed.locator("td").first.inner_text()
    removed.get_by_role("button", name="删除").focus()
    desk.page.keyboard.press("Enter")
    desk.page.get_by_role("alertdialog").locator("button[type=submit]").focus()
    desk.page.keyboard.press("Enter")
    expect(rows).to_have_count(before - 1)
    expect(rows.filter(has_text=name)).to_have_count(0)
    expect(rows.nth(1).locator(":focus")).to_have_count(1)

    desk.open(reverse("draws:plan", args=[project.pk]))
    group_box(desk, 1).get_by_role("button", name="复制此组").press("Enter")
    second = group_box(desk, 2)
    second.get_by_role("button", name="删除此组").press("Enter")
    expect(second).to_have_count(0)
    expect(group_box(desk, 1).locator(":focus")).to_have_count(1)


def test_it_stays_where_a_list_was_sorted_or_turned(open_browser: OpenBrowser) -> None:
    for at in range(45):
        make_unit(f"单位{at:02}")
    desk = open_browser()
    sign_in(desk, make_user("admin"))
    desk.open(reverse("directory:unit_list"))
    first = desk.page.locator("#list tbody tr").first
    head = desk.page.locator("#list th .sort").first
    head.focus()
    for order in ("ascending", "descending"):
        desk.page.keyboard.press("Enter")
        expect(desk.page.locator(f"#list th[aria-sort={order}] .sort:focus")).to_have_count(1)
    before = first.inner_text()
    desk.page.get_by_label("下一页").focus()
    for page in ("2", "3"):
        desk.page.keyboard.press("Enter")
        expect(desk.page.locator(".pager [aria-current=page]")).to_have_text(page)
        # Of the last page there is no next one: who stands there still does.
        expect(desk.page.locator("#pager-next:focus")).to_have_count(1)
    assert first.inner_text() != before
    desk.page.get_by_label("第 1 页", exact=True).press("Enter")
    expect(desk.page.locator("[aria-current=page]:focus")).to_have_text("1")
