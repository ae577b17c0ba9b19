"""改期 in browsers: a clerk moves the review, experts confirm anew on their phones."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from expertpool.draws.enums import ReplyVia
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.draws.services.replies import answer
from expertpool.experts.models import Leave
from tests.draws.views.letters import lines, link_of
from tests.e2e.pages import drawer, sign_in
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw, reach
from tests.factories.experts import make_expert

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.mark.shows("DRAW-15")
def test_a_clerk_moves_the_review_and_experts_confirm_on_the_phone(open_browser) -> None:
    operator, now = make_user("operator"), timezone.now()
    for number in range(3):
        make_expert(f"改期专家{number}")
    draw = make_draw(now=now, operator=operator, seats=2)
    for row in lines(draw):
        answer(
            invitation=row,
            accept=True,
            reason="",
            via=ReplyVia.LINK,
            now=now,
            entropy=SystemEntropy(),
        )
    moved = timezone.localtime(draw.project.opening_at + timedelta(days=2))
    free, away = lines(draw)
    Leave.objects.create(
        expert_id=expert_id_of(away),
        during=DateTimeTZRange(moved - timedelta(hours=1), moved + timedelta(hours=9)),
        reason="出差",
        created_at=now,
    )
    old_link = link_of(free)

    desk = open_browser()
    sign_in(desk, operator)
    desk.open(reverse("draws:detail", args=[draw.pk]))
    desk.press("改期")
    desk.fill("新的评审开始时间", moved.strftime("%Y-%m-%d %H:%M"), within=drawer(desk))
    desk.page.keyboard.press("Tab")
    desk.fill("新的评审地点", "北楼 302 室", within=drawer(desk))
    desk.press("改期并通知专家", within=drawer(desk))
    expect(drawer(desk)).to_contain_text("请写明改期的原因")
    desk.fill("改期原因", "供应商答疑延期", within=drawer(desk))
    desk.press("改期并通知专家", within=drawer(desk))
    desk.sees("0 人已确认，2 人待确认")
    desk.sees("供应商答疑延期")
    expect(desk.stat("同意")).to_contain_text("0")
    reach(draw, now=now)

    phone = open_browser(phone=True)
    phone.open(old_link)
    phone.sees("评审改期")
    phone.sees("北楼 302 室")
    assert phone.overflow <= 0
    phone.press("确认参加")
    phone.confirm()
    phone.sees("您已确认参加")
    phone.open(link_of(away))
    phone.sees("您在这段时间已登记请假")
    expect(phone.page.get_by_role("button", name="确认参加")).to_have_count(0)
    assert phone.overflow <= 0
    phone.page.locator("summary").filter(has_text="不能参加").click()
    phone.page.get_by_label("时间冲突").first.check()
    phone.press("提交：不能参加")
    phone.sees("您已答复")
    desk.open(reverse("draws:detail", args=[draw.pk]))
    desk.sees("1 人都已确认")
    desk.sees("补抽")
    assert "请假" not in desk.text
