"""A look at who was excluded, and why: logged each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.draws.enums import ExclusionReason
from expertpool.draws.queries.ties import Path, reasons
from expertpool.experts.models import Expert
from expertpool.projects.models import Project


@dataclass(frozen=True)
class Excluded:
    """One excluded expert, by number; by which ``paths`` he is tied, if he is."""

    number: str
    reason: str
    paths: list[Path]


@transaction.atomic
def read_exclusions(
    *, project: Project, rows: Sequence[Expert], actor: User, now: datetime
) -> list[Excluded]:
    """Return the reason of each of ``rows`` (from `queries.exclusions`) and log their numbers."""
    paths = reasons(project, [row.pk for row in rows], openly=True)
    if rows:
        after = {"专家编号": [row.number for row in rows]}
        record("draw.exclusions", actor=actor, now=now, subject=project, after=after)
    return [
        Excluded(row.number, str(ExclusionReason(row.reason).label), paths.get(row.pk, []))  # type: ignore[attr-defined]
        for row in rows
    ]
