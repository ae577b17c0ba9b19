"""Writing to the log. There is no other door, and no way to change what is written."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import models

from expertpool.audit.actions import check_action
from expertpool.audit.context import address
from expertpool.audit.models import Entry


def record(
    action: str,
    *,
    actor: AbstractBaseUser | None,
    now: datetime,
    subject: models.Model | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    note: str = "",
) -> Entry:
    """Append one entry in the current transaction; ``actor`` None is the system itself.

    ``before`` and ``after`` hold JSON values and never a guarded value in clear. Raises
    UnknownAction for a code that nobody registered.
    """
    check_action(action)
    entry = Entry(
        at=now,
        actor_id=actor.pk if actor is not None else None,
        actor_name=str(actor)[:64] if actor is not None else "系统",
        address=address.get(),
        action=action,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        subject_label=str(subject)[:200] if subject is not None else "",
        before=before,
        after=after,
        note=note[:500],
    )
    entry.digest = content_digest(entry)
    entry.save(force_insert=True)
    return entry


def content_digest(entry: Entry) -> bytes:
    """Return SHA-256 of the entry's content as canonical JSON (sorted keys, UTF-8)."""
    content = {
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor_id,
        "actor_name": entry.actor_name,
        "address": entry.address,
        "action": entry.action,
        "subject": [entry.subject_type, entry.subject_id, entry.subject_label],
        "before": entry.before,
        "after": entry.after,
        "note": entry.note,
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()
