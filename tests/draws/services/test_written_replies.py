"""Invitations answered by a short message: from the push of the provider to the seat that moves."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.audit.models import Entry
from expertpool.core.duties import note_run
from expertpool.core.health import Health
from expertpool.draws.enums import DrawStatus, InvitationState, ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.occasions import ASKING, HEARD
from expertpool.draws.queries.clock import closing_of
from expertpool.draws.queries.outage import SWEEP
from expertpool.draws.services.clock import keep_clock
from expertpool.draws.services.entropy import SeededEntropy, SystemEntropy
from expertpool.draws.services.overdue import sweep
from expertpool.draws.services.replies import answer, expire
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.telling import answer_code
from expertpool.draws.services.written_replies import STOP, UNCLEAR, take_reply
from expertpool.experts.models import Expert
from expertpool.notifications.channels.base import Inbound, Outbound, SendResult, SendStatus
from expertpool.notifications.channels.sms import SmsChannel
from expertpool.notifications.channels.sms import settings as sms
from expertpool.notifications.enums import Decision, DeliveryState
from expertpool.notifications.models import Message, Reply
from expertpool.notifications.queries.attempts import callback_token
from expertpool.notifications.queries.health import find_replies
from expertpool.notifications.services.delivery import deliver
from expertpool.notifications.services.replies import take_pushed
from tests.factories.draws import expert_id_of, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


class Kept:
    """A provider that takes all."""

    def __init__(self) -> None:
        self.sent: list[Outbound] = []

    def send(self, outbound: Outbound) -> SendResult:
        self.sent.append(outbound)
        return SendResult(SendStatus.ACCEPTED, provider_id=str(len(self.sent)))


@pytest.fixture
def provider(db: None, monkeypatch: pytest.MonkeyPatch) -> Kept:
    kept = Kept()
    configure(sms.PROVIDER, sms.GATEWAY)
    configure(sms.REPLIES, sms.BY_CODE)
    configure(sms.REPLY_TEXT, "content")
    monkeypatch.setattr(SmsChannel, "transport", lambda self: kept)
    return kept


@pytest.fixture
def pool(db: None) -> list[Expert]:
    return [make_expert(email=f"e{n}@example.cn") for n in range(4)]


def seal(seats: int = 1) -> Draw:
    project = make_ready_project(
        now=timezone.now(), seats=seats, channels=("sms", "email"), reply_minutes=60
    )
    return start_draw(
        project=project, actor=project.created_by, now=timezone.now(), entropy=SeededEntropy(1)
    )


def letter_of(row: Invitation, channel: str = "sms") -> Message:
    return Message.objects.filter(
        about_type="draws.invitation", about_id=row.pk, channel=channel, occasion__in=ASKING
    ).latest("pk")


def sent_letter(row: Invitation) -> Message:
    letter = letter_of(row)
    deliver(message_id=letter.pk, now=timezone.now())
    letter.refresh_from_db()
    return letter


def phone_of(row: Invitation) -> str:
    return str(Expert.objects.get(pk=expert_id_of(row)).phone)


def write(row: Invitation, text: str, *, now: datetime | None = None, **more: Any) -> int:
    inbound = Inbound(phone_of(row), text, **more)
    return take_pushed(provider=sms.GATEWAY, told=[inbound], now=now or timezone.now())


def work() -> None:
    """Let the worker take what was written back."""
    for job in ProcrastinateJob.objects.filter(task_name="draws.take_reply").order_by("id"):
        take_reply(**job.args, now=timezone.now(), entropy=SystemEntropy())


def heard(row: Invitation) -> list[str]:
    rows = Message.objects.filter(occasion=HEARD.code, about_id=row.pk).order_by("pk")
    return [one.body for one in rows]


@pytest.mark.shows("DRAW-22", "DRAW-13")
@pytest.mark.parametrize("extended", [False, True], ids=["by code", "by extension"])
def test_who_writes_back_y_sits(provider: Kept, pool: list[Expert], extended: bool) -> None:
    if extended:
        configure(sms.REPLIES, sms.BY_EXTENSION)
        configure(sms.REPLY_TO, "dest")
        configure(sms.GATEWAY_EXTENSION, "extno")
    row = seal().invitations.get()
    letter = sent_letter(row)
    code = answer_code(row)
    (sent,) = provider.sent
    if extended:
        assert "回复 Y 参加、N 不参加" in letter.body
        assert sent.extension == code
        assert write(row, "ｙ", extension=f"10690{code}") == 1
    else:
        assert f"回复 Y{code} 参加" in sent.body
        assert sent.extension == ""
        assert write(row, f"Ｙ {code}。") == 1
    work()
    row.refresh_from_db()
    assert (row.state, row.replied_via) == (InvitationState.ACCEPTED, ReplyVia.SMS)
    # What else asked him goes out no more.
    assert letter_of(row, "email").state == DeliveryState.CANCELLED
    assert heard(row) == []


@pytest.mark.shows("DRAW-22")
@pytest.mark.parametrize("first", ["deadline", "answer"])
def test_what_came_in_time_counts_though_it_is_taken_later(
    provider: Kept, pool: list[Expert], first: str
) -> None:
    """The worker was just started again: both jobs are due."""
    row = seal().invitations.get()
    sent_letter(row)
    keep_clock(invitation_id=row.pk)
    row.refresh_from_db()
    in_time, late = row.deadline_at - timedelta(seconds=5), row.deadline_at + MINUTE
    assert write(row, f"Y{answer_code(row)}", now=in_time) == 1
    job = ProcrastinateJob.objects.get(task_name="draws.take_reply")
    if first == "deadline":
        assert not expire(invitation_id=row.pk, now=late, entropy=SystemEntropy())
    take_reply(**job.args, now=late, entropy=SystemEntropy())
    row.refresh_from_db()
    assert (row.state, row.replied_via) == (InvitationState.ACCEPTED, ReplyVia.SMS)


@pytest.mark.parametrize("text", ["Y", "?"])
def test_what_came_too_late_or_says_nothing_keeps_no_seat(
    provider: Kept, pool: list[Expert], text: str
) -> None:
    row = seal().invitations.get()
    sent_letter(row)
    keep_clock(invitation_id=row.pk)
    row.refresh_from_db()
    at = row.deadline_at + timedelta(seconds=1 if text == "Y" else -1)
    assert write(row, f"{text}{answer_code(row)}", now=at) == 1
    assert expire(invitation_id=row.pk, now=row.deadline_at + MINUTE, entropy=SystemEntropy())
    row.refresh_from_db()
    assert row.state == InvitationState.NO_ANSWER


@pytest.mark.shows("DRAW-22")
def test_an_answer_that_no_job_takes_holds_nobody_for_ever(
    provider: Kept, pool: list[Expert]
) -> None:
    row = seal().invitations.get()
    sent_letter(row)
    keep_clock(invitation_id=row.pk)
    row.refresh_from_db()
    assert write(row, f"Y{answer_code(row)}", now=row.deadline_at - MINUTE) == 1
    at = row.deadline_at + timedelta(minutes=3)
    assert not expire(invitation_id=row.pk, now=at, entropy=SystemEntropy())
    again = ProcrastinateJob.objects.filter(
        task_name="draws.expire_invitation", scheduled_at__gt=at
    )
    assert again.filter(args={"invitation_id": row.pk}).exists()
    assert expire(invitation_id=row.pk, now=at + 2 * MINUTE, entropy=SystemEntropy())


@pytest.mark.shows("DRAW-22")
@pytest.mark.parametrize("first", ["sweep", "answer"])
def test_what_came_while_the_worker_was_off_until_the_panel_sat_is_not_lost(
    provider: Kept, pool: list[Expert], first: str
) -> None:
    """Pages took it: the job that hears it waits for the worker, whose sweep ends those who could not answer."""
    row = seal().invitations.get()
    sent_letter(row)
    keep_clock(invitation_id=row.pk)
    note_run(SWEEP, now=timezone.now())
    row.refresh_from_db()
    closing = closing_of(row)
    assert write(row, f"Y{answer_code(row)}", now=closing - timedelta(hours=1)) == 1
    job = ProcrastinateJob.objects.get(task_name="draws.take_reply")
    back = closing + timedelta(hours=1)
    if first == "sweep":
        sweep(now=back, entropy=SystemEntropy())
        note_run(SWEEP, now=back)
    take_reply(**job.args, now=back, entropy=SystemEntropy())
    row.refresh_from_db()
    assert (row.state, row.replied_via) == (InvitationState.ACCEPTED, ReplyVia.SMS)


@pytest.mark.parametrize("came", ["late", "never taken"])
def test_no_other_is_waited_for_once_the_panel_sits(
    provider: Kept, pool: list[Expert], came: str
) -> None:
    row = seal().invitations.get()
    sent_letter(row)
    keep_clock(invitation_id=row.pk)
    note_run(SWEEP, now=timezone.now())
    row.refresh_from_db()
    closing = closing_of(row)
    at = closing + MINUTE * (1 if came == "late" else -1)
    assert write(row, f"Y{answer_code(row)}", now=at) == 1
    back = closing + timedelta(hours=1)
    for now in [back] if came == "late" else [back, back + 6 * MINUTE]:
        sweep(now=now, entropy=SystemEntropy())
        note_run(SWEEP, now=back + 6 * MINUTE)
    row.refresh_from_db()
    assert row.state == InvitationState.CONFLICT


@pytest.mark.shows("DRAW-22")
def test_who_writes_back_no_is_replaced_and_told(provider: Kept, pool: list[Expert]) -> None:
    draw = seal()
    row = draw.invitations.get()
    sent_letter(row)
    write(row, f"{answer_code(row)} 拒绝")
    work()
    row.refresh_from_db()
    assert (row.state, row.told_via) == (InvitationState.DECLINED, "own")
    assert draw.invitations.filter(state=InvitationState.INVITED).count() == 1
    assert "已登记您不能参加" in heard(row)[0]
    entry = Entry.objects.filter(action="draw.reply").latest("pk")
    assert entry.actor is None


@pytest.mark.parametrize("first", ["同意", "不能参加"])
def test_the_first_answer_over_any_way_counts(
    provider: Kept, pool: list[Expert], first: str
) -> None:
    row = seal().invitations.get()
    sent_letter(row)
    accept = first == "同意"
    answer(
        invitation=row,
        accept=accept,
        reason="" if accept else "出差",
        via=ReplyVia.LINK,
        now=timezone.now(),
        entropy=SystemEntropy(),
    )
    write(row, f"{'N' if accept else 'Y'}{answer_code(row)}")
    work()
    row.refresh_from_db()
    assert row.replied_via == ReplyVia.LINK
    assert row.state == (InvitationState.ACCEPTED if accept else InvitationState.DECLINED)
    (told,) = heard(row)
    assert ("已登记过" if accept else "「参加」没有登记") in told
    # Neither his letter nor this named anybody whom he could ask.
    project = row.draw.project
    assert f"联系 {project.contact_name} {project.contact_phone}。" in told


def test_the_same_words_of_another_hour_are_heard_where_the_platform_gives_no_number(
    provider: Kept, pool: list[Expert]
) -> None:
    row = seal().invitations.get()
    sent_letter(row)
    text, now = f"Y{answer_code(row)}", timezone.now()
    assert [write(row, text, now=now), write(row, text, now=now)] == [1, 0]  # pushed twice
    assert write(row, text, now=now + timedelta(hours=1)) == 1


def test_what_is_not_understood_answers_nothing(provider: Kept, pool: list[Expert]) -> None:
    row = seal().invitations.get()
    sent_letter(row)
    code = answer_code(row)
    assert write(row, f"能不能晚一天 {code}") == 1
    work()
    row.refresh_from_db()
    assert row.state == InvitationState.INVITED
    assert UNCLEAR in heard(row)[0]


@pytest.mark.parametrize(("first", "told"), [("Y", "已登记过"), ("N", "没有改变")])
def test_who_has_answered_is_not_told_that_he_has_not(
    provider: Kept, pool: list[Expert], first: str, told: str
) -> None:
    """「收到，谢谢」 after the confirmation was answered by 尚未登记."""
    row = seal().invitations.get()
    sent_letter(row)
    write(row, f"{first}{answer_code(row)}")
    work()
    row.refresh_from_db()
    state = row.state
    write(row, "收到，谢谢！", key="2")
    work()
    row.refresh_from_db()
    assert row.state == state != InvitationState.INVITED
    assert "尚未登记" not in "".join(heard(row))
    assert told in heard(row)[-1]


@pytest.mark.shows("DRAW-22")
@pytest.mark.parametrize("text", ["Y{code}", "N{code}", "收到，谢谢！"])
def test_whose_answer_comes_too_late_is_told_so(
    provider: Kept, pool: list[Expert], text: str
) -> None:
    """He read 已经答复过或已失效 and may have come, or how to answer what was over."""
    row = seal().invitations.get()
    sent_letter(row)
    keep_clock(invitation_id=row.pk)
    row.refresh_from_db()
    assert expire(invitation_id=row.pk, now=row.deadline_at, entropy=SystemEntropy())
    write(row, text.format(code=answer_code(row)))
    work()
    (told,) = heard(row)
    assert "晚于答复时限，没有登记，不用到场" in told
    assert row.draw.project.contact_phone in told


@pytest.mark.parametrize("text", ["好的，参加", "Y", "不参加", "Y999999"])
def test_who_writes_no_code_of_his_is_told_how_to_answer(
    provider: Kept, pool: list[Expert], text: str
) -> None:
    row = seal().invitations.get()
    sent_letter(row)
    now = timezone.now()
    assert [write(row, text, now=now, key=key) for key in ("1", "2", "3")] == [0, 0, 0]
    work()
    row.refresh_from_db()
    assert row.state == InvitationState.INVITED
    assert [UNCLEAR in one for one in heard(row)] == [True]  # once a day of a letter
    write(row, text, now=now + timedelta(days=1), key="4")
    work()
    assert len(heard(row)) == 2


def test_who_is_asked_nothing_is_told_nothing(provider: Kept, pool: list[Expert]) -> None:
    row = seal().invitations.get()
    sent_letter(row)
    stranger = Inbound("13900000000", "好的")
    assert take_pushed(provider=sms.GATEWAY, told=[stranger], now=timezone.now()) == 0
    work()
    assert heard(row) == []


def test_an_answer_to_what_was_asked_before_counts_no_more(
    provider: Kept, pool: list[Expert]
) -> None:
    row = seal().invitations.get()
    sent_letter(row)
    before = answer_code(row)
    Invitation.objects.filter(pk=row.pk).update(asked_again_at=timezone.now())
    write(row, f"Y{before}")
    work()
    row.refresh_from_db()
    assert row.state == InvitationState.INVITED
    assert "按最新的通知答复" in heard(row)[0]


def test_a_row_that_somebody_else_wrote_answers_nothing(provider: Kept, pool: list[Expert]) -> None:
    row = seal().invitations.get()
    letter = sent_letter(row)
    reply = Reply(
        key="gateway:1",
        message=letter,
        decision=Decision.NO,
        provider="gateway",
        received_at=timezone.now(),
    )
    Reply.objects.bulk_create([reply])
    Reply.objects.filter(pk=reply.pk).update(decision=Decision.YES)
    assert not take_reply(reply_id=reply.pk, now=timezone.now(), entropy=SystemEntropy())
    row.refresh_from_db()
    assert row.state == InvitationState.INVITED


def guess(row: Invitation, often: int, *, source: str = "") -> None:
    """Push so many wrong codes in the name of an expert's telephone."""
    wrong = [f"{n:06}" for n in range(often + 1) if f"{n:06}" != answer_code(row)][:often]
    told = [Inbound(phone_of(row), f"N{code}") for code in wrong]
    found = take_pushed(
        provider=sms.GATEWAY, told=told, now=timezone.now(), source=source or FORGER
    )
    assert found == 0


