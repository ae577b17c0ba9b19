"""The trees of specialties: add, rename, move, disable. Experts keep what they refer to."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from expertpool.audit.services import record
from expertpool.core.locks import lock_transaction
from expertpool.directory.models import Specialty, SpecialtyScheme
from expertpool.directory.services.rows import save_row
from expertpool.directory.validators import validate_code

LOCK = "directory.specialties"
LONGEST_PATH = 200


@transaction.atomic
def add_specialty(
    *,
    scheme: SpecialtyScheme,
    parent: Specialty | None,
    code: str,
    name: str,
    actor: AbstractBaseUser | None,
    now: datetime,
) -> Specialty:
    """Add a node below ``parent`` (or as a root). Refuses a code that the scheme has, a parent of
    another scheme, and a tree that gets too deep (ValidationError)."""
    if parent is not None and parent.scheme_id != scheme.pk:
        raise ValidationError("上级专业不属于该体系，请重新选择。", code="scheme")
    code = code.strip().upper()
    validate_code(code)
    if taken := scheme.specialties.filter(code=code).first():
        message = f"本体系已有代码 {code}（{taken.name}），请换一个。"
        raise ValidationError({"code": message}, code="taken")
    node = Specialty(
        scheme=scheme,
        parent=parent,
        code=code,
        name=name.strip(),
        level=parent.level + 1 if parent else 0,
        path=_path(parent, code),
    )
    save_row(row=node, actor=actor, now=now)
    return node


@transaction.atomic
def update_specialty(
    *, specialty: Specialty, name: str, active: bool, actor: AbstractBaseUser | None, now: datetime
) -> Specialty:
    """Rename, disable or enable a node. A disabled node and what lies below it can no longer be
    chosen; experts who have it keep it. The code stays: lists and old records name it."""
    specialty.name, specialty.active = name.strip(), active
    save_row(row=specialty, actor=actor, now=now)
    return specialty


@transaction.atomic
def move_specialty(
    *,
    specialty: Specialty,
    parent: Specialty | None,
    actor: AbstractBaseUser | None,
    now: datetime,
) -> Specialty:
    """Put a node with all below it under ``parent`` (None: among the roots) and rewrite their
    paths. Refuses a place below itself or in another scheme, and a tree that gets too deep."""
    # Two moves in one tree: each rewrites paths that the other one reads.
    lock_transaction(LOCK)
    specialty.refresh_from_db()
    if parent is not None:
        parent.refresh_from_db()
        if parent.scheme_id != specialty.scheme_id:
            raise ValidationError("不能移到另一个专业体系。", code="scheme")
        if parent.path.startswith(specialty.path):
            raise ValidationError("不能移到自己或自己的下级之下，请另选上级。", code="circle")
    if specialty.parent_id == (parent.pk if parent else None):
        return specialty
    before = str(specialty.parent or "顶层")
    _rewrite(specialty, parent)
    # The paths were rewritten by statements, past this copy.
    specialty.refresh_from_db()
    record(
        "directory.move",
        actor=actor,
        now=now,
        subject=specialty,
        before={"上级": before},
        after={"上级": str(parent or "顶层")},
    )
    return specialty


def _rewrite(specialty: Specialty, parent: Specialty | None) -> None:
    old, new = specialty.path, _path(parent, specialty.code)
    below = Specialty.objects.filter(scheme=specialty.scheme_id, path__startswith=old)
    # Looked at before: the database would only say that some path is too long.
    longest = max(len(path) for path in below.values_list("path", flat=True))
    if longest - len(old) + len(new) > LONGEST_PATH:
        raise ValidationError("层次过深，请移到较浅的位置。", code="depth")
    shift = (parent.level + 1 if parent else 0) - specialty.level
    below.update(path=Concat(Value(new), Substr("path", len(old) + 1)), level=F("level") + shift)
    Specialty.objects.filter(pk=specialty.pk).update(parent=parent)


def _path(parent: Specialty | None, code: str) -> str:
    path = f"{parent.path if parent else ''}{code}/"
    if len(path) > LONGEST_PATH:
        raise ValidationError("层次过深，请放在较浅的位置。", code="depth")
    return path
