"""How long the candidates of a running draw last: coarse words and a moment, nobody's number.

They rest on what could be told before the seal (`Draw.open_counts`), on seats and exits: what is known anyway. By
the candidates of the seal they would tell who was held by another draw (docs/decisions/0080). Nor is it said that
candidates are used up, and of few of them nothing but that: whoever knows the few would know whom the letters went to
(docs/decisions/0362).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from expertpool.draws.enums import SEATED_STATES
from expertpool.draws.models import Draw
from expertpool.draws.queries.board import Board
from expertpool.draws.queries.clock import counted_on, quiet_of, time_counted
from expertpool.draws.queries.meetings import next_opening

AMPLE, FAIR, SCARCE, SMALL = "充足", "够用", "紧张", "不多"
FEW = 10  # candidates of a group, or of the draw, of whom no more is said, however many were asked
# How many candidates there are for each seat that is not agreed to, at least.
PLENTY, ENOUGH = 5, 2
# Fewer exits, or a shorter time, say nothing of the next ones: the moment would jump with each.
FEWEST_EXITS, SHORTEST = 2, timedelta(minutes=10)


@dataclass(frozen=True)
class Lasting:
    """What is left. ``groups``: (name, word) of each ordinary group; ``until`` is when the candidates
    are used up if exits go on as so far, None where that says nothing yet; ``to_opening``: not
    before the panel sits."""

    groups: Sequence[tuple[str, str]]
    until: datetime | None
    to_opening: bool

    @property
    def words(self) -> str:
        """What is left of each group: 技术组充足，经济组紧张."""
        return "，".join(f"{name}{word}" for name, word in self.groups)


def lasting_of(draw: Draw, board: Board, *, now: datetime) -> Lasting | None:
    """Estimate how long the candidates of a running random ``draw`` last, as ``board`` shows it; None where it
    was sealed before that was kept.

    The rate is that of all exits since the order was made, by hours outside quiet hours. Who fits
    several groups counts in each, so what is said is the most that can be.
    """
    fitting = draw.open_counts
    if fitting is None:
        return None
    left = {
        group.code: max(fitting.get(group.code, 0) - len(group.lines), 0) for group in board.panel
    }
    words = [
        (
            group.name,
            _word(left[group.code], group.seats - group.accepted_count)
            if fitting.get(group.code, 0) >= FEW
            else SMALL,
        )
        for group in board.panel
    ]
    started, closing = draw.ordered_at or now, next_opening(draw.covered, now=now)
    quiet = quiet_of(draw)
    passed = time_counted(started, now, closing=closing, quiet=quiet)
    exits = sum(line.state not in SEATED_STATES for line in board.lines)
    spare = fitting[""] - len(board.lines)
    if exits < FEWEST_EXITS or passed < SHORTEST or spare < FEW:
        return Lasting(words, None, to_opening=False)
    until = counted_on(now, passed / exits * spare, latest=closing, quiet=quiet)
    if until < closing:  # however many there are for each seat, they go too fast
        words = [(name, SCARCE if word in (AMPLE, FAIR) else word) for name, word in words]
    return Lasting(words, until, to_opening=until >= closing)


def _word(left: int, wanted: int) -> str:
    if wanted <= 0:
        return "已满"
    return AMPLE if left >= PLENTY * wanted else FAIR if left >= ENOUGH * wanted else SCARCE