FORGER, PROVIDER = "203.0.113.9", "198.51.100.7"


def test_a_forger_silences_nobody(provider: Kept, pool: list[Expert]) -> None:
    """Whoever pushes wrong codes in an expert's name takes nothing from what his own provider pushes."""
    row = seal().invitations.get()
    sent_letter(row)
    guess(row, 12)
    inbound = Inbound(phone_of(row), f"N{answer_code(row)}")
    now = timezone.now()
    assert take_pushed(provider=sms.GATEWAY, told=[inbound], now=now, source=PROVIDER) == 1
    work()
    row.refresh_from_db()
    assert row.state == InvitationState.DECLINED
    assert find_replies(now).state == Health.WARNING


@pytest.mark.parametrize(("often", "source"), [(10, PROVIDER), (100, "")])
def test_codes_are_not_guessed(provider: Kept, pool: list[Expert], often: int, source: str) -> None:
    """Ten wrong ones of a telephone from one network, or a hundred in all, and a right one is not taken for his: he is
    asked to answer by his link. On the next day it counts."""
    row = seal().invitations.get()
    sent_letter(row)
    for at in range(0, often, 10):
        guess(row, 10 + at, source=source or f"203.0.113.{at}")
    right = [Inbound(phone_of(row), f"N{answer_code(row)}", key=key) for key in ("1", "2")]
    now = timezone.now()
    assert take_pushed(provider=sms.GATEWAY, told=right[:1], now=now, source=PROVIDER) == 1
    work()
    row.refresh_from_db()
    assert row.state == InvitationState.INVITED
    assert "多次写错回复码" in heard(row)[-1]
    # What is wrong still is not kept any more: guesses fill nothing.
    before = Reply.objects.count()
    guess(row, 200, source=source)
    assert Reply.objects.count() <= before + 10
    later = now + timedelta(days=1, minutes=1)
    assert take_pushed(provider=sms.GATEWAY, told=right[1:], now=later, source=PROVIDER) == 1
    assert Reply.objects.latest("pk").decision == Decision.NO


