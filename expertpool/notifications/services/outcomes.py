"""What became of messages: the only door to their states and to those of their attempts.

A receipt may come before the attempt has ended that it is of, or after the next has begun. It is kept, and
moves both forward as soon as it can.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce

from expertpool.core.events import publish
from expertpool.core.locks import lock_transaction
from expertpool.notifications.enums import (
    ATTEMPT_TRANSITIONS,
    TRANSITIONS,
    AttemptState,
    DeliveryEventKind,
    DeliveryState,
)
from expertpool.notifications.events import MessageFailed, MessageSent
from expertpool.notifications.models import Attempt, DeliveryEvent, Message

# What each event says of its attempt, and of the message where that is its last one.
MEANING: dict[str, tuple[AttemptState, DeliveryState]] = {
    DeliveryEventKind.SUBMITTED: (AttemptState.ACCEPTED, DeliveryState.SENT),
    DeliveryEventKind.ABSENT: (AttemptState.REJECTED, DeliveryState.FAILED),
    DeliveryEventKind.UNDELIVERED: (AttemptState.UNDELIVERED, DeliveryState.FAILED),
    DeliveryEventKind.DELIVERED: (AttemptState.DELIVERED, DeliveryState.DELIVERED),
}
# When a provider is asked of what nobody knows, and of what it took, after the attempt began.
MINUTES: dict[str, tuple[int, ...]] = {
    AttemptState.UNKNOWN: (1, 5, 30, 120, 720, 1440),
    AttemptState.ACCEPTED: (30, 240, 1440),
}
FORCE = list(MEANING)
NEVER_OUT = (DeliveryState.QUEUED, DeliveryState.UNKNOWN)


def move(messages: QuerySet[Message], to: DeliveryState, **changes: Any) -> int:
    """Move those of ``messages`` that may go to ``to``; return how many did."""
    sources = [state for state, targets in TRANSITIONS.items() if to in targets]
    return messages.filter(state__in=sources).update(state=to, **changes)


def move_attempt(attempts: QuerySet[Attempt], to: AttemptState, **changes: Any) -> int:
    """Move those of ``attempts`` that may go to ``to``; return how many did."""
    sources = [state for state, targets in ATTEMPT_TRANSITIONS.items() if to in targets]
    return attempts.filter(state__in=sources).update(state=to, **changes)


def next_asking(state: str, began_at: datetime, now: datetime) -> datetime | None:
    """Return when a provider is asked next of an attempt that stands in ``state``; None: no more."""
    times = (began_at + timedelta(minutes=minutes) for minutes in MINUTES.get(state, ()))
    return next((at for at in times if at > now), None)


def lock_number(provider: str, provider_id: str) -> None:
    """Let whoever writes this number of a provider to its attempt, and whoever looks for the attempt by it, follow
    one another: before any row."""
    lock_transaction(f"notifications.provider:{provider}:{provider_id}")


def take_waiting(attempt: Attempt) -> None:
    """Give ``attempt`` the events that came before its provider's number was known here."""
    if attempt.provider_id:
        waiting = DeliveryEvent.objects.filter(
            attempt__isnull=True, provider=attempt.provider, provider_id=attempt.provider_id
        )
        waiting.update(attempt=attempt)


def settle_events(attempt: Attempt, *, now: datetime) -> bool:
    """Move ``attempt``, and its message, as the strongest of its events says; True if the attempt moved. Nothing while it
    goes on. The caller has locked the row of the message.

    Announces MessageSent where nobody knew that it had gone out, MessageFailed where it did not arrive.
    """
    event = strongest(attempt.events.all())
    if attempt.state == AttemptState.SENDING or event is None:
        return False
    to, state = MEANING[event.kind]
    here = Attempt.objects.filter(pk=attempt.pk)
    # Of what it only took, it tells more later.
    if not move_attempt(here, to, ask_at=next_asking(to, attempt.began_at, now)):
        return False
    known = attempt.provider_id or event.provider_id
    here.update(provider_id=known, detail=words_of(event) or attempt.detail)
    message = Message.objects.get(pk=attempt.message_id)
    if state is DeliveryState.FAILED and attempt.number != message.attempts:
        return True  # a later one is what counts
    _move_message(message, state, event, attempt, now=now)
    return True


def strongest(events: Iterable[DeliveryEvent]) -> DeliveryEvent | None:
    """Return which of ``events`` counts: that it arrived, before all others."""
    told = (one for one in events if one.kind in MEANING)
    return max(told, key=lambda one: FORCE.index(one.kind), default=None)


def words_of(event: DeliveryEvent) -> str:
    """Return what a failed event says on the record; names no address."""
    code = f"（{event.code}）" if event.code else ""
    if event.kind == DeliveryEventKind.UNDELIVERED:
        return f"服务商回执：没有送达{code}。"
    return "服务商查不到这一次发送，没有发出。" if event.kind == DeliveryEventKind.ABSENT else ""


def _move_message(
    message: Message, to: DeliveryState, event: DeliveryEvent, attempt: Attempt, *, now: datetime
) -> None:
    here = Message.objects.filter(pk=message.pk)
    changes: dict[str, Any] = {"detail": words_of(event)}
    if to is not DeliveryState.FAILED:
        # Between the two moments that this system saw itself: clocks of others go wrong.
        at = min(max(event.at, attempt.began_at), now)
        changes |= {
            "sent_at": Coalesce("sent_at", Value(at)),
            "provider_id": attempt.provider_id or event.provider_id,
        }
    if not move(here, to, **changes):
        return
    if to is DeliveryState.FAILED:
        publish(MessageFailed(message.pk))
    elif message.state in NEVER_OUT:
        publish(MessageSent(message.pk))
