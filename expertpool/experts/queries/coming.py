"""The reviews to which experts are to come, and what they alone can finish, before somebody takes them out of the
pool. Apps above that know declare it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from expertpool.accounts.models import User
from expertpool.core.catalogue import Catalogue
from expertpool.experts.models import Leave

# Said before everybody leaves the pool, whether he sits or not: what it says of one it says of all (docs/decisions/0241).
SEALED = (
    "名单未公开的抽取里有没有他，这里不提示：轮到他或要给他发邀请时，系统暂停该抽取，等监督人核对；"
    "已答复参加的，名单公开时告知经办人和监督人更换。"
)

Period = tuple[datetime, datetime]


@dataclass(frozen=True)
class ComingSeat:
    """One seat of one expert, in the words of the page; ``may_ask`` tells whether the viewer can ask for
    it to be given up, ``then`` what becomes of it if he does, or otherwise."""

    key: str
    expert: str
    review: str
    url: str
    at: datetime
    state: str
    may_ask: bool
    then: str


@dataclass(frozen=True)
class SeatSource:
    """``find(user, experts, during, now)`` returns the seats of ``experts`` (ids) that ``user`` may know of
    (those that overlap ``during``, where it is given): nothing of what is sealed to him, not even by a
    number. ``give_up(keys, user, leave, reason, now)`` asks for those of ``keys`` to be given up, for a
    ``leave`` (none: he leaves the pool), and returns how many it asked for, and why it could not for others."""

    code: str
    find: Callable[[User, Collection[int], Period | None, datetime], list[ComingSeat]]
    give_up: Callable[[Collection[str], User, Leave | None, str, datetime], tuple[int, list[str]]]


SEAT_SOURCES: Catalogue[SeatSource] = Catalogue("seat source")


@dataclass(frozen=True)
class OwnMatter:
    """What only the expert himself can finish, signed in: ``what`` at ``url``, and its ``state``, in the words of the page."""

    key: str
    expert: str
    what: str
    url: str
    state: str


@dataclass(frozen=True)
class OwnMatterSource:
    """``find(user, experts)`` returns what of ``experts`` (ids) ``user`` may know of."""

    code: str
    find: Callable[[User, Collection[int]], list[OwnMatter]]


OWN_MATTERS: Catalogue[OwnMatterSource] = Catalogue("source of experts' own matters")


@dataclass(frozen=True)
class ComingSeats:
    """What is shown before the act, and what of it whoever acts has seen."""

    seats: Sequence[ComingSeat] = ()
    seen: frozenset[str] = frozenset()
    note: str = "名单已公开的评审中，下列席位会受影响；名单未公开的不在此显示。"
    tick: str = "同时申请让出这些席位"
    own_matters: Sequence[OwnMatter] = ()

    def __bool__(self) -> bool:
        return bool(self.seats)

    @property
    def keys(self) -> str:
        """What the page sends back."""
        return ",".join(self._shown())

    @property
    def are_seen(self) -> bool:
        return self.seen.issuperset(self._shown())

    def _shown(self) -> list[str]:
        return [*(one.key for one in self.seats), *(one.key for one in self.own_matters)]

    @property
    def may_ask(self) -> bool:
        return any(seat.may_ask for seat in self.seats)


def coming_seats(
    user: User,
    experts: Iterable[int],
    *,
    during: Period | None = None,
    seen: str = "",
    signs_out: bool = False,
    now: datetime,
) -> ComingSeats:
    """Return the coming seats of ``experts`` (ids) that ``user`` may know of, soonest first; and what they alone can
    finish, where the act ``signs_out`` for good."""
    ids = list(experts)
    found = [seat for source in SEAT_SOURCES for seat in source.find(user, ids, during, now)]
    found.sort(key=lambda seat: (seat.at, seat.key))
    own = [one for source in OWN_MATTERS for one in source.find(user, ids)] if signs_out else []
    return ComingSeats(found, frozenset(seen.split(",")), own_matters=own)
