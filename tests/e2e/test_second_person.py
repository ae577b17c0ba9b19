"""A second person who is not there agrees by a code; a panel that signs in opens its names."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from expertpool.draws import settings as office
from expertpool.draws.models import Draw
from expertpool.draws.services.names import named_rows
from expertpool.draws.services.presence import open_when_present
from expertpool.notifications.models import Message
from tests.draws.views.letters import lines, link_of
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import drawer, sign_in
from tests.factories.accounts import make_phone, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.factories.widening import accept_all

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_a_supervisor_elsewhere_agrees_by_the_code_on_his_phone(open_browser: OpenBrowser) -> None:
    for _ in range(2):
        make_expert()
    operator = make_user("operator")
    supervisor = make_user("supervisor", name="周监督", phone=make_phone())
    draw = make_draw(now=timezone.now(), seats=1, operator=operator)
    desk, other = open_browser(), open_browser()
    sign_in(desk, operator)
    desk.open(reverse("draws:detail", args=[draw.pk]))
    desk.press("申请作废")
    desk.page.get_by_label("作废的原因").fill("回避单位漏填")
    desk.confirm()
    desk.sees("有人申请作废本次抽取")
    desk.press("验证码确认")
    drawer(desk).get_by_label("确认人").select_option(str(supervisor.pk), force=True)
    desk.press("发送验证码", within=drawer(desk))
    desk.sees("已发给周监督")
    told = Message.objects.get(occasion="request.code", channel="sms").body
    found = re.search(r"验证码 (\d{6}) ", told)
    assert found
    desk.fill("验证码", "000000", within=drawer(desk))
    desk.press("确认作废", within=drawer(desk))
    desk.sees("还可以试 4 次")
    desk.fill("验证码", found[1], within=drawer(desk))
    desk.press("确认作废", within=drawer(desk))
    desk.sees("周监督已用验证码确认")

    # Another request is decided where it is listed, without a way round by the draw.
    later = make_draw(now=timezone.now(), seats=1, operator=operator, opens_in_hours=200)
    desk.open(reverse("draws:detail", args=[later.pk]))
    desk.press("提前公开名单")
    desk.page.get_by_label("提前公开的原因").fill("评审提前到今天")
    desk.confirm()
    desk.sees("有人申请提前公开名单")
    sign_in(other, supervisor)
    other.open(reverse("workflow:request_list"))
    other.press("去确认")
    other.sees("确认现在公开名单？")
    other.press("确认公开", within=drawer(other))
    other.confirm()
    other.sees("没有待您确认的申请")
    assert Draw.objects.get(pk=later.pk).released_at is not None


@pytest.mark.shows("DRAW-14")
def test_names_open_when_the_last_one_has_signed_in(open_browser: OpenBrowser) -> None:
    configure(office.REVEAL_BY, office.ALL_PRESENT)
    for number in range(2):
        make_expert(f"到场专家{number}")
    operator = make_user("operator")
    # It is the day: signing in begins an hour before the opening that was sealed.
    before = timezone.now() - timedelta(hours=72, minutes=-20)
    draw = make_draw(now=before, seats=2, operator=operator, opens_in_hours=72)
    accept_all(draw, now=before)
    desk = open_browser()
    sign_in(desk, operator)
    desk.open(reverse("draws:detail", args=[draw.pk]))
    desk.sees("在席 2 人，已签到 0 人")
    place = desk.another()
    place.open(reverse("draws:place", args=[draw.pk]))
    place.sees("还有 2 人未签到")
    for count, line in enumerate(lines(draw), start=1):
        phone = open_browser(phone=True)
        phone.open(link_of(line))
        phone.fill("签到码", place.page.locator(".room-digits").inner_text())
        phone.press("签到")
        phone.sees("已签到")
        assert phone.overflow <= 0
        if count == 1:
            place.sees("还有 1 人未签到")
            desk.sees("已签到 1 人")
            assert not any(row.expert.name in desk.text for row in named_rows(draw))
    # What the job of the last sign-in does.
    assert open_when_present(draw_id=draw.pk, now=timezone.now())
    place.sees("名单已于")
    expect(desk.page.get_by_role("button", name="显示姓名（留痕）")).to_be_visible()
    desk.press("显示姓名（留痕）")
    desk.sees("到场专家0")
