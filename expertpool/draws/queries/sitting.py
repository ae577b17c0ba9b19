"""Who sits, or sat, in which project of a draw: the one place that says it (docs/decisions/0188).

A panel of several projects may change between its meetings. Whoever is invited after a review has begun does not
come to it, and whoever leaves after it is over has been there. So nothing that happens later changes
who sat.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Protocol

from django.db.models import F, Q, QuerySet, Value
from django.db.models.expressions import Combinable

from expertpool.draws.enums import SEATED_STATES, InvitationState, PanelRole
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.meetings import S, Slot, coming, last_closing
from expertpool.draws.queries.written import as_written
from expertpool.projects.models import Project

# Of one who had agreed and goes: for all that is not over. Every other exit answers a question.
WENT = (InvitationState.LEAVE, InvitationState.REPLACED)
MINUTE = timedelta(minutes=1)


class Held(Protocol):
    """A seat with its times, as a line has them, or a record (`services.records`)."""

    @property
    def state(self) -> str: ...
    @property
    def invited_at(self) -> datetime: ...
    @property
    def asked_again_at(self) -> datetime | None: ...
    @property
    def moved_up_at(self) -> datetime | None: ...
    @property
    def replied_at(self) -> datetime | None: ...
    @property
    def is_standby(self) -> bool: ...


def state_in(seat: Held, slot: S, slots: Sequence[S]) -> InvitationState | None:
    """Return how ``seat`` stands for ``slot``, one of the ``slots`` of its draw, or stood when that was over; None:
    its expert was never asked for it.

    Whoever is asked anew is asked for what is to come, and answers for that alone.
    """
    if slot not in coming(slots, now=seat.invited_at, begun=False):
        return None
    state = _state(seat)
    if state in WENT:
        stays = seat.replied_at is not None and seat.replied_at >= slot.closing_at
    else:
        asked = coming(slots, now=seat.asked_again_at or seat.invited_at, begun=False)
        stays = slot not in asked
    return InvitationState.ACCEPTED if stays else state


def stands_by_in(seat: Held, slot: Slot) -> bool:
    """Tell whether the expert only stands by for ``slot``, or did until it was over."""
    return seat.is_standby or (seat.moved_up_at is not None and seat.moved_up_at >= slot.closing_at)


def slots_of(seat: Held, slots: Sequence[S]) -> list[S]:
    """Return those of ``slots`` in which somebody sits, or sat to the end, in the panel by ``seat``."""
    return [
        slot
        for slot in slots
        if state_in(seat, slot, slots) in SEATED_STATES and not stands_by_in(seat, slot)
    ]


def state_of(seat: Held, slots: Sequence[S]) -> InvitationState:
    """Return how ``seat`` stands, or stood, for its draw as a whole, where one answer is counted: who agreed to
    any review, whatever followed."""
    agreed = InvitationState.ACCEPTED in (state_in(seat, slot, slots) for slot in slots)
    return InvitationState.ACCEPTED if agreed else _state(seat)


def _state(seat: Held) -> InvitationState:
    """A word that no list knows, which somebody else wrote, seats nobody."""
    known = seat.state in InvitationState.values
    return InvitationState(seat.state) if known else InvitationState.CANCELLED


def role_in(line: Invitation, slot: Slot, slots: Iterable[Slot]) -> str:
    """Return what the expert of ``line`` is in the panel for ``slot``, or was when that was over. Of the last of
    ``slots`` also what was set afterwards: somebody mends it."""
    if slot.closing_at < last_closing(slots):
        for change in line.role_changes:
            if datetime.fromisoformat(change["at"]) >= slot.closing_at:
                return str(change["before"])
    return line.panel_role if line.panel_role in PanelRole.values else ""


def role_words(line: Invitation, projects: Sequence[Project]) -> str:
    """Return the same in words for ``projects``; where it is not one for all, with the numbers of which."""
    covered, found = line.draw.covered, defaultdict[str, list[str]](list)
    for project in projects:
        if role := role_in(line, project, covered):
            found[str(PanelRole(role).label)].append(project.number)
    return "、".join(
        label if len(numbers) == len(projects) else f"{label}（{'、'.join(numbers)}）"
        for label, numbers in found.items()
    )


def slots_left(seat: Held, slots: Sequence[S], *, now: datetime) -> list[S]:
    """Return those of ``slots`` that are not over, and for which the expert of ``seat`` is expected: to sit, or
    to stand by."""
    left = [slot for slot in slots if slot.closing_at > now]
    return [slot for slot in left if state_in(seat, slot, slots) in SEATED_STATES]


@dataclass(frozen=True)
class LineIn:
    """A line as it stands for ``project``, whose panel asked its expert to come, or stood when that was over."""

    line: Invitation
    project: Project
    state: InvitationState
    is_standby: bool

    @property
    def is_seated(self) -> bool:
        return self.state in SEATED_STATES

    @property
    def is_past(self) -> bool:
        """Whether what happened to the line last was after the review."""
        if self.state != self.line.state:
            return True
        moved_at = self.line.draw.last_moved_at if self.line.is_asked_again else None
        return moved_at is not None and self.project.opening_at <= moved_at

    @property
    def label(self) -> str:
        """The state in words."""
        return str(self.state.label) if self.is_past else self.line.state_label

    @property
    def role_label(self) -> str:
        """What its expert is, or was, in the panel."""
        return role_words(self.line, [self.project]) if self.is_seated else ""

    @property
    def replied_at(self) -> datetime | None:
        """When he answered for it; None where that was before he was asked about others."""
        return None if self.is_past else self.line.replied_at


def lines_in(project: Project, lines: Iterable[Invitation]) -> list[LineIn]:
    """Return those of ``lines``, all of draws of ``project``, whose experts were asked for it."""
    # Asked of each draw once: its lines share it, and what it covers may be a question to the database.
    covered = cache(lambda draw: draw.covered)
    found = ((line, state_in(line, project, covered(line.draw))) for line in lines)
    return [
        LineIn(line, project, state, stands_by_in(line, project)) for line, state in found if state
    ]


def parts_of(line: Invitation) -> list[LineIn]:
    """Return how ``line`` stands for each project for which its expert was asked."""
    return [part for project in line.draw.covered for part in lines_in(project, [line])]


def lines_of(draws: Iterable[Draw], rows: QuerySet[Invitation] | None = None) -> list[Invitation]:
    """Return the lines of ``draws``, all or those of ``rows``, each with its draw and as this system wrote it: one query."""
    by_key = {draw.pk: draw for draw in draws}
    found = Invitation.objects.all() if rows is None else rows
    lines = list(found.filter(draw__in=by_key).order_by("draw_id", "line"))
    for line in lines:
        line.draw = by_key[line.draw_id]
    return as_written(lines)


def asked_in(project: str) -> Q:
    """The lines whose experts were asked for the project to which the path ``project`` leads; like `agreed_in`
    a condition for the database."""
    return Q(invited_at__lt=F(f"{project}__opening_at"))


def agreed_in(project: str) -> Q:
    """The lines for which `state_in` says that they agreed."""
    begins = F(f"{project}__opening_at")
    ends: Combinable = begins + F(f"{project}__duration_minutes") * Value(MINUTE)
    agreed = Q(state=InvitationState.ACCEPTED)
    agreed |= Q(state__in=WENT, replied_at__gte=ends)
    agreed |= Q(~Q(state__in=WENT), asked_again_at__gte=begins)
    return asked_in(project) & agreed
