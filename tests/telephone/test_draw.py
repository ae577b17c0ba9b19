"""An invitation that is answered by a key press, from the seal to the seat that moves."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.fixtures import Settings

from expertpool.accounts.models import User
from expertpool.draws.enums import DrawStatus, InvitationState, ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.occasions import CONFIRMED, HEARD
from expertpool.draws.services.entropy import SeededEntropy, SystemEntropy
from expertpool.draws.services.replies import answer
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.written_replies import take_reply
from expertpool.notifications.channels.voice import settings as voice
from expertpool.notifications.channels.wechat import settings as wechat
from expertpool.notifications.enums import ChannelCode, Decision, DeliveryState
from expertpool.notifications.models import Message, Reply
from expertpool.notifications.services.templates import save_template
from expertpool.telephone.services import calls
from tests.factories.draws import expert_id_of, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def line(db: None) -> None:
    configure(voice.SERVER, "10.8.0.5")
    configure(voice.USER, "02788886666")
    configure(voice.TRUNK, voice.SIP)


def seal(seats: int) -> Draw:
    now = timezone.now()
    project = make_ready_project(now=now, seats=seats, channels=("voice",), reply_minutes=60)
    return start_draw(project=project, actor=project.created_by, now=now, entropy=SeededEntropy(1))


def answer_all(decide: dict[int, Decision]) -> list[str]:
    """Take every call that is due, press what his expert decides, and let the worker work; return what was said."""
    said = []
    now = timezone.now()
    while taken := calls.take(agent="a", now=now):
        said.append(taken.text)
        message = Message.objects.get(tries__pk=calls.Call.objects.get(pk=taken.call_id).attempt_id)
        row = Invitation.objects.get(pk=message.about_id)
        calls.note_answered(call_id=taken.call_id, now=now)
        decision = decide.get(expert_id_of(row), Decision.YES)
        calls.press(call_id=taken.call_id, decision=decision, now=now)
        for job in ProcrastinateJob.objects.filter(task_name="draws.take_reply").order_by("id"):
            take_reply(**job.args, now=now, entropy=SystemEntropy())
        ProcrastinateJob.objects.filter(task_name="draws.take_reply")._raw_delete("default")
        # He hears the thanks, though his answer calls off all that asks him.
        assert not calls.keep_alive(agent="a", call_ids=[taken.call_id], now=now)
        outcome = calls.CallOutcome(decision)
        assert calls.end(call_id=taken.call_id, outcome=outcome, said=taken.text, now=now)
    return said


@pytest.mark.shows("OVW-08", "DRAW-13", "DRAW-22", "DRAW-40")
def test_a_panel_is_found_by_key_presses_alone() -> None:
    """Who presses 2 is replaced, whoever comes for him is called by himself: nobody clicks after the seal."""
    for _ in range(6):
        make_expert(email="")
    draw = seal(seats=3)
    first = [expert_id_of(row) for row in draw.invitations.order_by("line")]
    said = answer_all({first[0]: Decision.NO})
    draw.refresh_from_db()
    assert draw.status == DrawStatus.SUCCESS
    rows = Counter(draw.invitations.values_list("state", "replied_via"))
    assert rows == {
        (InvitationState.ACCEPTED, ReplyVia.VOICE): 3,
        (InvitationState.DECLINED, ReplyVia.VOICE): 1,
    }
    assert len(said) == 4
    assert all("邀请您参加评审" in text and "http" not in text for text in said)
    assert all("年" not in text and "请于 20" in text for text in said)  # the deadline is filled in
    letters = Message.objects.filter(channel=ChannelCode.VOICE)
    assert set(letters.values_list("state", flat=True)) == {DeliveryState.DELIVERED}
    assert sorted(one.body for one in letters) == sorted(said)  # the record has what was spoken
    # He heard it in the call.
    assert not Message.objects.filter(occasion=HEARD.code).exists()


@pytest.mark.shows("DRAW-23")
def test_whoever_presses_a_key_after_his_answer_is_told_what_counts() -> None:
    make_expert(email="")
    draw = seal(seats=1)
    now = timezone.now()
    row = draw.invitations.get()
    row.draw = draw
    taken = calls.take(agent="a", now=now)
    assert taken is not None
    answer(
        invitation=row,
        accept=True,
        reason="",
        via=ReplyVia.LINK,
        now=now,
        entropy=SystemEntropy(),
    )
    assert calls.keep_alive(agent="a", call_ids=[taken.call_id], now=now) == {taken.call_id}
    calls.press(call_id=taken.call_id, decision=Decision.NO, now=now)
    reply = Reply.objects.get()
    assert not take_reply(reply_id=reply.pk, now=now, entropy=SystemEntropy())
    row.refresh_from_db()
    assert row.state == InvitationState.ACCEPTED
    (told,) = Message.objects.filter(occasion=HEARD.code)
    assert "同意参加的答复已登记过" in told.body


@pytest.mark.shows("DRAW-22")
@pytest.mark.parametrize(
    ("way", "number", "ways"),
    [
        (wechat.NONE, "", {"site"}),
        (wechat.TEMPLATE, "", {"site"}),
        (wechat.TEMPLATE, "OPENTM200", {"site", "wechat"}),
    ],
)
def test_whom_a_plan_only_calls_is_told_by_the_ways_that_this_office_has(
    settings: Settings, admin: User, way: str, number: str, ways: set[str]
) -> None:
    """Each had a failed message in WeChat, by mail and on his telephone, which nobody had set up."""
    settings.DEV_PAGES = False
    configure(wechat.WAY, way)
    if number:
        text = CONFIRMED.default("wechat")._replace(registered=number, values="thing1={{项目名称}}")
        now = timezone.now()
        save_template(occasion=CONFIRMED.code, channel="wechat", text=text, actor=admin, now=now)
    make_expert(email="")
    seal(seats=1)
    answer_all({})
    told = Message.objects.filter(occasion=CONFIRMED.code)
    assert {one.channel for one in told} == ways


def test_who_answered_between_two_calls_is_called_no_more_and_the_record_says_so() -> None:
    make_expert(email="")
    draw = seal(seats=1)
    now = timezone.now()
    taken = calls.take(agent="a", now=now)
    assert taken is not None
    calls.end(call_id=taken.call_id, outcome=calls.CallOutcome.BUSY, said=taken.text, now=now)
    (letter,) = Message.objects.filter(channel=ChannelCode.VOICE)
    assert "请于 20" not in letter.body  # until when is known when he is called again
    answer(
        invitation=draw.invitations.get(),
        accept=True,
        reason="",
        via=ReplyVia.LINK,
        now=now,
        entropy=SystemEntropy(),
    )
    letter.refresh_from_db()
    assert letter.state == DeliveryState.CANCELLED
    assert letter.detail == "已有答复或不再需要，没有再试"


def test_whose_telephone_is_a_wrong_number_is_asked_another_way() -> None:
    expert = make_expert(email="wang@example.cn")
    draw = seal(seats=1)
    now = timezone.now()
    taken = calls.take(agent="a", now=now)
    assert taken is not None
    assert taken.number == expert.phone
    calls.end(call_id=taken.call_id, outcome=calls.CallOutcome.BAD_NUMBER, now=now)
    (letter,) = Message.objects.filter(channel=ChannelCode.VOICE)
    assert letter.state == DeliveryState.FAILED
    assert ProcrastinateJob.objects.filter(task_name="draws.send_otherwise").exists()
    assert draw.invitations.get().reached_at is None
