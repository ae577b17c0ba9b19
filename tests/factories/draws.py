"""Draw plans and draws for tests, made by the services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from expertpool.accounts.models import User
from expertpool.draws.models import Draw, DrawPlan, Invitation
from expertpool.draws.queries.identity import open_identity
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.plan import GroupInput, PlanInput, save_plan
from expertpool.draws.services.sealing import start_draw
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from tests.factories.accounts import make_user
from tests.factories.projects import make_project

_seeds = count(1000)
EVERYBODY: dict[str, Any] = {"all": []}


def make_plan(
    project: Project,
    *,
    groups: Sequence[GroupInput] = (),
    seats: int = 3,
    actor: User | None = None,
    now: datetime,
    **settings: Any,
) -> DrawPlan:
    """Give ``project`` a plan: ``groups``, or one group of ``seats`` open to everybody."""
    settings.setdefault("unit_cap", None)
    return save_plan(
        project=project,
        settings=PlanInput(**settings),
        groups=groups or [GroupInput("综合", seats, [EVERYBODY])],
        actor=actor or make_user("operator"),
        now=now,
    )


def make_ready_project(*, now: datetime, opens_in_hours: float = 72, **plan: Any) -> Project:
    """An approved project with a plan, that opens ``opens_in_hours`` after ``now``."""
    project = make_project(
        ProjectStatus.APPROVED,
        now=now,
        opening_at=now + timedelta(hours=opens_in_hours),
    )
    make_plan(project, now=now, **plan)
    return project


def make_draw(
    *, now: datetime, operator: User | None = None, seed: int | None = None, **plan: Any
) -> Draw:
    """A draw that was sealed, ordered and seated at ``now`` (no contributors)."""
    project = make_ready_project(now=now, **plan)
    draw = start_draw(
        project=project,
        actor=operator or make_user("operator"),
        now=now,
        entropy=SeededEntropy(next(_seeds) if seed is None else seed),
    )
    draw.refresh_from_db()
    return draw


def expert_id_of(invitation: Invitation) -> int:
    """Who stands behind a sealed line."""
    return open_identity(invitation).expert_id
