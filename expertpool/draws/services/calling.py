"""Who is called in an emergency: by the system first, and by a person once its calls came to nothing (docs/decisions/0624)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.fields import UNREADABLE, opens
from expertpool.core.visibility import Nobody, show
from expertpool.draws.enums import AlarmKind, DrawStatus, InvitationState
from expertpool.draws.exceptions import EmergencyRefused
from expertpool.draws.models import Emergency, Invitation
from expertpool.draws.queries.emergency import emergency_of, faraway_words
from expertpool.draws.queries.identity import open_identity
from expertpool.draws.queries.reach import ON_ITS_WAY, letters_to
from expertpool.draws.queries.ways import can_call
from expertpool.draws.queries.written import is_written
from expertpool.draws.services.alarms import Overdue, raise_alarm
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.inviting import write_otherwise
from expertpool.experts.models import Expert
from expertpool.experts.queries.sharing import PHONE, kept_back
from expertpool.notifications.enums import Decision, DeliveryState
from expertpool.notifications.models import Message, Reply
from expertpool.notifications.queries.channels import calling
from expertpool.notifications.services.waiting import bring_forward, end_wait
from expertpool.telephone.queries import is_calling

NOT_WRITTEN = "这一行的参与状态被改动过，不能查看联系电话；已告知监督人。"
CALLED_NOW = (
    "系统正在给这位专家打电话，或稍后再打，不用人工拨打，也不显示姓名和号码；"
    "几次都没有打通或没有答复的，可以查看。要马上再打的，点「立即再呼叫」。"
)
CALLING = "系统正在或马上给这位专家打电话，请稍候。"
JUST_ANSWERED = "这位专家刚刚答复，正在登记，请稍候刷新；不用人工联系，也不显示姓名和号码。"
CALLED_UP = "系统不再给这位专家打电话（已打完或打不出），请查看姓名和电话后人工联系。"
# A call that has not begun by then waits for a line that does not work; so long before his time ends somebody else calls.
CALLS_WITHIN = timedelta(minutes=2)


@dataclass(frozen=True)
class Contact:
    """Whom the operator calls, and ``until`` when he may answer; one of another ``department`` that shows no
    contacts is told by it."""

    name: str
    phone: str
    until: datetime | None = None
    department: str = ""


def call_lines(
    emergency: Emergency, rows: Iterable[Invitation], *, now: datetime, entropy: Entropy
) -> None:
    """Call who is behind ``rows``, who are asked by its draw, whatever its plan says, unless the system cannot call:
    at once whom a call would have followed, with a new one who had none or whose calls are over."""
    if not can_call():
        return
    uncalled = []
    for row in rows:
        calls = letters_to([row]).filter(channel__in=calling())
        if calls.filter(state__in=ON_ITS_WAY).exists():
            end_wait(messages=calls, now=now)
        else:
            uncalled.append(row)
    key = f"emergency-call:{emergency.pk}"
    write_otherwise(uncalled, key=key, now=now, entropy=entropy, channels=calling())


def read_contact(*, invitation: Invitation, actor: User, now: datetime) -> Contact:
    """Return whom to call about an open invitation of an emergency draw, and until when, and log the look.

    Refuses (EmergencyRefused) any other draw, one that was moved to a later day since, whoever
    has answered, also if it is still to be entered, or is, or will be, called by the system, and of whom somebody else wrote that he has not, which raises an
    alarm: names stay sealed.
    """
    return _read_contact(_as_written(invitation, now), actor=actor, now=now)


@transaction.atomic
def _read_contact(invitation: Invitation, *, actor: User, now: datetime) -> Contact:
    _check(invitation, now)
    if _waits_for_call(invitation, now):
        raise EmergencyRefused(CALLED_NOW)
    if _has_just_answered(invitation, now):
        raise EmergencyRefused(JUST_ANSWERED)
    expert = Expert.objects.get(pk=open_identity(invitation).expert_id)
    record("draw.contact", actor=actor, now=now, subject=invitation)
    department = kept_back(actor, [expert]).get(expert.pk)
    # Not `readable`: names are sealed, and it would log whose it was.
    phone = expert.phone if opens(expert, "phone") else UNREADABLE
    if department is None:
        return Contact(expert.name, phone, invitation.runs_until)
    # Of a number that does not open that is said, and no mask put on the words.
    masked = phone if phone == UNREADABLE else show(Nobody(), PHONE, phone)
    return Contact(expert.name, masked, invitation.runs_until, department.name)


def call_again(*, invitation: Invitation, actor: User, now: datetime) -> None:
    """Make the next call to who is behind an open invitation of an emergency draw at once, and log it; it is none more than
    the office allows.

    Refuses (EmergencyRefused) what `read_contact` does of such a line, and where no call waits for its turn after another.
    """
    _call_again(_as_written(invitation, now), actor=actor, now=now)


@transaction.atomic
def _call_again(invitation: Invitation, *, actor: User, now: datetime) -> None:
    _check(invitation, now)
    tried = _calls_to(invitation).filter(attempts__gt=0)
    if not can_call() or not bring_forward(messages=tried, now=now):
        raise EmergencyRefused(CALLING if _waits_for_call(invitation, now) else CALLED_UP)
    record("draw.call_again", actor=actor, now=now, subject=invitation)


def _as_written(invitation: Invitation, now: datetime) -> Invitation:
    invitation = Invitation.objects.select_related("draw__project").get(pk=invitation.pk)
    if not is_written(invitation):  # told before the refusal takes back what is written
        raise_alarm(Overdue(invitation.draw_id, AlarmKind.LINE), now=now)
        raise EmergencyRefused(NOT_WRITTEN)
    return invitation


def _check(invitation: Invitation, now: datetime) -> None:
    if emergency_of(invitation.draw) is None:
        raise EmergencyRefused("只有应急抽取可以查看联系电话。")
    if faraway := faraway_words(invitation.draw, now=now):
        raise EmergencyRefused(faraway)
    if invitation.draw.status != DrawStatus.INVITING or invitation.state != InvitationState.INVITED:
        raise EmergencyRefused("这名专家已经有结果，不再需要联系。")


def _waits_for_call(invitation: Invitation, now: datetime) -> bool:
    """Tell whether the system calls him, or will while he can still answer: until then nobody has to know his number.

    His calls are read by one statement: one that begins between two would neither wait in the later nor run in the earlier.
    """
    calls = list(_calls_to(invitation).values_list("state", "due_at", "sent_at"))
    since = now - CALLS_WITHIN
    for state, _, sent_at in calls:
        # Sent: handed in to a cloud, which calls.
        handed_in = state == DeliveryState.SENT and sent_at is not None and sent_at > since
        if handed_in or state == DeliveryState.SENDING:
            return True
    if not can_call():
        return False
    waiting = [due_at for state, due_at, _ in calls if state == DeliveryState.QUEUED]
    waiting = [due_at for due_at in waiting if due_at < invitation.deadline_at - CALLS_WITHIN]
    # What is due has to wait while all lines are busy; where none is, none works.
    return any(due_at >= since for due_at in waiting) or (bool(waiting) and is_calling(now))


def _has_just_answered(invitation: Invitation, now: datetime) -> bool:
    """Tell whether he pressed a key, or wrote back, and a job has still to enter it."""
    replies = Reply.objects.filter(
        message__about_type="draws.invitation",
        message__about_id=str(invitation.pk),
        decision__in=(Decision.YES, Decision.NO),
        received_at__gt=now - CALLS_WITHIN,
    )
    return replies.exists()


def _calls_to(invitation: Invitation) -> QuerySet[Message]:
    return Message.objects.filter(
        channel__in=calling(), about_type="draws.invitation", about_id=str(invitation.pk)
    )
