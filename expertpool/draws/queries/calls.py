"""How the calls of a draw stand while it asks: numbers of the whole panel, nobody's name (docs/decisions/0512)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from expertpool.draws.enums import DrawStatus
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.ways import channels_of, with_calls
from expertpool.notifications.queries.channels import calling
from expertpool.telephone.queries import calls_by_a_line, talks_at

# Among fewer who have still to answer a number is nearly a line.
FEWEST = 3


@dataclass(frozen=True)
class Calls:
    """How the calls of a draw stood at ``at``, a whole minute. Of all who had been asked by then: to so many it rang,
    so many talked, so many waited for a call (before the first, between two, or because none can be made to them), so
    many had answered, by whatever way. ``are_told``: enough wait that numbers tell of nobody; else those are 0, as they are
    before anybody had been asked (``is_first``, the first minute)."""

    at: datetime
    are_told: bool
    ringing: int
    talking: int
    waiting: int
    answered: int
    is_first: bool = False

    @property
    def version(self) -> str:
        return f"{self.at:%H%M}-{self.ringing}-{self.talking}-{self.waiting}-{self.is_first}"


def calls_of(draw: Draw, lines: Sequence[Invitation], *, now: datetime) -> Calls | None:
    """Return how the calls of ``draw``, whose ``lines`` are given, stood at the last whole minute: to the second a telephone
    that rings in the next room would be one of them. None where nobody is called."""
    if draw.status != DrawStatus.INVITING or not calls_by_a_line():
        return None
    if not set(calling()) & set(with_calls(draw, channels_of(draw))):
        return None
    at = now - timedelta(seconds=now.second, microseconds=now.microsecond)
    asked = [line for line in lines if line.invited_at <= at]
    # Who has answered in his call still hears that he is thanked: he is of those who have answered.
    still = {str(line.pk) for line in asked if not (line.replied_at and line.replied_at <= at)}
    if len(still) < FEWEST:
        none = dict.fromkeys(("ringing", "talking", "waiting", "answered"), 0)
        return Calls(at, are_told=False, **none, is_first=not asked)
    talks = talks_at("draws.invitation", still, at=at)
    talking = sum(talks.values())
    return Calls(
        at,
        are_told=True,
        ringing=len(talks) - talking,
        talking=talking,
        waiting=len(still) - len(talks),
        answered=len(asked) - len(still),
    )
