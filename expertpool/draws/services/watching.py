"""Whether rows of a draw were written since it was last looked at, by whomever: then it is looked at, and whoever
only sees a list of draws is told, too.

PostgreSQL writes into each row by which transaction it was written last (``xmin``), with triggers off as well. The
sum over all rows of a draw changes when one is written, added or taken away. What it was is kept by the worker
alone, in its memory: no row can say that all is as it was. One that starts anew looks at all draws, the latest
first, some in each minute (docs/decisions/0285).
"""

from __future__ import annotations

import logging
import time
from datetime import datetime

from django.db import connection
from django.db.models import Model

from expertpool.draws.models import (
    AnswerRequest,
    Draw,
    DrawEvent,
    DrawPause,
    DrawPlan,
    DrawProject,
    Emergency,
    Invitation,
    PlanVersion,
    QuietWaiver,
    ReleaseRequest,
    Rescheduling,
    SealBlock,
    VoidRequest,
)
from expertpool.draws.services.checking import tell_if_bent
from expertpool.projects.models import Project

logger = logging.getLogger(__name__)

MOST_SECONDS = 20.0  # of a minute; what is left is looked at in the next
_OF_DRAW = (
    *(Invitation, DrawEvent, SealBlock, Emergency, DrawPause, QuietWaiver),
    *(Rescheduling, ReleaseRequest, VoidRequest, DrawProject),
)
_seen: dict[int, int] = {}


def look_at_written(*, now: datetime, seconds: float = MOST_SECONDS) -> int:
    """Look at the draws of which something was written since the last time, the latest first; return at how many.
    One that is altered gets its alarm."""
    until = time.monotonic() + seconds
    looked = 0
    for draw_id, written in _written().items():
        if _seen.get(draw_id) == written:
            continue
        if time.monotonic() > until:
            logger.info("draws are left to be looked at in the next minute")
            break
        looked += 1
        try:
            tell_if_bent(draw_id=draw_id, now=now)
        except Exception:  # one that cannot be read keeps nobody from the others
            logger.exception("draw %s could not be looked at", draw_id)
        else:
            _seen[draw_id] = written
    return looked


# Of each row by which draw it is: its own table has that, or another leads there.
_FURTHER = """
    SELECT id, id, xmin FROM {draw}
    UNION ALL SELECT line.draw_id, row.id, row.xmin
    FROM {answer} row JOIN {line} line ON line.id = row.invitation_id
    UNION ALL SELECT covers.draw_id, row.id, row.xmin
    FROM {project} row JOIN {covers} covers ON covers.project_id = row.id
    UNION ALL SELECT covers.draw_id, row.id, row.xmin
    FROM {version} row JOIN {plan} plan ON plan.id = row.plan_id
    JOIN {covers} covers ON covers.project_id = plan.project_id
"""


def _written() -> dict[int, int]:
    """Return of each draw what says by which transactions its rows were written, the latest draw first."""
    further = _FURTHER.format(
        draw=_table(Draw),
        answer=_table(AnswerRequest),
        line=_table(Invitation),
        project=_table(Project),
        covers=_table(DrawProject),
        version=_table(PlanVersion),
        plan=_table(DrawPlan),
    )
    own = [f"SELECT draw_id, id, xmin FROM {_table(model)}" for model in _OF_DRAW]  # noqa: S608 (quoted)
    rows = " UNION ALL ".join([*own, further])
    summed = "SELECT draw_id, sum(hashtextextended(xmin::text, id))"
    with connection.cursor() as cursor:
        cursor.execute(f"{summed} FROM ({rows}) rows GROUP BY draw_id ORDER BY draw_id DESC")
        return {draw_id: int(written) for draw_id, written in cursor.fetchall()}


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)
