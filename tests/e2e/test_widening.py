"""放宽条件补抽 in a browser: a draw falls short, wider conditions complete its panel."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from expertpool.draws.models import Draw
from expertpool.draws.services.names import release
from tests.e2e.pages import drawer, lines_of, sign_in
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.draws import end_review, open_names_at
from tests.factories.widening import accept_all, make_short_panel

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.mark.shows("DRAW-31", "DRAW-33", "DRAW-34")
def test_a_short_panel_is_completed_by_wider_conditions(open_browser) -> None:
    operator, supervisor = make_user("operator"), make_user("supervisor")
    base = make_short_panel(now=timezone.now(), operator=operator)
    desk, visitor = open_browser(), open_browser(phone=True)
    sign_in(desk, operator)
    desk.open(reverse("draws:detail", args=[base.pk]))
    desk.sees("技术缺 1 人")
    desk.press("放宽条件补抽")

    desk.sees("技术　缺 1 人")
    assert "经济　" not in desk.text
    level = desk.page.locator(".plan-level").first
    copy = level.get_by_role("button", name="复制为下一级次")
    copy.click()
    second = desk.page.locator(".plan-level").nth(1)
    expect(second).to_be_visible()
    expect(copy).to_be_focused()  # the rows came anew
    second.get_by_role("button", name="删除这个条件").first.click()
    # Who sits in the sealed panel is counted like everybody: the number tells nobody who does.
    expect(second.locator(".plan-count")).to_contain_text("7")
    desk.press("保存放宽的条件")
    desk.sees("放宽的条件已保存")

    desk.press("按放宽的条件补抽")
    desk.fill("放宽条件的原因", "本市专家已全部问过", within=drawer(desk))
    desk.press("提交申请", within=drawer(desk))
    desk.sees("已申请放宽条件补抽")
    desk.open(reverse("draws:detail", args=[base.pk]))
    desk.press("当面确认")
    desk.fill("确认人的账号 / 手机号 / 邮箱", supervisor.username, within=drawer(desk))
    desk.fill("确认人的密码", PASSWORD, within=drawer(desk))
    desk.press("确认补抽", within=drawer(desk))
    desk.sees("已按放宽的条件封存")
    desk.open(reverse("draws:detail", args=[Draw.objects.get(widens=base).pk]))
    desk.sees("本市专家已全部问过")
    expect(lines_of(desk)).to_have_count(1)

    widened = Draw.objects.get(widens=base)
    accept_all(widened, now=timezone.now())
    desk.open(reverse("projects:detail", args=[base.project_id]))
    desk.sees("抽取成功（补抽）")
    for draw in (base, widened):
        open_names_at(draw, timezone.now())
        release(draw_id=draw.pk, now=timezone.now())
    end_review(base)
    visitor.open(reverse("draws:verify_draw", args=[widened.public_id]))
    expect(visitor.page.locator("#verify-result .verdict strong")).to_have_text("一致")
    expect(visitor.page.locator("#verify-result .timeline")).to_contain_text("补抽 1 人")
    assert visitor.overflow <= 0
    visitor.press(base.number)
    visitor.sees(widened.number)
