"""What a record looked like after each change, field by field."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Max

from expertpool.accounts.models import User
from expertpool.core.visibility import show
from expertpool.experts.models import Expert, ExpertVersion

Snapshot = dict[str, str]

# Field → label, in the order in which a record is shown.
VERSIONED = {
    name: Expert.label_of(name)
    for name in (
        "kind", "name", "sex", "birth_date", "id_number", "phone", "email", "contact_person",
        "employer", "title", "title_level", "position", "education", "practice_years", "division",
        "expert_type", "address", "postcode", "bank_name", "bank_account", "term_start_date",
        "term_end_date", "department", "remark", "specialties",
    )
}  # fmt: skip


class _Log:
    """The log sees guarded fields as a user without roles does: masked or not at all."""

    field_levels: ClassVar[dict[str, list[str]]] = {}


def snapshot(expert: Expert) -> Snapshot:
    """Return the record as text by field; choices and references as they read in Chinese."""
    return {name: _as_text(expert, name) for name in VERSIONED}


def _as_text(expert: Expert, name: str) -> str:
    if name == "specialties":
        return "、".join(str(specialty) for specialty in expert.specialties.all())
    display = getattr(expert, f"get_{name}_display", None)
    value = display() if display else getattr(expert, name)
    return "" if value is None else str(value)


def changed_fields(before: Snapshot, after: Snapshot) -> list[str]:
    return [name for name in VERSIONED if before.get(name, "") != after.get(name, "")]


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
    changed = changed_fields(before, after)
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
    changed = changed_fields(before, after)

    def masked(side: Snapshot) -> dict[str, Any]:
        return {
            VERSIONED[name]: show(_Log(), f"experts.{name}", side.get(name, "")) for name in changed
        }

    return masked(before), masked(after)
