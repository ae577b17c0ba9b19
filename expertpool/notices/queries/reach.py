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

SITE = {ChannelCode.SITE}
# Asked of what is stored in clear.
REACHED = {
    ChannelCode.SITE: Q(user__is_active=True) & ~Q(status__in=NOT_SIGNED_IN),
    # That there is a number, its index says: none has to be decrypted.
    ChannelCode.SMS: Q(phone_index__isnull=False),
    ChannelCode.EMAIL: Q(email_index__isnull=False),
}


def signs_in(expert: Expert) -> bool:
    """Tell whether ``expert`` has an account and may use it: who does not is given a link instead."""
    user = expert.user
    return user is not None and user.is_active and expert.status not in NOT_SIGNED_IN


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
    """How many a notice goes to, by each of its channels, how many it reaches by none, and how many of whom it reaches
    cannot sign in: they are given a link."""

    people: int
    ways: Sequence[tuple[str, int]]
    nobody: int
    by_link: int


def reach_of(notice: ExpertNotice) -> Reach:
    """Return whom ``notice`` would reach, were it sent now."""
    codes = [ChannelCode(code) for code in notice.channels]
    experts = Expert.objects.filter(pk__in=notice.addressees.values("expert"))
    found = experts.aggregate(
        people=Count("pk"),
        nobody=Count("pk", filter=~reached(codes)),
        by_link=Count("pk", filter=reached(set(codes) - SITE) & ~reached(SITE)),
        **{code.value: Count("pk", filter=REACHED[code]) for code in codes},
    )
    ways = [(str(code.label), found[code.value]) for code in codes]
    return Reach(found["people"], ways, found["nobody"], found["by_link"])


def offered_channels() -> list[tuple[str, str]]:
    """Return the channels by which this site can send a notice: what goes besides (`Channel.besides`) is not chosen."""
    return [(code.value, str(code.label)) for code in configured(SENT.channels) if code in REACHED]
