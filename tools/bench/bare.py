"""The eligibility of the five groups as somebody would write it in SQL by hand.

It is what a draw is measured against, and an independent answer to who may be drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from expertpool.directory.models import Specialty
from expertpool.directory.queries import specialty_subtree, units_matching
from expertpool.draws.enums import Knowledge
from expertpool.draws.models import DrawPlan
from expertpool.draws.queries.participation import held_expert_ids, participations
from expertpool.experts.queries.availability import day_start, years_before
from expertpool.experts.queries.names import name_index
from expertpool.projects.models import Avoidance

_SQL = """
WITH held AS (
    SELECT expert_id, bool_or(specialty_id = ANY(%(s1)s)) AS s1,
        bool_or(specialty_id = ANY(%(s2)s)) AS s2, bool_or(specialty_id = ANY(%(s3)s)) AS s3,
        bool_or(specialty_id = ANY(%(s4)s)) AS s4
    FROM experts_expertspecialty WHERE specialty_id = ANY(%(all)s) GROUP BY expert_id
)
SELECT e.id, e.number, e.employer_id,
    CASE WHEN s1 THEN CASE WHEN title_level >= 4 THEN 1 ELSE 2 END END AS g1,
    CASE WHEN s1 OR s2 THEN 1 END AS g2,
    CASE WHEN s2 OR s3 THEN CASE WHEN title_level >= 4 THEN 1 ELSE 2 END END AS g3,
    CASE WHEN (s3 OR s4) AND practice_years >= 10 THEN 1 END AS g4,
    CASE WHEN title_level >= 4 THEN 1 END AS g5,
    CASE
        WHEN status = 'deleted' THEN 'deleted'
        WHEN status = 'blacklisted' AND NOT EXISTS (
            SELECT FROM experts_blacklistentry b WHERE b.expert_id = e.id
            AND removed_at IS NULL AND until_date < %(today)s AND status_before = 'formal')
            THEN 'blacklisted'
        WHEN status IN ('pending', 'frozen') THEN 'not_formal'
        WHEN term_start_date > %(day)s OR term_end_date < %(day)s THEN 'expired'
        WHEN EXISTS (SELECT FROM experts_leave l WHERE l.expert_id = e.id
            AND cancelled_at IS NULL AND during && tstzrange(%(start)s, %(end)s)) THEN 'on_leave'
        WHEN e.id = ANY(%(held)s) THEN 'held'
        WHEN employer_id = ANY(%(units)s) OR EXISTS (
            SELECT FROM experts_avoidanceunit a WHERE a.expert_id = e.id
            AND a.unit_id = ANY(%(units)s) AND (end_date IS NULL OR end_date >= %(since)s))
            THEN 'avoided_unit'
        WHEN name_index = ANY(%(persons)s) THEN 'avoided_person'
        WHEN e.id = ANY(%(period)s) THEN 'avoided_period'
        WHEN e.id = ANY(%(capped)s) THEN 'frequency_cap'
    END AS reason
FROM held JOIN experts_expert e ON e.id = held.expert_id
WHERE title_level >= 4 OR (title_level >= 3 AND (s1 OR s2 OR s3 OR practice_years >= 10))
"""


def bare_eligibility(
    plan: DrawPlan, branches: Sequence[Specialty], *, now: datetime
) -> tuple[str, dict[str, Any]]:
    """Return the statement and its values for a plan of `plans.five_groups`; the last column is
    empty for those who may be drawn."""
    project = plan.project
    start, end = project.opening_at, project.closing_at
    day = timezone.localdate(start)
    below = [list(specialty_subtree([b.pk]).values_list("pk", flat=True)) for b in branches]
    counts = participations(
        start - timedelta(days=plan.frequency_days), start, knowing=Knowledge.ALL
    )
    cap = plan.frequency_cap or 10**9
    values = {
        **{f"s{at}": pks for at, pks in enumerate(below, 1)},
        "all": [pk for pks in below for pk in pks],
        "today": timezone.localdate(now),
        "day": day,
        "start": start,
        "end": end,
        "held": list(held_expert_ids([(start, end)], knowing=Knowledge.ALL)),
        "since": years_before(day, 3),
        "capped": [pk for pk, times in counts.items() if times >= cap],
    }
    return _SQL, values | _avoided(plan)


def _avoided(plan: DrawPlan) -> dict[str, Any]:
    units, persons, period = set[int](), list[bytes | None](), list[int]()
    purchaser = plan.project.purchaser
    if purchaser is not None:
        units |= units_matching(name=purchaser.name, uscc=purchaser.uscc)
    for row in Avoidance.objects.filter(project=plan.project).select_related("unit"):
        if row.unit is not None:
            units |= units_matching(name=row.unit.name, uscc=row.unit.uscc)
        elif row.name:
            persons.append(name_index(row.name))
        elif row.from_date and row.to_date:
            until = day_start(row.to_date) + timedelta(days=1)
            period = list(participations(day_start(row.from_date), until, knowing=Knowledge.ALL))
    return {"units": list(units), "persons": persons, "period": period}
