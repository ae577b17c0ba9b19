"""What a record looked like after each change, field by field."""

from __future__ import annotations

import json
from datetime import datetime

from django.db.models import Max

from expertpool.accounts.models import User
from expertpool.core.subjects import Snapshot
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert, ExpertVersion


def record_version(
    expert: Expert, before: Snapshot, after: Snapshot, *, actor: User | None, now: datetime
) -> ExpertVersion:
    """Keep ``after`` as the newest version; at the first change keep ``before`` as version 1.

    The caller holds the row lock of the expert, so numbers have no gaps.
    """
    # Version 1 only now: an import of thousands need not write each record twice.
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
        # The name as it is today: the account may be renamed or taken away.
        actor_name=str(actor or "系统"),
        changed=changed,
        snapshot=json.dumps(content, ensure_ascii=False),
    )
