"""What a record looked like after each change, field by field."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from expertpool.accounts.models import User
from expertpool.core.events import publish
from expertpool.core.subjects import Snapshot
from expertpool.experts.events import ExpertChanged
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert, ExpertVersion, UntoldVersion


@dataclass(frozen=True)
class Way:
    """By which way a record was changed (`ChangeVia`), and what there is to say of it: the file, the
    request."""

    via: str
    note: str = ""


def record_version(
    expert: Expert,
    before: Snapshot,
    after: Snapshot,
    *,
    way: Way,
    actor: User | None,
    now: datetime,
) -> ExpertVersion:
    """Keep ``after`` as the newest version; at the first change keep ``before`` as version 1. Announces
    ExpertChanged, and notes that those who answer for the record have to be told.

    The caller holds the row lock of the expert, so numbers have no gaps.
    """
    # Version 1 only now: an import of thousands need not write each record twice.
    last = expert.versions.aggregate(last=Max("number"))["last"]
    if last is None:
        _keep(expert, 1, before, [], actor=expert.created_by, at=expert.created_at)
        last = 1
    changed = EXPERT.differences(before, after)
    version = _keep(expert, last + 1, after, changed, way=way, actor=actor, at=now)
    UntoldVersion.objects.create(version=version)
    publish(ExpertChanged(expert.pk, version.pk, tuple(changed)))
    return version


def _keep(
    expert: Expert,
    number: int,
    content: Snapshot,
    changed: list[str],
    *,
    way: Way | None = None,
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
        via=way.via if way else "",
        note=way.note[:200] if way else "",
        snapshot=json.dumps(content, ensure_ascii=False),
    )
