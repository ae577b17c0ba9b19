"""What a record looked like after each change, field by field."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Max

from expertpool.accounts.models import User
from expertpool.core.subjects import Snapshot
from expertpool.core.visibility import show
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert, ExpertVersion


class _Log:
    """The log sees guarded fields as a user without roles does: masked or not at all."""

    field_levels: ClassVar[dict[str, list[str]]] = {}


def record_version(
    expert: Expert, before: Snapshot, after: Snapshot, *, actor: User | None, now: datetime
) -> ExpertVersion:
    """Keep ``after`` as the newest version; at the first change keep ``before`` as version 1.

    The caller holds the row lock of the expert, so numbers have no gaps.
    """
    last = expert.versions.aggregate(last=Max("number"))["last"]
    if last is None:
        _keep(expert, 1, before, [], actor=expert.created_by, at=expert.created_at)
        last = 1
    changed = EXPERT.differences(before, after)
    return _keep(expert, last + 1, after, changed, actor=actor, at=now)


def _keep(
    expert: Expert,
    number: int,
    content: Snapshot,
    changed: list[str],
    *,
    actor: User | None,
    at: datetime,
) -> ExpertVersion:
    return ExpertVersion.objects.create(
        expert=expert,
        number=number,
        at=at,
        actor=actor,
        actor_name=str(actor or "系统"),
        changed=changed,
        snapshot=json.dumps(content, ensure_ascii=False),
    )


def masked_difference(before: Snapshot, after: Snapshot) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the changed fields before and after for the audit log, guarded values masked."""
    changed, labels = EXPERT.differences(before, after), EXPERT.labels()

    def masked(side: Snapshot) -> dict[str, Any]:
        return {
            labels[name]: show(_Log(), f"experts.{name}", side.get(name, "")) for name in changed
        }

    return masked(before), masked(after)
