"""Appending entries, and telling what a row looked like before and after."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, TypedDict

from django.contrib.auth.models import AbstractBaseUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from expertpool.audit.actions import LOG_ACTIONS
from expertpool.audit.context import address
from expertpool.audit.models import Entry
from expertpool.core.fields import EncryptedTextField
from expertpool.core.text import mask_middle

Values = dict[str, Any]


class Changes(TypedDict):
    """What `record` takes as ``before`` and ``after``."""

    before: Values
    after: Values


def record(
    action: str,
    *,
    actor: AbstractBaseUser | None,
    now: datetime,
    subject: models.Model | None = None,
    before: Values | None = None,
    after: Values | None = None,
    note: str = "",
) -> Entry:
    """Append one entry in the current transaction; ``actor`` None is the system itself.

    ``before`` and ``after`` hold JSON values (dates and decimals become text) and never a guarded
    value in clear; `snapshot` makes them from a row. Raises UnknownCode for a code that nobody
    registered, TypeError for a float, which JSON in PostgreSQL does not keep exactly.
    """
    _ = LOG_ACTIONS[action]
    entry = Entry(
        at=now,
        actor_id=actor.pk if actor is not None else None,
        actor_name=str(actor)[:64] if actor is not None else "系统",
        address=address.get(),
        action=action,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        subject_label=str(subject)[:200] if subject is not None else "",
        before=_as_json(before),
        after=_as_json(after),
        note=note[:500],
    )
    entry.digest = content_digest(entry)
    entry.save(force_insert=True)
    return entry


def snapshot(row: models.Model, *fields: str) -> Values:
    """Return ``fields`` of ``row`` for ``before`` or ``after``.

    Related rows become their names, encrypted values are masked, choices stay codes (the page
    shows their labels).
    """
    return {name: _value(row, name) for name in fields}


def changed(before: Values, after: Values) -> Changes:
    """Return the values that differ; both sides are empty when nothing does."""
    names = [name for name in after if before.get(name) != after[name]]
    return {
        "before": {name: before.get(name) for name in names},
        "after": {name: after[name] for name in names},
    }


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


def _value(row: models.Model, name: str) -> Any:
    field = row._meta.get_field(name)
    if isinstance(field, models.ManyToManyField):
        return [str(related) for related in getattr(row, name).all()]
    value = getattr(row, name)
    if isinstance(field, EncryptedTextField):
        return mask_middle(value, head=3, tail=4)
    if isinstance(value, models.Model):
        return str(value)
    return value


def _as_json(values: Values | None) -> Any:
    if values is None:
        return None
    return json.loads(json.dumps(values, cls=DjangoJSONEncoder), parse_float=_refuse_float)


def _refuse_float(text: str) -> None:
    message = f"a log entry cannot hold the float {text}; give a Decimal or text"
    raise TypeError(message)
