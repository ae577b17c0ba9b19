"""Writing rows of the simple tables: titles, divisions, entries of lists, schemes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.deletion import ProtectedError, RestrictedError

from expertpool.audit.services import record, record_change, snapshot

DERIVED = {"normalised_name", "core_name", "compared", "path"}  # from other fields


@transaction.atomic
def save_row(*, row: models.Model, actor: AbstractBaseUser | None, now: datetime) -> models.Model:
    """Write a new or changed ``row``; raises ValidationError; without a difference nothing."""
    # The form has changed ``row`` already: what it was is in the database alone.
    known = type(row)._default_manager.filter(pk=row.pk).first()
    before = logged_values(known) if known else None
    row.full_clean()
    if before == logged_values(row):
        return row
    row.save()
    action = "directory.update" if known else "directory.create"
    after = logged_values(row)
    record_change(action, actor=actor, now=now, subject=row, before=before, after=after)
    return row


@transaction.atomic
def delete_row(*, row: models.Model, actor: AbstractBaseUser | None, now: datetime) -> None:
    """Delete ``row``; raises ValidationError when something refers to it."""
    label, before = str(row), logged_values(row)
    # Before it is gone, and with its key.
    record("directory.delete", actor=actor, now=now, subject=row, before=before)
    try:
        with transaction.atomic():
            row.delete()
    except (ProtectedError, RestrictedError) as error:
        message = f"“{label}”正在被使用，不能删除；不再使用时请停用。"
        raise ValidationError(message, code="in_use") from error


def logged_values(row: models.Model, *more: str) -> dict[str, Any]:
    """Return all columns of a row that the log keeps, and ``more``."""
    fields = (field for field in row._meta.concrete_fields if not field.auto_created)
    return snapshot(row, *(field.name for field in fields if field.name not in DERIVED), *more)
