"""The edits of a plan, as its versions tell them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from expertpool.core.views.editing import Edit
from expertpool.draws.models import PlanVersion
from expertpool.draws.queries.draws import plan_for
from expertpool.draws.queries.plan_versions import differences
from expertpool.draws.services.covering import lock_projects
from expertpool.projects.models import Project

MOST = 10  # versions that are told at once


class PlanEdits:
    """Those of the plan by which ``project`` is drawn: each is a version of its own, 0 is none yet."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def last(self, viewer: Any) -> int:
        plan = plan_for(self._project)
        return plan.version if plan else 0

    def hold(self) -> None:
        # The lock that every service of a plan takes first; DrawNotReady: the batch has changed.
        lock_projects(self._project)

    def after(self, number: int, viewer: Any) -> Sequence[Edit]:
        plan = plan_for(self._project)
        rows = PlanVersion.objects.filter(plan=plan, number__gte=number).select_related("made_by")
        # With the one before them, from which the first of them differs.
        versions = list(rows[: MOST + 1])
        told = [
            Edit(row.made_at, str(row.made_by), _changes(old, row))
            for row, old in pairwise(versions)
        ]
        if number == 0 and versions and versions[-1].number == 1:
            told.append(Edit(versions[-1].made_at, str(versions[-1].made_by), ["首次保存"]))
        return told


def _changes(old: PlanVersion, new: PlanVersion) -> list[str]:
    return [f"{one.label}：{one.before} → {one.after}" for one in differences(old.words, new.words)]
