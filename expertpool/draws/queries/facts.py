"""What is asked of a draw to tell what may be done with it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from expertpool.accounts.models import User
from expertpool.draws.models import (
    Draw,
    PickRequest,
    RescheduleRequest,
    VoidRequest,
)
from expertpool.draws.queries.board import Board, board_of
from expertpool.draws.queries.draws import (
    panel_of,
    widened_by,
)
from expertpool.draws.queries.meetings import next_opening
from expertpool.draws.queries.reach import Reach, reach_of
from expertpool.draws.queries.requests import open_request


@dataclass
class OfDraw:
    """What the rules, and the page that shows their answers, ask of a draw, each only once."""

    draw: Draw
    user: User
    now: datetime

    @cached_property
    def board(self) -> Board:
        return board_of(self.draw)

    @cached_property
    def reach(self) -> Reach:
        return reach_of(self.draw, self.board.lines, now=self.now)

    @cached_property
    def is_over(self) -> bool:
        """Whether the panel sits for the last time, or sat."""
        return next_opening(self.draw.covered, now=self.now) <= self.now

    @cached_property
    def later(self) -> Draw | None:
        return widened_by(self.draw)

    @cached_property
    def picks(self) -> PickRequest | None:
        return open_request(PickRequest, self.draw)

    @cached_property
    def void(self) -> VoidRequest | None:
        return open_request(VoidRequest, self.draw)

    @cached_property
    def earlier(self) -> RescheduleRequest | None:
        """Of all draws of the panel, which is moved as a whole."""
        asked = (open_request(RescheduleRequest, one) for one in panel_of(self.draw))
        return next((one for one in asked if one), None)

    @cached_property
    def is_archived(self) -> bool:
        return any(project.is_archived for project in self.draw.covered)
