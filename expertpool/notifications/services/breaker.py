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
def note_health(channel: Channel, result: SendResult, *, now: datetime) -> None:
    """Count failures of the provider itself, and what it did not answer; the first message that gets through sends all others
    that wait for it."""
    if result.status in FAILS:
        ChannelHealth.objects.get_or_create(channel=channel.code)
        row = ChannelHealth.objects.select_for_update().get(channel=channel.code)
        if row.provider not in ("", channel.provider):  # those were of another
            row.failures, row.failing_since = 0, None
        row.provider, row.failures = channel.provider, row.failures + 1
        row.failing_since = row.failing_since or now
        row.failed_at, row.detail = now, result.detail[:300]
        row.probe_at = now + probe_after(row.failures)
        row.save()
    # Whoever says when he is to be tried again was asked.
    elif (
        result.status in (SendStatus.ACCEPTED, SendStatus.DELIVERED)
        or result.again_after is not None
    ):
        _note_success(channel.code, now)
        failing = ChannelHealth.objects.filter(channel=channel.code, failures__gt=0)
        if failing.update(failures=0, failing_since=None, probe_at=None, detail=""):
            # Stopped by it, or put off for it: what its subject holds back is left to that, and whom nobody reached
            # is tried again when that was meant to be.
            stopped = Attempt.objects.filter(
                message=OuterRef("pk"), number=OuterRef("attempts"), state=AttemptState.DOWN
            )
            held = Message.objects.filter(channel=channel.code)
            bring_forward(messages=held.filter(Exists(stopped) | Q(put_off=PutOff.DOWN)), now=now)


def _note_success(code: str, now: datetime) -> None:
    """Not for each message: the row would be written as often as all others together."""
    health, _ = ChannelHealth.objects.get_or_create(channel=code)
    if health.worked_at is None or health.worked_at <= now - NOTED_EACH:
        ChannelHealth.objects.filter(pk=health.pk).update(worked_at=now)
