"""Every count before a seal is noted, and nobody may let count without end (docs/decisions/0080)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Sum

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.criteria import Node, explain, standing
from expertpool.core.limits import one_at_a_time
from expertpool.draws.exceptions import TooManyCounts
from expertpool.draws.models import CountTally
from expertpool.draws.queries.conditions import SUBJECT
from expertpool.draws.queries.counting import ConditionCount, count_condition
from expertpool.draws.queries.shortfall import Shortfall
from expertpool.draws.queries.widening import Comparison, compare
from expertpool.draws.settings import COUNTS_PER_HOUR
from expertpool.projects.models import Project
from expertpool.siteconfig.queries.counting import counted


def count_for(project: Project, node: Node, *, actor: User, now: datetime) -> ConditionCount:
    """Count who meets ``node``, and note that it was asked. Refuses (TooManyCounts) as `note_count`."""
    note_count(project, explain(node) or "不限", actor=actor, now=now)
    return count_condition(project, node, now=now)


def compare_for(
    short: Shortfall,
    criteria: Mapping[str, Sequence[dict[str, Any]]],
    *,
    actor: User,
    now: datetime,
) -> list[Comparison]:
    """Compare ``criteria`` (by the code of the group, level by level) as `compare`, and note that it was asked. Raises
    core.criteria.CriteriaError for what ``actor`` could not keep; refuses (TooManyCounts) as `note_count`."""
    levels = {
        code: [(at, standing(SUBJECT, one, actor=actor)) for at, one in enumerate(rows, start=1)]
        for code, rows in criteria.items()
    }
    asked = "；".join(explain(node) or "不限" for rows in levels.values() for _, node in rows)
    note_count(short.base.project, f"放宽条件对照：{asked}", actor=actor, now=now)
    return compare(short, levels, now=now, viewer=actor)


def note_count(project: Project, asked: str, *, actor: User, now: datetime) -> None:
    """Note that ``actor`` lets count for ``project``, with what he ``asked`` in words.

    The first time within an hour goes into the log, too, so that it is told in the project's own.
    Refuses (TooManyCounts) more in an hour, for all projects, than the office allows.
    """
    hour = now.replace(minute=0, second=0, microsecond=0)
    most = counted(COUNTS_PER_HOUR, now)
    with one_at_a_time(COUNTS_PER_HOUR, actor), transaction.atomic():
        so_far = CountTally.objects.filter(user=actor, hour=hour).aggregate(times=Sum("times"))
        if (so_far["times"] or 0) >= most:
            raise TooManyCounts(
                f"这一小时内查询人数已满 {most} 次，人数暂不显示，填写和保存不受影响；下一小时起可以再查。"
            )
        tally, is_new = CountTally.objects.get_or_create(
            user=actor,
            hour=hour,
            project=project,
            defaults={"times": 1, "last": asked[:500], "last_at": now},
        )
        if is_new:
            record("draw.count", actor=actor, now=now, subject=project, note=asked[:500])
            return
        CountTally.objects.filter(pk=tally.pk).update(
            times=F("times") + 1, last=asked[:500], last_at=now
        )
