"""What became of invitations, as far as it brings points: once a review is over and its names are released
nothing of it changes any more, and nobody learns from it who was drawn (docs/decisions/0215)."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value

from expertpool.core.crypto import DecryptionError
from expertpool.draws.enums import INVALID, InvitationState
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.draws import covers, panel_of
from expertpool.draws.queries.identity import open_identity
from expertpool.draws.queries.panel import came_in, projects_at_work, went_early
from expertpool.draws.queries.presence import signs_in
from expertpool.draws.queries.reveal import is_latest
from expertpool.draws.queries.sitting import lines_of, slots_of, state_of
from expertpool.draws.queries.written import has_signed_in, is_written
from expertpool.points.enums import ReviewFact
from expertpool.points.models import Settled
from expertpool.projects.models import Project

MINUTE = timedelta(minutes=1)
OF_STATE = {
    InvitationState.LEAVE: ReviewFact.LEAVE,
    InvitationState.DECLINED: ReviewFact.DECLINED,
    InvitationState.NO_ANSWER: ReviewFact.NO_ANSWER,
}

logger = logging.getLogger(__name__)


def draws_to_settle(now: datetime) -> QuerySet[Draw]:
    """Return the draws whose points are due: names released, no review of theirs to come or running, be it scored online
    beyond its planned end."""
    # Of a batch all have to be over: one entry for what one panel did.
    ends_later = Q(project__opening_at__gt=Value(now) - F("project__duration_minutes") * MINUTE)
    settled = Settled.objects.filter(draw=OuterRef("pk"))
    at_work = Q(project__in=Project.objects.filter(projects_at_work()))
    rows = Draw.objects.filter(
        ~Exists(settled), ~covers(ends_later), ~covers(at_work), released_at__isnull=False
    )
    return rows.exclude(status__in=INVALID).order_by("pk")


def is_to_settle(draw: Draw, *, now: datetime) -> bool:
    """Tell whether the points of ``draw`` are due, by times that this system set: of a draw that somebody
    else has opened nobody would learn who sits."""
    return draws_to_settle(now).filter(pk=draw.pk).exists() and is_latest(draw)


def facts_of(draw: Draw) -> Iterator[tuple[Invitation, int, ReviewFact]]:
    """Yield what became of each line of ``draw``: the line, whose it is (id), and the fact. Lines that somebody
    else has written say nothing."""
    # Where nobody has signed in it was not used: else all of them would be absent.
    signed = signs_in(draw) and any(has_signed_in(one) for one in lines_of(panel_of(draw)))
    turnout = _Turnout.of(draw)
    for line in lines_of([draw]):
        expert_id = _expert_behind(line)
        if expert_id is not None:
            for fact in _facts(line, turnout, signed=signed):
                yield line, expert_id, fact


def _expert_behind(line: Invitation) -> int | None:
    """Return whose line it is, if row and seal say the same and this system wrote it."""
    try:
        found = open_identity(line).expert_id
    except DecryptionError:
        logger.exception("invitation %s cannot be opened", line.pk)
        return None
    # Points of one would go to another by a changed row.
    if found != line.expert_id or not is_written(line):
        logger.error("invitation %s brings no points: it was altered", line.pk)
        return None
    return found


@dataclass(frozen=True)
class _Turnout:
    """Who came in at the meetings of a draw, and who left each of them (by project) before he had done what counts: lines, by
    their ids."""

    came: frozenset[int]
    went: Mapping[int, frozenset[int]]

    @classmethod
    def of(cls, draw: Draw) -> _Turnout:
        came = frozenset[int]().union(*(came_in(project) for project in draw.covered))
        return cls(came, {project.pk: went_early(project) for project in draw.covered})


def _facts(line: Invitation, turnout: _Turnout, *, signed: bool) -> Iterator[ReviewFact]:
    slots = line.draw.covered
    state = state_of(line, slots)
    if state != InvitationState.ACCEPTED:
        if fact := OF_STATE.get(state):
            yield fact
        return
    yield ReviewFact.CONFIRMED
    sat = [slot for slot in slots_of(line, slots) if line.pk not in turnout.went[slot.pk]]
    if not sat:  # stood by, or left what he had begun
        if line.pk in turnout.came:  # when he was to come nothing says
            yield ReviewFact.ATTENDED
        return
    # Who went when it was over has been there; who signed in, by his own word.
    if signed and line.state == InvitationState.ACCEPTED and not has_signed_in(line):
        yield ReviewFact.ABSENT
        return
    yield ReviewFact.ATTENDED
    if signed and (at := line.signed_in_at) is not None:
        # Of several meetings those that were not over when he signed in; the first of them counts.
        meant = [slot for slot in sat if slot.closing_at >= at]
        if meant and at > min(slot.opening_at for slot in meant):
            yield ReviewFact.LATE
