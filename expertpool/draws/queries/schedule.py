"""The days of an expert as an office sees them."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from expertpool.core.mandates import A_LOOK
from expertpool.core.months import Span
from expertpool.core.visibility import told
from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Invitation
from expertpool.draws.queries.sitting import LineIn, parts_of
from expertpool.experts.models import Expert
from expertpool.experts.queries.leaves import sound

LEAVES = "?tab=leaves"
SHOWN = {InvitationState.INVITED: "amber", InvitationState.ACCEPTED: "green"}


def schedule_of(expert: Expert, lines: Iterable[Invitation]) -> list[Span]:
    """Return to which reviews of ``lines`` (which the reader may read) he is asked or comes, and his leaves
    as far as anybody is told of them."""
    spans = [_review(part) for line in lines for part in parts_of(line) if part.state in SHOWN]
    leaves = [one for one in sound(told(expert.leaves.all()), a_look=A_LOOK) if not one.ended_at]
    return spans + [
        Span(one.during.lower, one.during.upper, "请假", "请假", "orange", LEAVES) for one in leaves
    ]


def _review(part: LineIn) -> Span:
    project = part.project
    return Span(
        project.opening_at,
        project.closing_at,
        project.name,
        part.label,
        SHOWN[part.state],
        url=reverse("draws:detail", args=[part.line.draw_id]),
        place=project.place,
    )
