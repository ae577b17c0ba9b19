"""Calls from claiming a message to what became of it. The agent speaks and listens; whatever stays is written here."""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.aftermath import leave_behind
from expertpool.core.configuration import value_of
from expertpool.core.crypto import DecryptionError, open_apart, seal_apart
from expertpool.core.fields import is_vouched
from expertpool.core.locks import session_lock, unlock_session
from expertpool.core.storing import store
from expertpool.core.validators import only_writable
from expertpool.core.waiting import remove_unclaimed
from expertpool.notifications.channels.base import SendResult
from expertpool.notifications.channels.voice.settings import MOST, SIP
from expertpool.notifications.enums import (
    AttemptState,
    ChannelCode,
    Decision,
    DeliveryEventKind,
    DeliveryState,
)
from expertpool.notifications.models import Attempt, DeliveryEvent, Message
from expertpool.notifications.occasions import by_urgency
from expertpool.notifications.services.delivery import claim, put_together, settle
from expertpool.notifications.services.replies import take_pressed
from expertpool.telephone.enums import CallOutcome
from expertpool.telephone.exceptions import TapeAltered
from expertpool.telephone.models import Call
from expertpool.telephone.queries import all_sentences
from expertpool.telephone.rules import BY_THE_LINE, CARRIED, LOST_AFTER, result_of

logger = logging.getLogger(__name__)

FOLDER = "calls"  # of the store
AT_ONCE = 20
TAKING = "telephone.taking"
REFUSED = "名单未公开，或无权查看这条通知。"
ALTERED = "录音打不开：文件或记录被改动过，或已丢失。请联系系统管理员从备份中核对。"


@dataclass(frozen=True)
class Taken:
    """A message that is to be said over the telephone now. ``is_asking``: its recipient answers by a key."""

    call_id: int
    number: str
    text: str
    is_asking: bool


def take(*, agent: str, now: datetime) -> Taken | None:
    """Return the next message that is due, claimed for ``agent``; None where none is. Whom any agent is just calling waits: he
    would be found engaged, by us. Never inside a transaction."""
    due = Message.objects.filter(
        channel=ChannelCode.VOICE, state=DeliveryState.QUEUED, due_at__lte=now
    )
    ordered = due.order_by(by_urgency().desc(), "due_at", "pk")
    if not due.exists():
        return None
    # Two that look at once would both find that nobody calls him (docs/decisions/0696).
    session_lock(TAKING)
    try:
        return _take(ordered.only("address", "key")[:AT_ONCE], agent, now)
    finally:
        unlock_session(TAKING)


def _take(rows: Iterable[Message], agent: str, now: datetime) -> Taken | None:
    calling = _numbers_called()
    for row in rows:
        message = None if _number_of(row) in calling else claim(message_id=row.pk, now=now)
        if message is None:
            continue
        outbound = put_together(message=message, now=now)
        if isinstance(outbound, SendResult):
            settle(message=message, result=outbound, now=now)
            continue
        attempt = Attempt.objects.get(message=message, number=message.attempts)
        call = Call.objects.create(attempt=attempt, agent=agent, began_at=now, seen_at=now)
        return Taken(call.pk, outbound.address, outbound.body, bool(message.answer_code))
    return None


def _numbers_called() -> set[str]:
    """Return the numbers that agents are calling, on whatever machine."""
    running = Attempt.objects.filter(
        pk__in=Call.objects.filter(ended_at__isnull=True).values("attempt")
    )
    messages = Message.objects.filter(pk__in=running.values("message"))
    return set(filter(None, map(_number_of, messages.only("address", "key"))))


def _number_of(message: Message) -> str:
    try:
        return message.address
    except DecryptionError:  # it fails by itself, and says so
        return ""


def note_ringing(*, call_id: int, now: datetime) -> None:
    Call.objects.filter(pk=call_id, rang_at__isnull=True).update(rang_at=now)


@transaction.atomic
def note_answered(*, call_id: int, now: datetime) -> None:
    call = Call.objects.select_for_update().get(pk=call_id)
    call.answered_at = now
    call.save(update_fields=["answered_at", "proof"])


@transaction.atomic
def press(*, call_id: int, decision: Decision, now: datetime) -> None:
    """Keep what was confirmed by a key, before anything else can happen to the call. Announces MessageAnswered."""
    call = Call.objects.select_for_update(of=("self",)).select_related("attempt__message")
    row = call.get(pk=call_id, ended_at__isnull=True)
    row.pressed = decision
    row.save(update_fields=["pressed", "proof"])
    take_pressed(attempt=row.attempt, decision=decision, now=now)


def keep_alive(*, agent: str, call_ids: list[int], now: datetime) -> set[int]:
    """Say that ``agent`` still has these calls; return those that nobody wants any more. One in which he has just answered
    goes on, though his answer calls off all that asks him: he hears that it was taken."""
    rows = Call.objects.filter(pk__in=call_ids, agent=agent, ended_at__isnull=True)
    rows.update(seen_at=now)
    unwanted = rows.filter(attempt__called_off=True, pressed="")
    return set(unwanted.values_list("pk", flat=True))