def test_nobody_answers_for_another(provider: Kept, pool: list[Expert]) -> None:
    draw = seal(seats=2)
    one, other = draw.invitations.order_by("line")
    for row in (one, other):
        sent_letter(row)
    assert write(one, f"N{answer_code(other)}") == 0
    # Nor one provider for another.
    inbound = Inbound(phone_of(one), f"N{answer_code(one)}")
    assert take_pushed(provider=sms.ALIYUN, told=[inbound], now=timezone.now()) == 0


@pytest.mark.parametrize("written", ["+86 {}", "0086-{}", "(+86){}", "８６{}", "{}-{}-{}"])
def test_a_telephone_is_known_however_the_platform_writes_it(
    provider: Kept, pool: list[Expert], written: str
) -> None:
    row = seal().invitations.get()
    sent_letter(row)
    phone = phone_of(row)
    parts = [phone[:3], phone[3:7], phone[7:]] if written.count("{}") > 1 else [phone]
    inbound = Inbound(written.format(*parts), f"Y{answer_code(row)}")
    assert take_pushed(provider=sms.GATEWAY, told=[inbound], now=timezone.now()) == 1
    work()
    row.refresh_from_db()
    assert (row.state, row.replied_via) == (InvitationState.ACCEPTED, ReplyVia.SMS)


