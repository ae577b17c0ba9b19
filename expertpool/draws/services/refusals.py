"""Attempts to learn or change who takes part are refused, and the attempt is logged (DRAW-14)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import models, transaction

from expertpool.accounts.models import User
from expertpool.accounts.queries import users_with_permission
from expertpool.audit.services import record
from expertpool.core.aftermath import leave_behind
from expertpool.core.limits import one_at_a_time
from expertpool.draws.exceptions import (
    ApprovalForged,
    DrawInProgress,
    HeldRefused,
    NamesSealed,
    ReleaseRefused,
    ReplyRefused,
)
from expertpool.draws.occasions import HELD_REFUSED
from expertpool.draws.queries.draws import codes_for_project
from expertpool.draws.queries.tries import HELD
from expertpool.draws.services.telling import tell_staff
from expertpool.draws.settings import HELD_TRIES
from expertpool.projects.models import Project

TOLD = "draws.alarms"  # who hears of a refusal that says something of sealed names


@contextmanager
def log_refusals(
    *, subject: models.Model, actor: User, now: datetime, attempt: str
) -> Iterator[None]:
    """Log that ``attempt`` was refused, with the reason, and let the refusal pass on.

    Put around an atomic service, never inside: what the service rolls back would take the entry
    with it.
    """
    try:
        yield
    except (NamesSealed, ReleaseRefused, ReplyRefused, DrawInProgress) as error:
        note = f"{attempt}：{error}"
        leave_behind(
            lambda: record("draw.refused", actor=actor, now=now, subject=subject, note=note)
        )
        raise


@contextmanager
def tell_held(*, project: Project, actor: User, now: datetime, attempt: str) -> Iterator[None]:
    """Log that ``attempt`` was refused because of draws whose names are sealed, tell all who
    supervise ``project``, and let the refusal pass on; log one because of an approval or a void that
    somebody wrote. Put around an atomic service, as above: of ``actor``, and of ``project``, one at a time,
    as `check_tries` counts what is logged here."""
    with one_at_a_time(HELD_TRIES, actor), one_at_a_time(HELD_TRIES, project):
        try:
            yield
        except HeldRefused:
            leave_behind(lambda: _tell_held(project, actor, now, attempt))
            raise
        except ApprovalForged as error:
            note = f"{attempt}：{error}"
            leave_behind(
                lambda: record("draw.refused", actor=actor, now=now, subject=project, note=note)
            )
            raise


@transaction.atomic
def _tell_held(project: Project, actor: User, now: datetime, attempt: str) -> None:
    entry = record(HELD, actor=actor, now=now, subject=project, note=attempt)
    users = [
        user for user in users_with_permission(TOLD) if codes_for_project(user, project, [TOLD])
    ]
    context = {"操作人": actor.name, "操作": attempt, "项目名称": project.name}
    key = f"held-refused:{entry.pk}"
    tell_staff(HELD_REFUSED, users, about=project, context=context, key=key, now=now)
