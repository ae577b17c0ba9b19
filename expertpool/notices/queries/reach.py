"""Whom a notice would reach, before it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from expertpool.experts.enums import NOT_SIGNED_IN
from expertpool.experts.models import Expert
from expertpool.notices.models import ExpertNotice
from expertpool.notices.occasions import SENT
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.queries.channels import configured

# Asked of what is stored in clear.
REACHED = {
    ChannelCode.SITE: Q(user__isnull=False) & ~Q(status__in=NOT_SIGNED_IN),
    ChannelCode.SMS: Q(phone_index__isnull=False),
    ChannelCode.EMAIL: Q(email_index__isnull=False),
}


def reached(channels: Iterable[str]) -> Q:
    """Return the condition of an expert whom one of ``channels`` reaches."""
    found = Q(pk__in=[])
    for channel in channels:
        found |= REACHED[ChannelCode(channel)]
    return found


def unreached(channels: Iterable[str]) -> Q:
    """Return the condition of a addressee whom none of ``channels`` reaches."""
    return ~Q(expert__in=Expert.objects.filter(reached(channels)))


@dataclass(frozen=True)
class Reach:
    """How many a notice goes to, by each of its channels, and how many it reaches by none."""

    people: int
    ways: Sequence[tuple[str, int]]
    nobody: int


def reach_of(notice: ExpertNotice) -> Reach:
    """Return whom ``notice`` would reach, were it sent now."""
    codes = [ChannelCode(code) for code in notice.channels]
    experts = Expert.objects.filter(pk__in=notice.addressees.values("expert"))
    found = experts.aggregate(
        people=Count("pk"),
        nobody=Count("pk", filter=~reached(codes)),
        **{code.value: Count("pk", filter=REACHED[code]) for code in codes},
    )
    ways = [(str(code.label), found[code.value]) for code in codes]
    return Reach(found["people"], ways, found["nobody"])


def offered_channels() -> list[tuple[str, str]]:
    """Return the channels by which this site can send a notice."""
    return [(code.value, str(code.label)) for code in configured(SENT.channels)]
