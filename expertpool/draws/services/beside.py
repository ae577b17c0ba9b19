"""What the other draws of a panel leave to one of them: no seat is filled twice, nobody comes back.

The engine knows one draw. Where several find a panel together (docs/decisions/0016), its question
whether a candidate can be seated is answered for the whole panel; a no becomes a skip in the record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

import vdraw
from expertpool.draws.enums import SEATED_STATES, DrawStatus, ExclusionReason
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.board import board_of
from expertpool.draws.queries.draws import is_alone, panel_of
from expertpool.draws.queries.shortfall import employers_of, experts_on
from expertpool.experts.models import Expert


@dataclass
class Beside:
    """What a panel of several draws allows one of them; ``taken`` grows with whom it seats."""

    used: set[int]  # experts whom another draw seated at any time
    taken: Counter[int]  # how many of each employer (by id) sit in the panel
    unit_cap: int | None
    room: dict[str, int]  # seats of a group that the others leave to this draw
    seated: list[str] = field(default_factory=list)  # by the step that is being decided

    def reason(self, expert_id: int) -> ExclusionReason | None:
        """Return the reason against an expert, whatever seat he would take."""
        if expert_id in self.used:
            return ExclusionReason.IN_PANEL
        employer = _employer_of(expert_id)
        if self.unit_cap is not None and employer and self.taken[employer] >= self.unit_cap:
            return ExclusionReason.UNIT_FULL
        return None

    def fills_twice(self, state: vdraw.Standing, commit: str) -> bool:
        """Tell whether a supplement that seats ``commit`` next gives out a seat that another draw
        of the panel has filled; who sits may change his group for it."""
        wanted = {*self.seated, commit}
        # A trial: nobody but whom this step has seated so far, and he.
        step = vdraw.supplement(state, lambda one: None if one in wanted else "ineligible")
        rows = zip(state.order.sealed.rule.groups, step.state.sitting, strict=True)
        return any(len(row) > self.room.get(group.id, group.seats) for group, row in rows)

    def seat(self, commit: str, expert_id: int) -> None:
        """Note that the expert behind ``commit`` gets a seat."""
        self.seated.append(commit)
        employer = _employer_of(expert_id)
        if employer:
            self.taken[employer] += 1


def beside(draw: Draw, asked: Collection[Invitation] = ()) -> Beside | None:
    """Return what the other draws of its panel leave to ``draw``; None where it is the only one. Its
    own lines that are ``asked`` about anew take nobody's place.

    A draw that is sealed and not yet seated counts as full: its seats are promised.
    """
    if is_alone(draw):
        return None
    draws = panel_of(draw)
    others = [other for other in draws if other.pk != draw.pk]
    board = board_of(*draws)
    # Its own people are the engine's matter.
    lines = [line for line in board.lines if line.draw_id != draw.pk]
    full = Counter(line.group for line in lines if line.state in SEATED_STATES)
    for other in others:
        if other.status == DrawStatus.SEALED:
            full.update({group.code: group.seats for group in other.rule.groups})
    return Beside(
        used=experts_on(lines),
        taken=employers_of([line for line in board.lines if line not in asked]),
        unit_cap=draws[0].rule.unit_cap,
        room={group.code: group.seats - full[group.code] for group in board.groups},
    )


def _employer_of(expert_id: int) -> int | None:
    return Expert.objects.values_list("employer", flat=True).get(pk=expert_id)
