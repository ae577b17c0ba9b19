"""What is asked of a draw to tell what may be done with it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from expertpool.accounts.models import User
from expertpool.draws.enums import AlarmKind
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import (
    ConditionGroup,
    Draw,
    DrawAlarm,
    DrawPlan,
    DrawRequest,
    Emergency,
    PickRequest,
    QuietWaiver,
    RescheduleRequest,
    VoidRequest,
)
from expertpool.draws.queries.asked_fields import check_conditions, check_named
from expertpool.draws.queries.board import Board
from expertpool.draws.queries.clock import waiver_of
from expertpool.draws.queries.draws import (
    panel_of,
    plan_for,
    widened_by,
)
from expertpool.draws.queries.emergency import emergencies_of
from expertpool.draws.queries.meetings import next_opening
from expertpool.draws.queries.reach import Hours, Reach, board_at, hours_of, reach_of
from expertpool.draws.queries.requests import open_request
from expertpool.draws.queries.shortfall import Shortfall, shortfall_of
from expertpool.draws.queries.waiting import waits_for_lines
from expertpool.projects.models import Project
from expertpool.projects.queries.batches import members_of
from expertpool.workflow.queries.matters import Matter
from expertpool.workflow.queries.requests import open_matters

Asked = TypeVar("Asked", bound=DrawRequest)


@dataclass
class OfProject:
    """What the rules ask of a project, each only once."""

    project: Project
    user: User
    now: datetime

    @cached_property
    def members(self) -> list[Project]:
        return members_of(self.project)

    @cached_property
    def short(self) -> Shortfall | None:
        return shortfall_of(self.project)

    @cached_property
    def plan(self) -> DrawPlan | None:
        return plan_for(self.project)

    @property
    def groups(self) -> list[ConditionGroup]:
        """What is drawn next: the groups of the plan, or of a panel that fell short what it lacks."""
        groups = list(self.plan.groups.all()) if self.plan else []
        return self.short.groups_in(groups) if self.short else groups

    @cached_property
    def why_not_asked(self) -> str:
        """Why nobody is drawn by the conditions as they stand, a sentence for the user; empty: they may be asked."""
        try:
            check_conditions(self.groups, viewer=self.user)
        except DrawNotReady as refused:
            return str(refused)
        return ""

    def check_asked(self) -> None:
        """Refuse (DrawNotReady) to draw by what `why_not_asked` says."""
        if self.why_not_asked:
            raise DrawNotReady(self.why_not_asked)

    def check_named(self) -> None:
        """Refuse (DrawNotReady) conditions that name what is gone: whoever is chosen by hand has to fit them."""
        check_named(self.groups, viewer=self.user)


@dataclass
class OfDraw:
    """What the rules, and the page that shows their answers, ask of a draw, each only once."""

    draw: Draw
    user: User
    now: datetime

    @cached_property
    def board(self) -> Board:
        return board_at(
            self.draw,
            now=self.now,
            by_night=self.goes_by_night,
            emergencies=lambda: self.emergencies,
            hours=self.hours,
        )

    @cached_property
    def hours(self) -> Hours:
        return hours_of(self.draw)

    @cached_property
    def reach(self) -> Reach:
        return reach_of(
            self.draw,
            self.board.lines,
            now=self.now,
            by_night=self.goes_by_night,
            waiver=lambda: self.waiver,
        )

    @cached_property
    def waits(self) -> bool:
        """Whether its names stay sealed though their time has come."""
        return waits_for_lines(self.draw, self.board.lines, self.reach.pause, now=self.now)

    @cached_property
    def is_over(self) -> bool:
        """Whether the panel sits for the last time, or sat."""
        return next_opening(self.draw.covered, now=self.now) <= self.now

    @cached_property
    def later(self) -> Draw | None:
        return widened_by(self.draw)

    @cached_property
    def of_project(self) -> OfProject:
        return OfProject(self.draw.project, self.user, self.now)

    @cached_property
    def emergencies(self) -> list[Emergency]:
        return emergencies_of(self.draw)

    @property
    def emergency(self) -> Emergency | None:
        return next((one for one in self.emergencies if one.ended_at is None), None)

    @cached_property
    def waiver(self) -> QuietWaiver | None:
        return waiver_of(self.draw, now=self.now)

    def goes_by_night(self) -> bool:
        return bool(self.emergency or self.waiver)

    @cached_property
    def alarms(self) -> list[DrawAlarm]:
        return list(self.draw.alarms.all())

    @property
    def is_bent(self) -> bool:
        """Whether what is stored of it was found altered, and does not hold again."""
        return any(one.kind == AlarmKind.RECORD and one.done_at is None for one in self.alarms)

    @cached_property
    def matters(self) -> list[Matter]:
        """Those of which somebody asked about the draw, and that have not ended: seldom any."""
        return open_matters(self.draw)

    def open_request(self, kind: type[Asked]) -> Asked | None:
        is_asked = any(matter.model is kind for matter in self.matters)
        return open_request(kind, self.draw) if is_asked else None

    @cached_property
    def picks(self) -> PickRequest | None:
        return self.open_request(PickRequest)

    @cached_property
    def void(self) -> VoidRequest | None:
        return self.open_request(VoidRequest)

    @cached_property
    def void_in_panel(self) -> VoidRequest | None:
        return self._in_panel(VoidRequest)

    @cached_property
    def earlier(self) -> RescheduleRequest | None:
        return self._in_panel(RescheduleRequest)

    @cached_property
    def others(self) -> list[Draw]:
        """The other draws of the panel, which is moved as a whole."""
        return [one for one in panel_of(self.draw) if one != self.draw]

    def _in_panel(self, kind: type[Asked]) -> Asked | None:
        asked = self.open_request(kind)
        return asked or next(filter(None, (open_request(kind, one) for one in self.others)), None)

    @cached_property
    def is_archived(self) -> bool:
        return any(project.is_archived for project in self.draw.covered)
