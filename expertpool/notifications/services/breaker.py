"""A provider that does not work is tried by one message at a time, the others wait for it.

It is down after some attempts in a row, of whichever messages, that failed by the provider itself, or to which it gave no
answer. The first that gets through lets all others out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from expertpool.notifications.channels import Channel
from expertpool.notifications.channels.base import SendResult, SendStatus
from expertpool.notifications.enums import AttemptState, PutOff
from expertpool.notifications.models import Attempt, ChannelHealth, Message
from expertpool.notifications.queries.channels import DOWN_AFTER
from expertpool.notifications.services.waiting import bring_forward

# Between the first failures in a row; a provider that is down is tried so often at least.
PROBES = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 300))
# So long nobody else tries it while somebody does: no attempt takes longer, unless its worker died.
PROBING = timedelta(minutes=2)
NOTED_EACH = timedelta(hours=1)
# Of what got no answer nobody knows whether it went out: once is bad luck, again and again all would be lost.
FAILS = (SendStatus.DOWN, SendStatus.UNKNOWN)


def probe_after(failures: int) -> timedelta:
    """Return how long after so many failures in a row the next attempt is made."""
    return PROBES[min(failures, len(PROBES)) - 1]


def closed_until(channel: Channel, *, now: datetime) -> datetime | None:
    """Return until when nothing goes out over ``channel``, whose provider is down; None where it works, or where the
    caller is who tries it now."""
    rows = ChannelHealth.objects.filter(channel=channel.code, failures__gte=DOWN_AFTER)
    row = rows.filter(provider__in=("", channel.provider)).first()
    if row is None or row.probe_at is None:
        return None
    if row.probe_at > now:
        return row.probe_at
    here = ChannelHealth.objects.filter(pk=row.pk, probe_at=row.probe_at)
    return None if here.update(probe_at=now + PROBING) else now + PROBING


@transaction.atomic
def note_health(channel: Channel, result: SendResult, *, anew: bool = True, now: datetime) -> None:
    """Count failures of the provider itself, and what it did not answer; the first message that gets through sends all others
    that wait for it.

    What it does not take for now counts once for each message (``anew``: it was never refused before), and stops no
    other: it may be that recipient's mailbox, and a server that lists whom it does not know yet takes all in a while.
    """
    if result.status in FAILS:
        row = _failing(channel, result, now)
        row.failures += 1
        row.probe_at = now + probe_after(row.failures)
        row.save()
    elif anew and result.status is SendStatus.RETRY and result.again_after is None:
        row = _failing(channel, result, now)
        row.for_now += 1
        row.save()
    # Whoever says when he is to be tried again was asked.
    elif (
        result.status in (SendStatus.ACCEPTED, SendStatus.DELIVERED)
        or result.again_after is not None
    ):
        _note_success(channel.code, now)
        if _works_again(channel):
            # Stopped by it, or put off for it: what its subject holds back is left to that, and whom nobody reached
            # is tried again when that was meant to be.
            stopped = Attempt.objects.filter(
                message=OuterRef("pk"), number=OuterRef("attempts"), state=AttemptState.DOWN
            )
            held = Message.objects.filter(channel=channel.code)
            bring_forward(messages=held.filter(Exists(stopped) | Q(put_off=PutOff.DOWN)), now=now)


def _failing(channel: Channel, result: SendResult, now: datetime) -> ChannelHealth:
    """Return the row, locked and not saved, with what is said of ``result``."""
    ChannelHealth.objects.get_or_create(channel=channel.code)
    row = ChannelHealth.objects.select_for_update().get(channel=channel.code)
    if row.provider not in ("", channel.provider):  # those were of another
        row.failures, row.for_now, row.failing_since = 0, 0, None
    row.provider, row.failing_since = channel.provider, row.failing_since or now
    row.failed_at, row.detail = now, result.detail[:300]
    return row


def _works_again(channel: Channel) -> bool:
    """Note that it took one; return whether others wait for that, as they do where attempts failed, and not where some
    were not taken for now."""
    rows = ChannelHealth.objects.select_for_update().filter(channel=channel.code)
    row = rows.filter(failing_since__isnull=False).first()
    if row is None:
        return False
    had_failed = row.failures > 0
    row.failures, row.for_now, row.failing_since = 0, 0, None
    row.probe_at, row.detail = None, ""
    row.save()
    return had_failed


def _note_success(code: str, now: datetime) -> None:
    """Not for each message: the row would be written as often as all others together."""
    health, _ = ChannelHealth.objects.get_or_create(channel=code)
    if health.worked_at is None or health.worked_at <= now - NOTED_EACH:
        ChannelHealth.objects.filter(pk=health.pk).update(worked_at=now)