def end(
    *,
    call_id: int,
    outcome: CallOutcome,
    words: str = "",
    said: str = "",
    tape: bytes = b"",
    now: datetime,
) -> bool:
    """Record how a call ended, and what follows for its message; once. What was confirmed by a key stands, however the
    call ended then. ``said`` is what was spoken, with what is known only when it is, ``tape`` what was recorded."""
    name, key = "", b""
    if tape:
        # Before the row is locked: a store may be slow. What no row comes to name goes by `remove_tapes`.
        key, sealed = seal_apart(tape, _place_of(call_id))
        name = store.save(f"{FOLDER}/{now:%Y/%m}/{uuid.uuid4().hex}", ContentFile(sealed))
    with transaction.atomic():
        rows = Call.objects.select_for_update(of=("self",)).select_related("attempt__message")
        call = rows.filter(pk=call_id, ended_at__isnull=True).first()
        if call is None:
            return False
        call.outcome = CallOutcome(call.pressed) if call.pressed else outcome
        # The other side says what it likes.
        call.ended_at, call.words, call.tape = now, only_writable(words)[:100], name
        call.tape_key = key.hex()
        call.sha256 = hashlib.sha256(tape).hexdigest() if tape else ""
        call.save()
        _tell(call, now)
        message = call.attempt.message
        message.body = said or message.body
        if call.attempt.state == AttemptState.SENDING:
            result = result_of(
                CallOutcome(call.outcome),
                calls=message.refusals + 1,
                most=value_of(MOST),
                alone=call.outcome in BY_THE_LINE and _is_alone(call),
            )
            settle(message=message, result=result, now=now)
    return True


def _is_alone(call: Call) -> bool:
    """Tell whether the line carried others since this number was tried before, so that it is not to blame. That it is full
    says nothing while others are under way."""
    this = call.attempt.message_id
    earlier = Call.objects.filter(attempt__message=this, pk__lt=call.pk).order_by("-pk")
    since = earlier.values_list("began_at", flat=True).first() or call.began_at
    others = Call.objects.exclude(attempt__message=this)
    beside = Q(ended_at__isnull=True) | Q(ended_at__gt=call.began_at)
    if call.outcome == CallOutcome.CONGESTED and others.filter(beside).exists():
        return False
    told = Q(ended_at__gte=since, outcome__in=CARRIED)
    return others.filter(Q(rang_at__gte=since) | Q(answered_at__gte=since) | told).exists()


def end_lost(*, now: datetime) -> int:
    """End the calls whose agent has died; return how many. Whoever had confirmed by a key has answered, the others are called
    again."""
    running = Call.objects.filter(ended_at__isnull=True)
    # Seen by a clock that was ahead: whoever lives sees them again at once.
    running.filter(seen_at__gt=now + LOST_AFTER).update(seen_at=now)
    lost = running.filter(seen_at__lt=now - LOST_AFTER)
    count = 0
    for call_id in list(lost.values_list("pk", flat=True)):
        logger.warning("call %s lost its agent", call_id)
        count += end(call_id=call_id, outcome=CallOutcome.INTERRUPTED, now=now)
    return count


@transaction.atomic
def hear(*, call: Call, actor: User, now: datetime) -> bytes:
    """Return what was recorded of a call, which the caller may hear; logs that somebody did. Refuses (TapeAltered) what is
    not as it was recorded."""
    tape = open_tape(call)
    record("telephone.hear", actor=actor, subject=call.attempt.message, note=call.sha256, now=now)
    return tape


def log_refusal(*, uid: UUID, number: int, actor: User, now: datetime) -> None:
    """Log that ``actor`` wanted to hear what he may not (DRAW-14), where there is something to hear. Not of which message: who
    reads the log is not told either who is asked."""
    calls = Call.objects.filter(attempt__message__uid=uid, attempt__number=number)
    if calls.exclude(tape="").exists():
        leave_behind(lambda: record("telephone.refused", actor=actor, now=now, note=REFUSED))


def open_tape(call: Call) -> bytes:
    """Return what was recorded of a call, as it was then. Raises TapeAltered where it is not."""
    if not is_vouched(call):
        raise TapeAltered(ALTERED)
    try:
        with store.open(call.tape) as file:
            content = file.read()
        tape = open_apart(bytes.fromhex(call.tape_key), content, _place_of(call.pk))
    except (OSError, ValueError) as error:
        raise TapeAltered(ALTERED) from error
    if hashlib.sha256(tape).hexdigest() != call.sha256:
        raise TapeAltered(ALTERED)
    return tape


def forget_tapes(*, message_id: int) -> int:
    """Delete what was recorded of the calls of a message, and the keys to it; return how many there were. That there were
    calls, how they ended, and the hash of what was recorded stay."""
    calls = list(Call.objects.filter(attempt__message=message_id).exclude(tape=""))
    for call in calls:
        # Without its key what a backup still has opens no more.
        transaction.on_commit(partial(store.delete, call.tape))
        call.tape, call.tape_key = "", ""
        call.save(update_fields=["tape", "tape_key"])
    return len(calls)


def remove_tapes(*, now: datetime) -> int:
    """Delete recordings older than a day that no call and no setting names; return how many. They are of calls that had been ended as
    lost, of transactions that failed, and of processes that died before the deletion that follows a commit."""
    return remove_unclaimed(FOLDER, _named, now=now)


def _named(names: Sequence[str]) -> set[str]:
    kept = {one.name for one in all_sentences()}
    return kept | set(Call.objects.filter(tape__in=names).values_list("tape", flat=True))


def _place_of(call_id: int) -> bytes:
    return str(call_id).encode()


def _tell(call: Call, now: datetime) -> None:
    """Keep with the attempt when it rang and was answered."""
    moments = {
        DeliveryEventKind.RINGING: call.rang_at,
        DeliveryEventKind.ANSWERED: call.answered_at,
    }
    DeliveryEvent.objects.bulk_create(
        DeliveryEvent(
            key=f"{SIP}:{call.attempt_id}:{kind}",
            attempt_id=call.attempt_id,
            provider=SIP,
            kind=kind,
            at=at,
            received_at=now,
        )
        for kind, at in moments.items()
        if at
    )
