"""Appending entries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import models

from expertpool.audit.actions import BRANCHES, LOG_ACTIONS
from expertpool.audit.context import address
from expertpool.audit.models import MOST_NOTE, Entry
from expertpool.audit.services.proofs import content_digest, make_proof
from expertpool.audit.services.snapshots import Values, as_json, changed


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
    """Append one entry in the current transaction; ``actor`` None is the system itself, which has no
    address.

    ``before`` and ``after`` hold JSON values (dates and decimals become text, moments those of the
    site) and never a guarded value in clear; `snapshot` makes them from a row. Raises UnknownCode
    for a code that nobody registered, TypeError for a float, which JSON in PostgreSQL does not
    keep exactly.
    """
    entry = _entry(action, actor, now, subject, before, after, note, _branch(actor))
    # An existing row cannot be written: a trigger refuses it.
    entry.save(force_insert=True)
    return entry


def record_many(
    action: str,
    *,
    actor: AbstractBaseUser | None,
    now: datetime,
    said: Iterable[tuple[models.Model, Values | None, Values | None]],
    note: str = "",
) -> list[Entry]:
    """Append an entry for each (subject, before, after) of ``said``, in its order, by one statement; as `record`."""
    branch = _branch(actor)
    return Entry.objects.bulk_create(
        _entry(action, actor, now, subject, before, after, note, branch)
        for subject, before, after in said
    )


def _branch(actor: AbstractBaseUser | None) -> int | None:
    """Return into whose chain what ``actor`` does is linked first; None: into the one of all."""
    if actor is None or not settings.LOG_BY_DEPARTMENT:
        return None
    return next((one.department(actor) for one in BRANCHES), None)


def _entry(
    action: str,
    actor: AbstractBaseUser | None,
    now: datetime,
    subject: models.Model | None,
    before: Values | None,
    after: Values | None,
    note: str,
    branch: int | None,
) -> Entry:
    # For its error: an action that nobody declared has no word to be shown by.
    _ = LOG_ACTIONS[action]
    entry = Entry(
        at=now,
        actor_id=actor.pk if actor is not None else None,
        # Cut rather than refused: no change shall fail because the log has too little room for it.
        actor_name=str(actor)[:64] if actor is not None else "系统",
        # An expert who answers is nobody here: where he sat would tell who he is, in a dump, too.
        address=address.get() if actor is not None else "",
        action=action,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        subject_label=str(subject)[:200] if subject is not None else "",
        before=as_json(before),
        after=as_json(after),
        note=note[:MOST_NOTE],
        branch=branch,
    )
    entry.digest = content_digest(entry)
    entry.proof = make_proof(entry.digest)
    return entry


def record_change(
    action: str,
    *,
    actor: AbstractBaseUser | None,
    now: datetime,
    subject: models.Model,
    before: Values | None,
    after: Values,
    note: str = "",
) -> Entry | None:
    """Append an entry with what differs between two snapshots, none where nothing does.

    ``before`` None: ``subject`` is new, and the entry holds all of ``after``.
    """
    if before is None:
        return record(action, actor=actor, now=now, subject=subject, after=after, note=note)
    changes = changed(before, after)
    # Saved without a change, a form leaves no entry.
    if not changes["after"]:
        return None
    return record(action, actor=actor, now=now, subject=subject, note=note, **changes)
