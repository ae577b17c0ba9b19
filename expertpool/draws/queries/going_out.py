"""When the letters of a draw that is not sealed yet will go out, and until when they are to be answered: by the same
hours, waits and times as those of a draw (`queries.clock`, `notifications.queries`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from expertpool.draws.models import DrawPlan
from expertpool.draws.occasions import INVITATION
from expertpool.draws.queries.clock import hours_until, quiet_set, usual_deadline
from expertpool.draws.queries.meetings import next_opening
from expertpool.draws.queries.ways import usual_waits
from expertpool.notifications.enums import AddressKind, ChannelCode
from expertpool.notifications.queries.channels import waits_apart, ways_by, ways_outside
from expertpool.notifications.queries.route import put_off_until
from expertpool.projects.models import Project

ON_ITS_WAY = timedelta(seconds=1)  # at least, from when a letter may go out until it has
# What somebody may have alone: who has another kind of address has one of these as well.
ALONE = (AddressKind.PHONE, AddressKind.EMAIL)


@dataclass(frozen=True)
class Asked:
    """How those are asked who are reached by some kinds of addresses: by which ways and when (``goes``), and ``until`` when
    they may answer, at the latest until the panel sits. ``quiet``: the ways that hours of their own hold back now."""

    goes: Mapping[ChannelCode, datetime]
    until: datetime
    quiet: frozenset[ChannelCode]

    @property
    def first(self) -> datetime:
        """When the first of their letters goes out, which starts their time."""
        return min(self.goes.values())

    @property
    def too_late(self) -> list[ChannelCode]:
        """The ways by which they would be asked once their time is over, and so are not."""
        return [way for way, at in self.goes.items() if at >= self.until]


@dataclass(frozen=True)
class Asking:
    """How those are asked whom a draw that starts now seats first: who has all addresses, and who has those of one kind
    alone. The panel sits at ``opening``."""

    opening: datetime
    all: Asked
    alone: Mapping[AddressKind, Asked]

    @property
    def last(self) -> datetime:
        """Until when the last of them may answer."""
        return max(one.until for one in (self.all, *self.alone.values()))


def asking_of(plan: DrawPlan, members: Sequence[Project], *, now: datetime) -> Asking:
    """Return how the experts are asked by ``plan`` if their letters are written ``now``."""
    opening = next_opening(members, now=now)

    def asked(kinds: Collection[AddressKind]) -> Asked:
        return _asked(plan, kinds, regime=plan.project.regime, opening=opening, now=now)

    return Asking(opening, asked([*AddressKind]), {kind: asked([kind]) for kind in ALONE})


def _asked(
    plan: DrawPlan, kinds: Collection[AddressKind], *, regime: str, opening: datetime, now: datetime
) -> Asked:
    def held(way: ChannelCode, at: datetime) -> datetime | None:
        return hours_until(at, regime=regime, closing=opening, channel=way)

    goes: dict[ChannelCode, datetime] = {}
    for way, wait in waits_apart(_ways(plan, kinds), usual_waits(plan.channels)).items():
        at = now + wait
        while at < opening and (until := put_off_until(way, held(way, at), wait=wait, now=at)):
            at = until
        goes[way] = at
    length = timedelta(minutes=plan.reply_minutes)
    if (since := min(goes.values())) > now:
        since += ON_ITS_WAY  # so what waited for a whole minute is answered in the next one
    until = usual_deadline(since, length, closing=opening, quiet=quiet_set(regime))
    general = hours_until(now, regime=regime, closing=opening) or now
    quiet = {way for way in goes if (held(way, now) or now) > general}
    return Asked(goes, until, frozenset(quiet))


def _ways(plan: DrawPlan, kinds: Collection[AddressKind]) -> list[ChannelCode]:
    """Return by which ways beyond this site those are asked who have addresses of ``kinds``: where the plan has none, by
    the first that there is; else within this site alone."""
    chosen = [way for kind in kinds for way in ways_by(kind) if way in plan.channels]
    phone, email = (str(kind) if kind in kinds else "" for kind in ALONE)
    instead = ways_outside(INVITATION, phone=phone, email=email)[:1]
    return chosen or instead or [ChannelCode.SITE]
