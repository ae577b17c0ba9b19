"""Getting messages out.

An attempt is claimed by one conditional UPDATE and committed before anything leaves the machine.
Whatever dies in between leaves the message SENDING; `reap_stuck` decides by channel whether it may
go out again. A result counts only for the attempt that it belongs to.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial, reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Case, F, Q, QuerySet, Value, When

from expertpool.core.duties import was_set_back
from expertpool.core.events import publish
from expertpool.notifications.channels import CHANNELS, Channel
from expertpool.notifications.channels.base import Outbound, SendResult, SendStatus
from expertpool.notifications.enums import AttemptState, DeliveryState, PutOff
from expertpool.notifications.events import MessageFailed, MessageSent, MessageUnknown
from expertpool.notifications.models import Attempt, Message, store_registered
from expertpool.notifications.occasions import OCCASIONS, Registered, fill_late, is_told_back
from expertpool.notifications.queries.route import put_off_until
from expertpool.notifications.queries.subjects import MESSAGE_SUBJECTS, About, subject_key
from expertpool.notifications.queries.wechat import is_to_ended
from expertpool.notifications.services.attachments import load_files
from expertpool.notifications.services.breaker import closed_until, note_health, probe_after
from expertpool.notifications.services.outcomes import (
    lock_number,
    move,
    next_asking,
    settle_events,
    take_waiting,
)
from expertpool.notifications.services.pacing import next_turn
from expertpool.notifications.services.queueing import queue
from expertpool.notifications.services.references import reference
from expertpool.notifications.services.waiting import begin_anew

logger = logging.getLogger(__name__)

# Before the second, third … attempt: an hour in all, long enough for greylisting and a restart.
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 300, 900, 1800))
MAX_ATTEMPTS = len(BACKOFF) + 1
# The messages of a channel that is down are kept for it so long.
HELD_FOR = timedelta(days=3)
# What an attempt takes besides what its channel gives it (`Channel.longest`): documents are made, files read. One that takes
# longer asks once more whether it is still wanted, and one that has not ended by then has died.
PREPARED_IN = timedelta(seconds=30)
# So long a result waits for the database, which comes back after a restart or on another machine.
RESULT_KEPT_FOR, LOOKED_EACH = 300.0, 1.0  # seconds
# A message that is due for so long has lost its job.
OVERDUE_AFTER = timedelta(minutes=10)
REAPING = "notifications.reap_stuck_messages"  # each minute
TROUBLE = "系统内部错误，详见系统日志。"
WITHHELD = "收件人已不在库，或评审已经开始，没有发出。"
STOPPED = "发送前已取消"
STOPPED_AGAIN = "已有答复或不再需要，没有再试"
INTERRUPTED = "发送过程被中断，结果未知，为避免重复没有再发。"
BEGUN_AGAIN = "发送过程被中断，结果未知，再次发送。"


def deliver(*, message_id: int, now: datetime) -> None:
    """Make one attempt to send a message that is queued; otherwise do nothing.

    Never inside a transaction. Announces MessageSent or MessageFailed; what may succeed later, or
    must wait, is queued again with its next job.
    """
    apart = [channel.code for channel in CHANNELS if channel.carried_apart]
    if apart and Message.objects.filter(pk=message_id, channel__in=apart).exists():
        return
    message = claim(message_id=message_id, now=now)
    if message is not None:
        began = time.monotonic()
        channel = CHANNELS[message.channel]
        outbound = put_together(message=message, now=now)
        taken = timedelta(seconds=time.monotonic() - began)
        if taken > PREPARED_IN and not _goes_on(message, now + taken):
            return
        sent = outbound if isinstance(outbound, SendResult) else _sent(message, outbound, channel)
        settle(message=message, result=sent, now=now)


def claim(*, message_id: int, now: datetime) -> Message | None:
    """Return a queued message that may go out, once for each attempt; None for any other. Never inside a
    transaction."""
    return None if _must_wait(message_id, now) else _claim(message_id, now)


def settle(*, message: Message, result: SendResult, now: datetime) -> None:
    """Record how the attempt ended for which ``message`` was claimed, and how its channel does by that: whoever
    writes in somebody's name must not see by it that an answer went out. While the database is away the result waits: of one
    that is lost nobody knows whether it went out."""
    _once_database_is_back(partial(_settle, message, result, now))
    if not is_told_back(message.occasion):
        anew = not message.refusals
        note_health(CHANNELS[message.channel], result, anew=anew, now=now)


def _once_database_is_back(write: Callable[[], None]) -> None:
    until = time.monotonic() + RESULT_KEPT_FOR
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError):
            # Within a transaction of the caller nothing can be written any more.
            if connection.in_atomic_block or time.monotonic() >= until:
                raise
            logger.warning("the result of an attempt waits for the database")
        connection.close()
        time.sleep(LOOKED_EACH)


def _goes_on(message: Message, now: datetime) -> bool:
    """Tell whether the attempt for which ``message`` was claimed is still wanted, whose time begins ``now``."""
    this = Message.objects.filter(pk=message.pk, attempts=message.attempts)
    return bool(this.filter(state=DeliveryState.SENDING).update(sending_at=now))


def cancel_messages(*, about: About, occasions: tuple[str, ...] = ()) -> int:
    """Stop messages about a subject (of some occasions) that still wait; return how many.

    What is being sent at this moment goes out, but a call, which is hung up.
    """
    about_type, about_id = subject_key(about)
    waiting = Message.objects.filter(about_type=about_type, about_id=about_id)
    if occasions:
        waiting = waiting.filter(occasion__in=occasions)
    queued = waiting.filter(state=DeliveryState.QUEUED)
    # What was tried before has its attempts on record: it was not stopped before it went out.
    detail = Case(When(attempts=0, then=Value(STOPPED)), default=Value(STOPPED_AGAIN))
    stopped = move(queued, DeliveryState.CANCELLED, detail=detail)
    if apart := [channel.code for channel in CHANNELS if channel.carried_apart]:
        running = Attempt.objects.filter(message__in=waiting, message__channel__in=apart)
        running.filter(state=AttemptState.SENDING).update(called_off=True)
    return stopped


@transaction.atomic
def mark_read(*, messages: QuerySet[Message], now: datetime) -> int:
    """Mark site messages as read (those that are not yet); return how many."""
    return move(messages, DeliveryState.READ, read_at=now)


def reap_stuck(*, now: datetime) -> int:
    """Bring forward what an attempt that died, or a lost job, left behind; return how many.

    E-mail and site messages go out again. Others become UNKNOWN and are not sent again: their provider is
    asked (`reports.ask_due`). Each message has a transaction of its own: one that fails is logged, and
    holds up no other. Where the clock was set back, nothing waits for the times of before.
    """
    if was_set_back(REAPING, now=now):
        begin_anew(now=now)
    died = (Q(channel=one.code, sending_at__lt=now - dead_after(one)) for one in CHANNELS)
    stuck = Q(reduce(or_, died), state=DeliveryState.SENDING)
    overdue = Q(state=DeliveryState.QUEUED, due_at__lt=now - OVERDUE_AFTER)
    overdue &= ~Q(channel__in=[channel.code for channel in CHANNELS if channel.carried_apart])
    count = 0
    for condition, bring_forward in ((stuck, _end_attempt), (overdue, _defer_again)):
        rows = Message.objects.filter(condition)
        for pk in rows.order_by("pk").values_list("pk", flat=True):
            try:
                with transaction.atomic():
                    # What somebody else works on at this moment is in good hands.
                    locked = rows.select_for_update(skip_locked=True).filter(pk=pk).first()
                    if locked is not None:
                        # That many waited long is usual after a standstill; that one died is not.
                        if locked.state == DeliveryState.SENDING:
                            logger.warning("message %s was left behind by an attempt that died", pk)
                        bring_forward(locked, now)
                        count += 1
            except Exception:
                logger.exception("message %s could not be brought forward", pk)
    if count:
        logger.info("%s messages were brought forward", count)
    return count


def dead_after(channel: Channel) -> timedelta:
    """Return after how long an attempt by ``channel`` that has not ended has died."""
    return channel.longest + PREPARED_IN


def _end_attempt(message: Message, now: datetime) -> None:
    # Whoever has answered had it.
    reached = SendResult(SendStatus.DELIVERED) if message.replies.exists() else None
    _settle(message, reached or _lost(CHANNELS[message.channel]), now)


def _defer_again(message: Message, now: datetime) -> None:
    # Or the next minute would queue it again.
    Message.objects.filter(pk=message.pk).update(due_at=now)
    queue([(message.pk, message.occasion)])


@transaction.atomic
def _must_wait(message_id: int, now: datetime) -> bool:
    """Put a message off whose subject holds it back, whose provider is down, or whose turn comes later; True if
    it was."""
    queued = Message.objects.filter(pk=message_id, state=DeliveryState.QUEUED)
    # Locked before anybody is asked: who lets it go meanwhile (`bring_forward`) finds it put off.
    message = queued.select_for_update().first()
    if message is None:
        return False
    until, why = _put_off(message, now)
    if until is None or until <= now:
        return False
    # A second job for it finds that the first has put it off, and makes no third.
    if queued.exclude(due_at=until, put_off=why).update(due_at=until, put_off=why):
        queue([(message.pk, message.occasion)], at=until)
    return True


def _put_off(message: Message, now: datetime) -> tuple[datetime | None, str]:
    """Return until when ``message`` waits, and for what, unless for its subject."""
    channel = CHANNELS[message.channel]
    until = _held_until(message, now)
    if until and until > now:
        return until, ""
    if now < message.created_at + HELD_FOR and (until := closed_until(channel, now=now)):
        return until, PutOff.DOWN
    if message.put_off == PutOff.PACE:
        return message.due_at, PutOff.PACE  # its turn
    return next_turn(channel, message, now=now), PutOff.PACE


def _held_until(message: Message, now: datetime) -> datetime | None:
    """Return until when ``message`` must wait; None where it may go out. What follows others waits for them as
    long as ever, whatever holds them up."""
    wait = message.wait if message.wait and not message.attempts else timedelta()
    subject = MESSAGE_SUBJECTS.get(message.about_type)
    if subject:
        held = subject.held_until(message.occasion, message.about_id, message.channel, now)
        if until := put_off_until(message.channel, held, wait=wait, now=now):
            return until
    return message.created_at + wait if wait else None


# Durable: within a transaction of the caller the claim would not be committed by the time the
# message goes out.
@transaction.atomic(durable=True)
def _claim(message_id: int, now: datetime) -> Message | None:
    queued = Message.objects.filter(pk=message_id)
    began = {"sending_at": now, "attempts": F("attempts") + 1, "put_off": ""}
    if not move(queued, DeliveryState.SENDING, **began):
        return None
    message = Message.objects.get(pk=message_id)
    provider = CHANNELS[message.channel].provider
    Attempt.objects.create(
        message=message, number=message.attempts, provider=provider, began_at=now
    )
    return message


def put_together(*, message: Message, now: datetime) -> Outbound | SendResult:
    """Return what goes out of a claimed ``message``, or the result of an attempt in which nothing does."""
    try:
        subject = MESSAGE_SUBJECTS.get(message.about_type)
        if subject and subject.withheld(message.occasion, message.about_id, now):
            return SendResult(SendStatus.ACCEPTED, detail=WITHHELD)
        if is_to_ended(message):
            return SendResult(SendStatus.REJECTED, detail=CHANNELS[message.channel].missing_address)
        return _outbound(message, now)
    except Exception:
        # Whatever a document's renderer raises: the message must not stay in SENDING.
        logger.exception("message %s could not be put together", message.pk)
        return SendResult(SendStatus.RETRY, detail=TROUBLE)


def _sent(message: Message, outbound: Outbound, channel: Channel) -> SendResult:
    try:
        return channel.send(outbound)
    except Exception:
        # Whatever it raises, the message may have gone out by then.
        logger.exception("message %s: the channel %s failed", message.pk, channel.code)
        return _lost(channel, TROUBLE)


def _outbound(message: Message, now: datetime) -> Outbound:
    """Return ``message`` with the values that are known only now, which it keeps once it has gone out."""
    late = _late_values(message, now)
    message.subject, message.body = (fill_late(it, late) for it in (message.subject, message.body))
    registered = message.stored_registered
    if registered is not None:
        given = ((name, _shortened(fill_late(it, late))) for name, it in registered.values)
        registered = Registered(registered.code, tuple(given))
        message.registered = store_registered(registered)
    return Outbound(
        reference=reference(message),
        address=message.address,
        subject=message.subject,
        body=message.body,
        files=load_files(message),
        registered=registered,
        extension=CHANNELS[message.channel].extension(message.answer_code),
    )


def _late_values(message: Message, now: datetime) -> Mapping[str, str]:
    occasion, subject = OCCASIONS.get(message.occasion), MESSAGE_SUBJECTS.get(message.about_type)
    if occasion is None or not occasion.late or subject is None:
        return {}
    return subject.late(message.about_id, now)


def _shortened(value: str) -> str:
    """Return a link of this site without its beginning: no provider takes an address as a value, so its
    text holds that (``https://pool.example.cn/${link}``)."""
    return value.removeprefix(f"{settings.SITE_URL}/")


def _lost(channel: Channel, detail: str = "") -> SendResult:
    """Return the result of an attempt of which nobody knows how it ended."""
    if channel.resendable:
        return SendResult(SendStatus.RETRY, detail=detail or BEGUN_AGAIN)
    return SendResult(SendStatus.UNKNOWN, detail=detail or INTERRUPTED)


@transaction.atomic
def _settle(message: Message, result: SendResult, now: datetime) -> None:
    """Record the result of the attempt ``message.attempts``, unless a later one has begun."""
    attempt = Attempt.objects.get(message=message, number=message.attempts)
    tells = CHANNELS[message.channel].tells(attempt.provider)
    if tells and result.provider_id:
        lock_number(attempt.provider, result.provider_id[:100])
    this = Message.objects.filter(pk=message.pk, attempts=message.attempts)
    state, changes = _outcome(message, result, now)
    if not move(this, state, **changes):
        return
    if state in (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNKNOWN):
        message.save(update_fields=["subject", "body", "registered"])  # as it went out
    if state is DeliveryState.QUEUED:
        queue([(message.pk, message.occasion)], at=changes["due_at"])
    elif state in (DeliveryState.SENT, DeliveryState.DELIVERED):
        publish(MessageSent(message.pk))
    elif state is DeliveryState.FAILED:
        publish(MessageFailed(message.pk))
    asking = CHANNELS[message.channel].can_ask(attempt.provider)
    ended = AttemptState[result.status.name]
    attempt.state, attempt.detail, attempt.ended_at = ended, result.detail[:300], now
    attempt.provider_id = result.provider_id[:100]
    attempt.ask_at = next_asking(ended, now, now) if asking else None
    attempt.save(update_fields=["state", "detail", "ended_at", "provider_id", "ask_at"])
    if tells:  # it may have told already
        take_waiting(attempt)
        settle_events(attempt, now=now)
    if not asking and this.filter(state=DeliveryState.UNKNOWN).exists():
        publish(MessageUnknown(message.pk))


def _outcome(
    message: Message, result: SendResult, now: datetime
) -> tuple[DeliveryState, dict[str, Any]]:
    detail = {"detail": result.detail[:300]}
    match result.status:
        case SendStatus.ACCEPTED | SendStatus.DELIVERED:
            sent = {"sent_at": now, "provider_id": result.provider_id[:100]}
            arrived = result.status is SendStatus.DELIVERED
            return DeliveryState.DELIVERED if arrived else DeliveryState.SENT, detail | sent
        case SendStatus.CALLED_OFF:
            return DeliveryState.CANCELLED, detail
        case SendStatus.DOWN if now < message.created_at + HELD_FOR:
            return DeliveryState.QUEUED, detail | {"due_at": now + probe_after(message.attempts)}
        case SendStatus.RETRY if message.refusals + 1 < MAX_ATTEMPTS:
            wait = result.again_after or BACKOFF[message.refusals]
            later = {"due_at": now + wait, "refusals": F("refusals") + 1}
            return DeliveryState.QUEUED, detail | later
        case SendStatus.RETRY | SendStatus.DOWN:
            text = f"试了 {message.attempts} 次未成功：{result.detail}"
            return DeliveryState.FAILED, {"detail": text[:300]}
        case SendStatus.REJECTED:
            return DeliveryState.FAILED, detail
        case SendStatus.UNKNOWN:
            return DeliveryState.UNKNOWN, detail
