"""A panel of nine, found by all ways at once: keys on the telephone, short messages, links in mails, and silence. After the
seal nobody of the office does anything."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.draws.enums import DrawStatus, InvitationState, ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.occasions import ASKING
from expertpool.draws.services.clock import keep_clock
from expertpool.draws.services.entropy import SeededEntropy, SystemEntropy
from expertpool.draws.services.replies import expire
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.telling import answer_code
from expertpool.draws.services.written_replies import take_reply
from expertpool.draws.settings import QUIET_WAYS
from expertpool.experts.models import Expert
from expertpool.notifications.channels.base import Inbound, Outbound, SendResult, SendStatus
from expertpool.notifications.channels.email import EmailChannel
from expertpool.notifications.channels.sms import SmsChannel
from expertpool.notifications.channels.sms import settings as sms
from expertpool.notifications.enums import ChannelCode, Decision, DeliveryState
from expertpool.notifications.models import Message
from expertpool.notifications.services.delivery import deliver
from expertpool.notifications.services.replies import take_pushed
from expertpool.telephone.enums import CallOutcome
from expertpool.telephone.services import calls
from tests.factories.draws import expert_id_of, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.telephone.test_draw import line  # noqa: F401 - a trunk is set

pytestmark = pytest.mark.django_db
SEATS = 9


class Takes:
    """A provider that takes all."""

    def send(self, outbound: Outbound) -> SendResult:
        return SendResult(SendStatus.ACCEPTED, provider_id=outbound.reference)


@pytest.mark.shows("OVW-08", "OVW-09", "DRAW-13", "DRAW-20", "DRAW-22", "DRAW-40")
@pytest.mark.usefixtures("line", "no_quiet_hours")
def test_nine_seats_are_filled_by_keys_messages_links_and_silence(
    monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    """Three press a key (one of them 2), three write back (one of them N), two open the link in their mail, one says
    nothing until his time is over; who comes for those who left answers by a key. Each answer stops what else asks him."""
    for one in (SmsChannel, EmailChannel):
        monkeypatch.setattr(one, "transport", lambda self: Takes())
    configure(sms.PROVIDER, sms.GATEWAY)
    configure(sms.REPLIES, sms.BY_CODE)
    configure(sms.REPLY_TEXT, "content")
    configure(QUIET_WAYS[ChannelCode.VOICE], None)  # whatever the time is
    for at in range(14):
        make_expert(email=f"e{at}@example.cn")
    now = timezone.now()
    project = make_ready_project(
        now=now, seats=SEATS, channels=("sms", "voice", "email"), reply_minutes=60
    )
    draw = start_draw(project=project, actor=project.created_by, now=now, entropy=SeededEntropy(1))
    _send_what_is_due()
    rows = list(draw.invitations.order_by("line"))
    for row in rows:
        keep_clock(invitation_id=row.pk)
    assert len(rows) == SEATS
    for row in rows[:3]:
        _press(row, Decision.NO if row is rows[0] else Decision.YES)
    for row in rows[3:6]:
        _write(row, "N" if row is rows[3] else "Y")
    for row in rows[6:8]:
        _open_link(client, row)
    _press_all(draw, but=rows[8])
    late = timezone.now() + timedelta(minutes=61)
    assert expire(invitation_id=rows[8].pk, now=late, entropy=SystemEntropy())
    _press_all(draw)

    draw.refresh_from_db()
    assert draw.status == DrawStatus.SUCCESS
    found = Counter(draw.invitations.values_list("state", "replied_via"))
    assert found == {
        (InvitationState.ACCEPTED, ReplyVia.VOICE): 2 + 3,
        (InvitationState.ACCEPTED, ReplyVia.SMS): 2,
        (InvitationState.ACCEPTED, ReplyVia.LINK): 2,
        (InvitationState.DECLINED, ReplyVia.VOICE): 1,
        (InvitationState.DECLINED, ReplyVia.SMS): 1,
        (InvitationState.NO_ANSWER, ReplyVia.DEADLINE): 1,
    }
    waiting = Message.objects.filter(occasion__in=ASKING, state=DeliveryState.QUEUED)
    assert not waiting.exists()


def _letter(row: Invitation, channel: str) -> Message:
    return Message.objects.filter(about_id=row.pk, channel=channel, occasion__in=ASKING).latest(
        "pk"
    )


def _send_what_is_due() -> None:
    for channel in (ChannelCode.SMS, ChannelCode.EMAIL):
        due = Message.objects.filter(channel=channel, state=DeliveryState.QUEUED)
        for pk in due.values_list("pk", flat=True):
            deliver(message_id=pk, now=timezone.now())


def _work() -> None:
    """Let the worker take what was written or pressed."""
    for job in ProcrastinateJob.objects.filter(task_name="draws.take_reply").order_by("id"):
        take_reply(**job.args, now=timezone.now(), entropy=SystemEntropy())
    ProcrastinateJob.objects.filter(task_name="draws.take_reply")._raw_delete("default")


def _press(row: Invitation, decision: Decision) -> None:
    """Let the agent call until it calls ``row``, and press there; whoever else is called does not take it yet."""
    letter = _letter(row, ChannelCode.VOICE)
    Message.objects.filter(pk=letter.pk).update(due_at=timezone.now(), wait=None)
    others = Message.objects.filter(channel=ChannelCode.VOICE).exclude(pk=letter.pk)
    others.update(due_at=timezone.now() + timedelta(minutes=5))
    now = timezone.now()
    taken = calls.take(agent="a", now=now)
    assert taken is not None
    assert taken.number == Expert.objects.get(pk=expert_id_of(row)).phone
    calls.note_answered(call_id=taken.call_id, now=now)
    calls.press(call_id=taken.call_id, decision=decision, now=now)
    _work()
    assert calls.end(call_id=taken.call_id, outcome=CallOutcome(decision), now=now)


def _press_all(draw: Draw, *, but: Invitation | None = None) -> None:
    """Let all who still are asked, those who came meanwhile, press 1."""
    asked = draw.invitations.filter(state=InvitationState.INVITED)
    for row in asked.exclude(pk=but.pk if but else 0).order_by("line"):
        _press(row, Decision.YES)


def _write(row: Invitation, word: str) -> None:
    row.refresh_from_db()
    phone = str(Expert.objects.get(pk=expert_id_of(row)).phone)
    said = Inbound(phone, f"{word}{answer_code(row)}", key=str(row.pk))
    assert take_pushed(provider=sms.GATEWAY, told=[said], now=timezone.now()) == 1
    _work()


def _open_link(client: Client, row: Invitation) -> None:
    body = _letter(row, ChannelCode.EMAIL).body
    path = "/r/" + body.partition("/r/")[2].split()[0]
    assert client.get(path).status_code == 200
    client.post(path, {"answer": "accept"})
