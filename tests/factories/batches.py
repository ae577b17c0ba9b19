"""Batches for tests: grouped, planned and drawn by the services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from expertpool.accounts.models import User
from expertpool.draws.models import Draw
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.sealing import start_draw
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project, ProjectBatch
from expertpool.projects.services.batches import create_batch
from tests.factories.accounts import make_user
from tests.factories.draws import make_plan
from tests.factories.projects import make_project

_seeds = count(7000)


def make_members(
    *hours: float, now: datetime, status: str = ProjectStatus.APPROVED, **changes: Any
) -> list[Project]:
    """Projects that open so many ``hours`` after ``now``, each with a name of its own."""
    return [
        make_project(
            status,
            now=now,
            **{"name": f"第{place}标段", "opening_at": now + timedelta(hours=one)} | changes,
        )
        for place, one in enumerate(hours, start=1)
    ]


def make_batch(
    projects: Sequence[Project], *, now: datetime, actor: User | None = None, **plan: Any
) -> ProjectBatch:
    """Put ``projects`` into a batch; with ``plan`` the first gets one for all of them."""
    actor = actor or make_user("operator")
    batch = create_batch(projects=projects, name="第四季度采购", actor=actor, now=now)
    if plan:
        make_plan(projects[0], now=now, **plan)
    return batch


def draw_batch(batch: ProjectBatch, *, now: datetime, seed: int | None = None) -> Draw:
    """Seal, order and seat the draw of a batch."""
    draw = start_draw(
        project=batch.members[-1],
        actor=make_user("operator"),
        now=now,
        entropy=SeededEntropy(next(_seeds) if seed is None else seed),
    )
    draw.refresh_from_db()
    return draw