def test_without_replies_no_letter_says_how(provider: Kept, pool: list[Expert]) -> None:
    configure(sms.REPLIES, "none")
    letter = sent_letter(seal().invitations.get())
    assert (letter.answer_key, letter.answer_code) == (None, "")
    assert "回复" not in letter.body.replace("答复", "")


@pytest.mark.shows("DRAW-22")
def test_what_is_pushed_twice_counts_once(
    client: Client, provider: Kept, pool: list[Expert]
) -> None:
    configure(sms.REPLY_TEXT, "content")
    row = seal().invitations.get()
    sent_letter(row)
    pushed = {"mobile": f"86{phone_of(row)}", "content": f"1 {answer_code(row)}", "id": "77"}
    address = f"/messages/callbacks/gateway/{callback_token('gateway')}/"
    for _ in range(2):
        response = client.post(address, json.dumps(pushed), content_type="application/json")
        assert response.status_code == 200
    assert Reply.objects.count() == 1
    assert ProcrastinateJob.objects.filter(task_name="draws.take_reply").count() == 1
    # Nothing at all is no answer, and nothing to be pushed again and again.
    blank = pushed | {"content": "", "id": "78"}
    for body, kind in (
        (urlencode(blank), "application/x-www-form-urlencoded"),
        (json.dumps(blank), "application/json"),
    ):
        assert client.post(address, body, content_type=kind).status_code == 200
    assert Reply.objects.count() == 1
    work()
    row.refresh_from_db()
    assert row.state == InvitationState.ACCEPTED


