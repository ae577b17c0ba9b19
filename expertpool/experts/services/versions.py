"""What a record looked like after each change, field by field."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max

from expertpool.accounts.models import User
from expertpool.core.events import publish
from expertpool.core.subjects import Snapshot
from expertpool.experts.events import ExpertChanged, ExpertsChanged
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


def record_versions(
    changes: Sequence[tuple[Expert, Snapshot, Snapshot]],
    *,
    way: Way,
    actor: User | None,
    now: datetime,
) -> None:
    """Do the same for each of ``changes`` (expert, before, after), of which the same fields differ, by a few statements.
    Announces ExpertsChanged."""
    last = dict(
        ExpertVersion.objects.filter(expert__in=[expert.pk for expert, _, _ in changes])
        .order_by()
        .values_list("expert")
        .annotate(last=Max("number"))
    )
    first = [
        _version(expert, 1, before, [], actor=expert.created_by, at=expert.created_at)
        for expert, before, _ in changes
        if expert.pk not in last
    ]
    changed = EXPERT.differences(*changes[0][1:]) if changes else []
    new = [
        _version(expert, last.get(expert.pk, 1) + 1, after, changed, way=way, actor=actor, at=now)
        for expert, _, after in changes
    ]
    ExpertVersion.objects.bulk_create(first)
    ExpertVersion.objects.bulk_create(new)
    UntoldVersion.objects.bulk_create(UntoldVersion(version=one) for one in new)
    publish(ExpertsChanged({one.expert_id: one.pk for one in new}, tuple(changed)))


def _keep(*args: Any, **kwargs: Any) -> ExpertVersion:
    version = _version(*args, **kwargs)
    version.save(force_insert=True)
    return version


def _version(
    expert: Expert,
    number: int,
    content: Snapshot,
    changed: list[str],
    *,
    way: Way | None = None,
    actor: User | None,
    at: datetime,
) -> ExpertVersion:
    return ExpertVersion(
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
