"""Standbys in browsers: planned, drawn, one declines, and the standby is seen to move up."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from expertpool.draws.enums import ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.replies import answer
from tests.draws.views.letters import lines, link_of
from tests.e2e.pages import Screen, group_box, sign_in
from tests.factories.accounts import make_department, make_user
from tests.factories.draws import make_ready_project, open_names_at
from tests.factories.experts import make_expert

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def agree(line: Invitation) -> None:
    answer(
        invitation=line,
        accept=True,
        reason="",
        via=ReplyVia.LINK,
        now=timezone.now(),
        entropy=SystemEntropy(),
    )


def seat(screen: Screen, group: str, number: int) -> object:
    """A seat in the draw room."""
    box = screen.page.locator(".room-group").filter(
        has=screen.page.get_by_role("heading", name=re.compile(rf"^{group}\s*\d"))
    )
    return box.locator(".room-seat").filter(has_text=f"专家 {number:02d}")


@pytest.mark.shows("DRAW-08", "DRAW-15")
def test_a_standby_is_planned_drawn_and_moves_up_before_everybodys_eyes(open_browser) -> None:
    operator, now = make_user("operator"), timezone.now()
    make_department()
    for number in range(6):
        make_expert(f"候补专家{number}")
    project = make_ready_project(now=now, seats=2)
    desk, room, phone = open_browser(), open_browser(), open_browser(phone=True)
    sign_in(desk, operator)
    sign_in(room, operator)

    desk.open(reverse("draws:plan", args=[project.pk]))
    desk.fill("候补人数", "1", within=group_box(desk, 1))
    desk.press("保存")
    desk.sees("综合　2 人，候补 1 人")
    desk.press("预查询")
    desk.sees("也够抽候补")
    desk.press("返回项目")
    desk.page.get_by_role("tab", name="抽取方案").or_(
        desk.page.get_by_role("link", name="抽取方案")
    ).first.click()
    desk.press("开始抽取")
    desk.sees("抽取 2 人、候补 1 人")
    desk.press("确认，开始抽取")
    desk.page.wait_for_url(re.compile(r"/draws/\d+/$"))
    draw = Draw.objects.get()
    room.open(reverse("draws:room", args=[draw.pk]))
    expect(seat(room, "综合候补", 3)).to_be_visible()

    first, second, standby = lines(draw)
    phone.open(link_of(standby))
    phone.sees("您已被随机抽取为候补评审专家")
    phone.sees("没有收到递补通知的，不用到场")
    assert phone.overflow <= 0
    phone.page.get_by_role("button", name="同意候补").tap()
    phone.page.get_by_role("alertdialog").get_by_role("button", name="同意候补").tap()
    phone.sees("您已同意候补")

    agree(second)
    phone.open(link_of(first))
    phone.page.get_by_text("不能参加", exact=True).tap()
    phone.page.locator("input[type=radio]").first.check()
    phone.page.get_by_role("button", name="提交：不能参加").tap()
    phone.sees("您已答复")

    expect(seat(room, "综合", 3)).to_contain_text("候补递补")
    expect(seat(room, "综合候补", 4)).to_contain_text("待答复")
    part = desk.page.locator(".table-part")
    expect(part).to_contain_text("候补")
    desk.sees("候补递补")
    agree(lines(draw)[3])
    desk.sees("抽取成功")

    open_names_at(draw, timezone.now())
    release(draw_id=draw.pk, now=timezone.now())
    desk.open(reverse("draws:verify_draw", args=[draw.public_id]))
    desk.sees("已重新推算，与记录完全一致")
    desk.sees("候补递补：")
    desk.open(reverse("draws:public_replay", args=[draw.public_id]))
    desk.sees("专家 03 由候补递补")