@pytest.mark.parametrize(
    ("provider_code", "row"),
    [
        (
            "aliyun",
            [
                {
                    "phone_number": "{phone}",
                    "send_time": "2026-11-24 12:00:00",
                    "content": "N{code}",
                    "sign_name": "签",
                    "dest_code": "1235",
                    "sequence_id": 99,
                }
            ],
        ),
        (
            "tencent",
            {
                "extend": "",
                "mobile": "{phone}",
                "nationcode": "86",
                "sign": "签",
                "text": "N{code}",
                "time": 1764000000,
            },
        ),
    ],
)
def test_clouds_push_what_was_written_back(
    client: Client, provider: Kept, pool: list[Expert], provider_code: str, row: Any
) -> None:
    configure(sms.PROVIDER, provider_code)
    invitation = seal().invitations.get()
    letter = letter_of(invitation)
    letter.state, letter.address = DeliveryState.QUEUED, phone_of(invitation)
    letter.save(update_fields=["state", "address"])
    sent_letter(invitation)
    words = {"{phone}": phone_of(invitation), "{code}": answer_code(invitation)}
    body = re.sub(r"\{(?:phone|code)\}", lambda found: words[found[0]], json.dumps(row))
    path = f"/messages/callbacks/{provider_code}/{callback_token(provider_code)}/"
    assert client.post(path, body, content_type="application/json").status_code == 200
    work()
    invitation.refresh_from_db()
    assert invitation.state == InvitationState.DECLINED


