"""Of a panel that several draws found one is void, while the others stand."""

from __future__ import annotations

from datetime import datetime

from expertpool.core.text import moment_text
from expertpool.draws.enums import INVALID, DrawStatus
from expertpool.draws.models import Draw
from expertpool.draws.queries.draws import valid_draws
from expertpool.draws.queries.meetings import next_opening
from expertpool.projects.models import Project


def void_parts(project: Project) -> list[Draw]:
    """Return the draws that widened one of ``project`` which stands, and are void: whom they found sits in its panel no more, the
    others do."""
    rows = Draw.objects.filter(projects=project, status=DrawStatus.VOID, widens__isnull=False)
    return list(rows.exclude(widens__status__in=INVALID).order_by("pk"))


def may_be_filled(project: Project, *, now: datetime) -> bool:
    """Tell whether somebody may still be drawn for the seats that such a draw has left: until the panel sits."""
    return any(next_opening(one.covered, now=now) > now for one in valid_draws(project))


def void_part_words(project: Project) -> str:
    """Say which these are, and since when; empty where there is none."""
    return "、".join(
        f"{one.number}（{moment_text(one.ended_at)} 作废）" if one.ended_at else one.number
        for one in void_parts(project)
    )
