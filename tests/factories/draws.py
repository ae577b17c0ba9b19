"""Draw plans and draws for tests, made by the services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.audit.services import record_change, snapshot
from expertpool.draws.models import Draw, DrawPlan, Hold, Invitation
from expertpool.draws.occasions import LETTERS
from expertpool.draws.queries.identity import open_identity
from expertpool.draws.rules import Policy
from expertpool.draws.services.clock import keep_clock
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.plan import GroupInput, PlanInput, save_plan
from expertpool.draws.services.reveal import FIELDS, set_reveal
from expertpool.draws.services.sealing import start_draw
from expertpool.notifications.models import Message
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
    *,
    now: datetime,
    operator: User | None = None,
    seed: int | None = None,
    reached: bool = True,
    **plan: Any,
) -> Draw:
    """A draw that was sealed, ordered and seated at ``now`` (no contributors); who is asked has a
    letter, unless that is left to a worker (``reached``)."""
    project = make_ready_project(now=now, **plan)
    draw = start_draw(
        project=project,
        actor=operator or make_user("operator"),
        now=now,
        entropy=SeededEntropy(next(_seeds) if seed is None else seed),
    )
    if reached:
        reach(draw, now=now)
    draw.refresh_from_db()
    return draw


def seal_without(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let policies be sealed as before they had ``names``."""
    whole = Policy.to_rule

    def before(policy: Policy) -> dict[str, Any]:
        return {name: value for name, value in whole(policy).items() if name not in names}

    monkeypatch.setattr(Policy, "to_rule", before)


def reach(draw: Draw, *, now: datetime) -> None:
    """Let a letter go out at ``now`` to each who is asked, so that his clock starts."""
    rows = Invitation.objects.filter(draw=draw, state="invited", reached_at=None)
    ids = [str(pk) for pk in rows.values_list("pk", flat=True)]
    letters = Message.objects.filter(about_type="draws.invitation", about_id__in=ids)
    waiting = letters.filter(state="queued", occasion__in=LETTERS)
    # The inbox last: it starts no clock where there is another way.
    by_line = {
        one.about_id: one.pk for one in sorted(waiting, key=lambda one: one.channel != "site")
    }
    waiting.filter(pk__in=by_line.values()).update(state="sent", sent_at=now)
    for pk in ids:
        keep_clock(invitation_id=int(pk))


def expert_id_of(invitation: Invitation) -> int:
    """Who stands behind a sealed line."""
    return open_identity(invitation).expert_id


def seats_held() -> int:
    """For how many seats somebody is held."""
    return Hold.objects.filter(active=True).values("invitation").distinct().count()


def open_names_at(draw: Draw, at: datetime) -> None:
    """Let the names of ``draw`` open at ``at``, as the system itself would write it."""
    row = Draw.objects.get(pk=draw.pk)
    set_reveal(row, reveal_at=at, released_at=row.released_at, by=None)
    row.save(update_fields=FIELDS)


def end_review(draw: Draw) -> None:
    """Let the review of ``draw`` be over since the day before yesterday: its record is public then, where
    no result is to be published and the names are released. Where a page filed the project, the log says so."""
    past = timezone.now() - timedelta(days=2)
    for project in draw.covered:
        before = snapshot(project, "opening_at")
        Project.objects.filter(pk=project.pk).update(opening_at=past)
        project.refresh_from_db(fields=["opening_at"])
        if Entry.objects.filter(action="project.create", subject_id=str(project.pk)).exists():
            record_change(
                "project.update",
                actor=None,
                subject=project,
                now=timezone.now(),
                before=before,
                after=snapshot(project, "opening_at"),
            )
