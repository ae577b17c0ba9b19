"""Letting messages out that wait."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from expertpool.notifications.channels import Channel
from expertpool.notifications.enums import DeliveryState, PutOff
from expertpool.notifications.models import Attempt, ChannelHealth, Message, Pace
from expertpool.notifications.services.pacing import take_turns_back
from expertpool.notifications.services.queueing import queue


@transaction.atomic
def bring_forward(*, messages: QuerySet[Message], now: datetime) -> int:
    """Send those of ``messages`` at once that wait for a later attempt; return how many. One that follows others
    (`Message.wait`) goes so long after them; one that has its turn at a provider goes then."""
    # All that are queued: one that a worker is about to put off waits for nothing yet.
    queued = messages.filter(state=DeliveryState.QUEUED).exclude(put_off=PutOff.PACE)
    locked = queued.select_for_update().order_by("pk")
    rows = locked.values_list("pk", "occasion", "due_at", "attempts", "wait")
    sooner: dict[datetime, list[tuple[int, str]]] = defaultdict(list)
    for pk, occasion, due_at, attempts, wait in rows:
        if due_at > (at := now + wait if wait and not attempts else now):
            sooner[at].append((pk, occasion))
    for at, found in sooner.items():
        Message.objects.filter(pk__in=[pk for pk, _ in found]).update(due_at=at)
        queue(found, at=at if at > now else None)
    return sum(map(len, sooner.values()))


@transaction.atomic
def deal_anew(*, channel: Channel, now: datetime) -> int:
    """Give those that wait for their turn at ``channel`` another by the pace that holds now; return how many."""
    take_turns_back(channel, now=now)
    waiting = Message.objects.filter(
        state=DeliveryState.QUEUED, channel=channel.code, put_off=PutOff.PACE
    )
    rows = list(waiting.select_for_update().order_by("pk").values_list("pk", "occasion"))
    Message.objects.filter(pk__in=[pk for pk, _ in rows]).update(put_off="", due_at=now)
    queue(rows)
    return len(rows)


@transaction.atomic
def begin_anew(*, now: datetime) -> int:
    """Take as of ``now`` what was written while the clock was ahead, and let whatever waits ask anew what for: else it, the turns
    at a provider and one that was down would wait until those times. Returns how many messages were brought forward.
    What lies ahead of those that go on is dated now: an attempt ends, and is asked of, so long after that."""
    attempts = Attempt.objects.filter(began_at__gt=now, ask_at__isnull=False)
    attempts.update(began_at=now, ask_at=now)
    ChannelHealth.objects.filter(probe_at__gt=now).update(probe_at=now)
    Pace.objects.filter(given_until__gt=now).update(given_until=now)
    Message.objects.filter(state=DeliveryState.SENDING, sending_at__gt=now).update(sending_at=now)
    queued = Message.objects.filter(state=DeliveryState.QUEUED)
    queued.filter(created_at__gt=now).update(created_at=now)
    queued.exclude(put_off="").update(put_off="")
    return bring_forward(messages=Message.objects.all(), now=now)


@transaction.atomic
def end_wait(*, messages: QuerySet[Message], now: datetime) -> int:
    """Let those of ``messages`` go out that follow others first, since these reached nobody; return how many."""
    waiting = messages.filter(state=DeliveryState.QUEUED, attempts=0, wait__isnull=False)
    rows = list(waiting.select_for_update(of=("self",)).order_by("pk"))
    first = min((one.wait for one in rows if one.wait), default=None)
    chosen = Message.objects.filter(pk__in=[one.pk for one in rows if one.wait == first])
    chosen.update(wait=None)
    return bring_forward(messages=chosen, now=now)
