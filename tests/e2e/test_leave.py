"""An expert takes leave on a telephone: over a review that he has confirmed, from one review by his link, and back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.models import Invitation
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.draws.services.replies import answer
from expertpool.experts.models import Expert, Leave
from tests.draws.views.letters import lines, link_of
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import drawer, sign_in
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import give_account, make_expert

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def state_of(line: Invitation) -> str:
    return Invitation.objects.get(pk=line.pk).state


@pytest.mark.shows("PORT-20", "EXP-27")
def test_a_leave_gives_up_a_seat_and_is_taken_back(open_browser: OpenBrowser) -> None:
    now = timezone.now()
    for _ in range(4):
        make_expert()
    draw = make_draw(now=now, seats=2)
    for line in lines(draw)[:2]:
        answer(
            invitation=line,
            accept=True,
            reason="",
            via=ReplyVia.LINK,
            now=now,
            entropy=SystemEntropy(),
        )
    mine, other = lines(draw)[:2]
    expert = Expert.objects.get(pk=expert_id_of(mine))
    give_account(expert, make_user("expert", name=expert.name))
    expert.refresh_from_db()
    opens = timezone.localtime(draw.project.opening_at)
    month = f"/my/calendar/?month={opens:%Y-%m}"

    phone = open_browser(phone=True)
    sign_in(phone, expert.user)
    phone.open(month)
    phone.sees("已确认")
    assert phone.overflow == 0
    phone.open("/my/leaves/")
    phone.press("登记请假")
    form = drawer(phone)
    for label, at in (("开始时间", opens), ("结束时间", opens + timedelta(days=1))):
        phone.fill(label, f"{at:%Y-%m-%d}", within=form)
        form.get_by_label(label).press("Tab")
    phone.fill("事由", "出国开会", within=form)
    phone.press("保存", within=form)
    # He reads which review it concerns before anything is stored.
    expect(form).to_contain_text("您在这段时间有评审")
    expect(form).to_contain_text(draw.project.name)
    assert phone.overflow == 0
    assert not Leave.objects.exists()
    assert form.get_by_label("事由").input_value() == "出国开会"
    form.locator("input[name=give_up]").check()
    phone.press("保存", within=form)
    phone.sees("未开始")
    assert phone.overflow == 0
    assert (state_of(mine), state_of(other)) == (InvitationState.LEAVE, InvitationState.ACCEPTED)
    phone.open(month)
    phone.sees("请假")
    assert draw.project.name not in phone.text

    phone.open("/my/leaves/")
    phone.press("销假")
    phone.confirm()
    phone.sees("已销假")
    assert Leave.objects.get().given_back_at or Leave.objects.get().ended_at
    # The seat stays given up: it was told so.
    assert state_of(mine) == InvitationState.LEAVE

    # The other comes from one review not, by the link alone.
    stranger = open_browser(phone=True)
    stranger.open(link_of(other))
    stranger.page.locator("summary").filter(has_text="临时有事，请假").click()
    stranger.fill("请假事由", "突发疾病")
    stranger.press("提交请假")
    stranger.confirm()
    stranger.sees("请假")
    expect(stranger.page.get_by_role("button", name="提交请假")).to_have_count(0)
    assert stranger.overflow == 0
    assert state_of(other) == InvitationState.LEAVE
    assert Leave.objects.count() == 1