@pytest.mark.shows("DRAW-13", "DRAW-22")
def test_nine_seats_are_answered_by_every_way_and_silence(provider: Kept) -> None:
    """Who declines or says nothing is replaced; in the end nine sit, by whichever way they said so."""
    for number in range(14):
        make_expert(email=f"n{number}@example.cn")
    draw = seal(seats=9)
    rows = list(draw.invitations.order_by("line"))
    for row in rows:
        sent_letter(row)
        keep_clock(invitation_id=row.pk)
    for row in rows[:3]:
        write(row, f"Y{answer_code(row)}")
    for row in rows[3:5]:
        write(row, f"不参加 {answer_code(row)}")
    work()
    for row in rows[5:8]:
        by_link(row, accept=row != rows[7])
    late = timezone.now() + 61 * MINUTE
    assert expire(invitation_id=rows[8].pk, now=late, entropy=SystemEntropy())
    # Four left their seats: those who came for them agree in writing.
    new = draw.invitations.filter(state=InvitationState.INVITED)
    assert new.count() == 4
    ProcrastinateJob.objects.filter(task_name="draws.take_reply")._raw_delete("default")
    for row in new:
        sent_letter(row)
        write(row, f"同意{answer_code(row)}")
    work()
    draw.refresh_from_db()
    assert draw.status == DrawStatus.SUCCESS
    sits = draw.invitations.filter(state=InvitationState.ACCEPTED)
    ways = Counter(sits.values_list("replied_via", flat=True))
    assert ways == {ReplyVia.SMS: 7, ReplyVia.LINK: 2}
    left = Counter(draw.invitations.exclude(pk__in=sits).values_list("state", flat=True))
    assert left == {InvitationState.DECLINED: 3, InvitationState.NO_ANSWER: 1}


def by_link(row: Invitation, *, accept: bool) -> None:
    answer(
        invitation=row,
        accept=accept,
        reason="" if accept else "出差",
        via=ReplyVia.LINK,
        now=timezone.now(),
        entropy=SystemEntropy(),
    )


@pytest.mark.parametrize("coded", [True, False], ids=["with the code", "without"])
def test_who_writes_td_is_told_that_it_is_no_answer(
    provider: Kept, pool: list[Expert], coded: bool
) -> None:
    """He was told that nobody had understood him."""
    row = seal().invitations.get()
    sent_letter(row)
    write(row, f"TD {answer_code(row)}" if coded else "退订")
    work()
    row.refresh_from_db()
    assert row.state == InvitationState.INVITED
    assert [STOP in one for one in heard(row)] == [True]
