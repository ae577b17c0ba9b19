"""What providers tell of messages: taken as they push it, and asked for where nothing came."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from expertpool.core.events import publish
from expertpool.core.jobs import defer_batch
from expertpool.notifications.channels import CHANNELS, Channel
from expertpool.notifications.channels.base import Asked, DeliveryReport, NotAnswered, Pressed
from expertpool.notifications.enums import AttemptState, DeliveryEventKind, DeliveryState
from expertpool.notifications.events import MessageUnknown
from expertpool.notifications.models import Attempt, DeliveryEvent, Message
from expertpool.notifications.queries.attempts import callback_token
from expertpool.notifications.services.outcomes import lock_number, next_asking, settle_events
from expertpool.notifications.services.references import reference

logger = logging.getLogger(__name__)
T = TypeVar("T")

# Before, a provider that knows nothing may not know yet.
ABSENT_AFTER = timedelta(minutes=30)
ASKED_AT_ONCE = 200  # of those that are due, in one minute
# An event whose message nobody finds is kept so long.
WAITS_FOR = timedelta(days=7)
MOST_UNNUMBERED = 2000


def channel_of_callback(provider: str, token: str) -> Channel | None:
    """Return whose ``provider`` may push to this address; None where nobody may."""
    if not hmac.compare_digest(callback_token(provider).encode(), token.encode()):
        return None
    return next((one for one in CHANNELS if provider in one.callbacks), None)


def take_reports(*, provider: str, reports: Iterable[DeliveryReport], now: datetime) -> int:
    """Keep what ``provider`` tells, each once, and move the messages that it is about; return how many were
    new. What is about a message that it was not given, or that is not known yet, waits."""
    return take_each(reports, lambda report: take_report(provider, report, now))


def take_each(told: Iterable[T], take: Callable[[T], bool]) -> int:
    """Return how many of ``told`` were new to ``take``.

    Each has a transaction of its own: one that fails holds up no other; then the last failure is raised, so
    that the provider pushes again.
    """
    new, failure = 0, None
    for one in told:
        try:
            new += take(one)
        except Exception as error:
            logger.exception("what a provider pushed was not taken")
            failure = error
    if failure:
        raise failure
    return new


@transaction.atomic
def take_report(provider: str, report: DeliveryReport, now: datetime) -> bool:
    if report.provider_id:
        lock_number(provider, report.provider_id)
    attempt = attempt_of(provider, report, now=now)
    if attempt is None and _mark_of(provider):
        return False
    _, is_new = DeliveryEvent.objects.get_or_create(
        key=f"{provider}:{report.provider_id or report.reference}:{report.kind}"[:200],
        defaults={
            "attempt": attempt,
            "provider": provider,
            "provider_id": report.provider_id,
            "kind": report.kind,
            "code": report.code[:64],
            "at": report.at or now,
            "received_at": now,
        },
    )
    if is_new and attempt is not None:
        Message.objects.select_for_update().get(pk=attempt.message_id)
        attempt.refresh_from_db()  # it may have ended while we waited
        settle_events(attempt, now=now)
    return is_new


def attempt_of(provider: str, report: DeliveryReport | Pressed, *, now: datetime) -> Attempt | None:
    """Return the attempt by ``provider`` that ``report`` is about: by its number, else by ours. Of one who signs nothing
    (`Callback.mark`) only where both fit, or ours alone while nobody knows its number."""
    own = Attempt.objects.filter(provider=provider)
    found = own.filter(provider_id=report.provider_id).last() if report.provider_id else None
    if mark := _mark_of(provider):
        rows = [found] if found else _unnumbered(own, now)
        known = (one for one in rows if _is_marked(mark, one, report.reference))
        return next(known, None)
    if found:
        return found
    try:
        uid = UUID(hex=report.reference.rpartition(".")[2])
    except ValueError:
        return None
    return own.filter(message__uid=uid, provider_id__in=("", report.provider_id)).last()


def _mark_of(provider: str) -> Callable[[str], str] | None:
    pushes = (one.callbacks[provider] for one in CHANNELS if provider in one.callbacks)
    return next((one.mark for one in pushes), None)


def _unnumbered(own: QuerySet[Attempt], now: datetime) -> QuerySet[Attempt]:
    """Return those of which it took no answer, or none yet: a handful, after trouble."""
    rows = own.filter(provider_id="", state__in=(AttemptState.SENDING, AttemptState.UNKNOWN))
    return rows.filter(began_at__gt=now - WAITS_FOR).order_by("-pk")[:MOST_UNNUMBERED]


def _is_marked(mark: Callable[[str], str], attempt: Attempt, said: str) -> bool:
    return hmac.compare_digest(mark(reference(attempt.message)).encode(), said.encode())


def ask_due(*, now: datetime) -> int:
    """Queue that providers are asked of attempts that are due; return how many."""
    due = Attempt.objects.filter(ask_at__lte=now).order_by("ask_at")
    ids = list(due.values_list("pk", flat=True)[:ASKED_AT_ONCE])
    defer_batch("notifications.ask_provider", [{"attempt_id": pk} for pk in ids])
    return len(ids)


def ask_provider(*, attempt_id: int, now: datetime) -> bool:
    """Ask its provider what became of an attempt that is due, and take what it tells; True if it was asked.

    Never inside a transaction. What it does not know yet is asked again later, and never sent again.
    """
    attempt = _claim(attempt_id, now)
    if attempt is None:
        return False
    channel = CHANNELS[attempt.message.channel]
    asked = Asked(
        reference(attempt.message),
        attempt.message.address,
        attempt.provider_id,
        attempt.began_at,
        is_known=lambda number: (
            Attempt.objects.filter(provider=attempt.provider, provider_id=number)
            .exclude(pk=attempt.pk)
            .exists()
        ),
    )
    try:
        reports = channel.ask(attempt.provider, asked)
    except NotAnswered:
        reports = ()
    early = now < attempt.began_at + ABSENT_AFTER or attempt.state != AttemptState.UNKNOWN
    told = [one for one in reports if not (early and one.kind == DeliveryEventKind.ABSENT)]
    take_reports(provider=attempt.provider, reports=told, now=now)
    if now >= attempt.began_at + ABSENT_AFTER:
        _tell_unknown(attempt)
    return True


@transaction.atomic
def _tell_unknown(attempt: Attempt) -> None:
    """Announce MessageUnknown where ``attempt`` was the last of its message, and still says nothing."""
    last = Message.objects.filter(pk=attempt.message_id, attempts=attempt.number)
    if last.filter(state=DeliveryState.UNKNOWN).exists():
        publish(MessageUnknown(attempt.message_id))


@transaction.atomic(durable=True)
def _claim(attempt_id: int, now: datetime) -> Attempt | None:
    """Return an attempt that is due to be asked of, once for each time."""
    rows = Attempt.objects.select_for_update(of=("self",)).select_related("message")
    attempt = rows.filter(pk=attempt_id, ask_at__lte=now).first()
    if attempt is None:
        return None
    # A message whose text was deleted has no address any more.
    gone = attempt.message.deleted_at is not None
    attempt.ask_at = None if gone else next_asking(attempt.state, attempt.began_at, now)
    attempt.save(update_fields=["ask_at"])
    return None if gone else attempt


def forget_waiting(*, now: datetime) -> int:
    """Remove events of which nobody found the message; return how many."""
    old = DeliveryEvent.objects.filter(attempt__isnull=True, received_at__lt=now - WAITS_FOR)
    return old.delete()[0]
