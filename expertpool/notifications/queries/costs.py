"""What messages cost, as near as this site can say: by what was sent and what the office says a thousand cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

from django.db.models import Count, F, Min, Q, QuerySet, Sum, Window
from django.db.models.functions import Ceil, Extract, Greatest, RowNumber

from expertpool.core.configuration import value_of
from expertpool.core.fields import readable
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.channels.sms.text import count_parts
from expertpool.notifications.enums import AttemptState, Charged, DeliveryEventKind
from expertpool.notifications.models import Attempt, Message

TAKEN = (AttemptState.ACCEPTED, AttemptState.DELIVERED, AttemptState.UNDELIVERED)
# Of each occasion so many of the latest are measured: texts are encrypted, and padded so that no column says how long
# one is; all of one occasion say nearly the same.
MEASURED = 20
MINUTE = timedelta(minutes=1)


def costs_of(recent: QuerySet[Attempt]) -> dict[tuple[str, str], float]:
    """Return what ``recent`` cost in 元, by channel and provider, where the office said what a thousand cost."""
    found = {}
    for channel in CHANNELS:
        for provider, setting in channel.prices.items():
            if price := value_of(setting):
                rows = recent.filter(message__channel=channel.code, provider=provider).order_by()
                units = COUNTED[channel.charged.get(provider, Charged.MESSAGES)](rows)
                found[channel.code, provider] = units * price / 1000
    return found


def _messages(rows: QuerySet[Attempt]) -> float:
    return rows.filter(state__in=TAKEN).count()


def _answered(rows: QuerySet[Attempt]) -> float:
    """Those to which nobody said that they were not taken."""
    return rows.filter(state__in=TAKEN).exclude(state=AttemptState.UNDELIVERED).count()


def _minutes(rows: QuerySet[Attempt]) -> float:
    """Minutes that were begun, from the answer on."""
    answered = Q(events__kind=DeliveryEventKind.ANSWERED)
    calls = rows.filter(answered, ended_at__isnull=False).annotate(at=Min("events__at"))
    lasted = Extract(F("ended_at") - F("at"), "epoch") / MINUTE.total_seconds()
    total: float | None = calls.annotate(n=Greatest(Ceil(lasted), 1.0)).aggregate(all=Sum("n"))[
        "all"
    ]
    return total or 0


def _parts(rows: QuerySet[Attempt]) -> float:
    """Messages as operators count them, a long one as several."""
    taken = rows.filter(state__in=TAKEN)
    counts = dict(taken.values_list("message__occasion").annotate(n=Count("pk")))
    place = Window(RowNumber(), partition_by=F("message__occasion"), order_by=F("pk").desc())
    latest = (
        taken.filter(message__deleted_at=None).annotate(place=place).filter(place__lte=MEASURED)
    )
    shown = Message.objects.filter(pk__in=latest.values("message")).only("key", "occasion", "body")
    lengths: dict[str, list[int]] = defaultdict(list)
    for message in shown.order_by():
        lengths[message.occasion].append(count_parts(readable(message, "body")))
    means = {code: sum(found) / len(found) for code, found in lengths.items()}
    parts: float = sum(count * means.get(code, 1) for code, count in counts.items())
    return parts


COUNTED: dict[Charged, Callable[[QuerySet[Attempt]], float]] = {
    Charged.MESSAGES: _messages,
    Charged.PARTS: _parts,
    Charged.ANSWERED: _answered,
    Charged.MINUTES: _minutes,
}
