"""The tree of departments."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q

from expertpool.accounts.exceptions import DepartmentInUse, NotAllowed
from expertpool.accounts.models import Department, User
from expertpool.accounts.services.announcing import announce
from expertpool.accounts.services.rights import rights_of
from expertpool.audit.services import record, record_change, snapshot
from expertpool.core.fields import ProofField, is_vouched
from expertpool.core.locks import lock_transaction
from expertpool.core.text import clean_text

RECORDED = ("name", "parent", "order", "active")
LOCK = "accounts.departments"
MENDED = "位置曾在系统之外被改动，现按此保存"
MOVE = """UPDATE accounts_department row SET path = moved.path, proof = moved.proof
    FROM unnest(%s::bigint[], %s::text[], %s::bytea[]) AS moved (id, path, proof) WHERE row.id = moved.id"""
PROOF: ProofField = Department._meta.get_field("proof")


@transaction.atomic
def create_department(
    *,
    name: str,
    parent: Department | None = None,
    order: int = 100,
    actor: User | None,
    now: datetime,
) -> Department:
    """Add a department below ``parent`` (None: at the top).

    Refuses a name that a sister has (ValidationError).
    """
    # One change of the tree at a time: of two that move at once, one would write old paths back.
    lock_transaction(LOCK)
    department = Department(name=clean_text(name), parent=parent, order=order)
    _check(department)
    department.save()
    # Its own id is part of the path, so it has to be saved first.
    department.path = f"{_path_of(parent)}{department.pk}/"
    department.save(update_fields=["path", "proof"])
    record(
        "department.create",
        actor=actor,
        subject=department,
        after=snapshot(department, *RECORDED),
        now=now,
    )
    return department


@transaction.atomic
def edit_department(
    *,
    department: Department,
    name: str,
    parent: Department | None,
    order: int,
    actor: User,
    now: datetime,
) -> None:
    """Rename, reorder or move a department; everything below moves with it. One that somebody else than this system
    put where it stands is put there by it now.

    Refuses a place below itself (DepartmentInUse), one by which the actor would come to reach it
    (NotAllowed), and a name that a sister has (ValidationError).
    """
    lock_transaction(LOCK)
    department.refresh_from_db()
    before = snapshot(department, *RECORDED)
    stood_here = is_vouched(department)
    # Where it stood before somebody else moved it nobody knows: it may come from anywhere.
    old_path = department.path if stood_here else ""
    new_path = f"{_path_of(parent)}{department.pk}/"
    # Below itself a department could be reached from no root.
    if str(department.pk) in new_path.split("/")[:-2]:
        raise DepartmentInUse("不能把部门移到它自己的下级之下，请另选上级部门。")
    _check_gains_nothing(actor, old_path, new_path)
    department.name, department.parent, department.order = clean_text(name), parent, order
    _check(department)
    department.path = new_path
    department.save()
    if new_path != old_path:
        _move_below(department)
    after = snapshot(department, *RECORDED)
    if stood_here:
        entry = record_change(
            "department.edit", actor=actor, subject=department, now=now, before=before, after=after
        )
    else:
        entry = record(
            "department.edit", actor=actor, subject=department, now=now, after=after, note=MENDED
        )
    if new_path != old_path:
        # It changes what others reach as well.
        announce(entry)


def _move_below(department: Department) -> None:
    """Let all that this system put below ``department`` stand there again, in one statement. What somebody else put
    there stays as it is, and proves nothing."""
    mine = f"{department.pk}/"
    rows = Department.objects.filter(Q(path__startswith=mine) | Q(path__contains=f"/{mine}"))
    below = [row for row in rows.exclude(pk=department.pk) if is_vouched(row)]
    for row in below:
        row.path = department.path + f"/{row.path}".partition(f"/{mine}")[2]
    proofs = [PROOF.made_of(row) for row in below]
    with connection.cursor() as cursor:
        cursor.execute(MOVE, [[row.pk for row in below], [row.path for row in below], proofs])


@transaction.atomic
def disable_department(*, department: Department, actor: User, now: datetime) -> None:
    """Disable a department, so that nothing new is put into it; what belongs to it stays.

    Refuses (DepartmentInUse) while active users or departments below are in it.
    """
    lock_transaction(LOCK)
    below = Department.objects.filter(parent=department, active=True).count()
    users = User.objects.filter(department=department, is_active=True).count()
    if below or users:
        raise DepartmentInUse(
            f"还有 {users} 位启用的用户和 {below} 个启用的下级部门，请先把它们移走或停用。"
        )
    # Disabled by two at once, it stands in the log once.
    if Department.objects.filter(pk=department.pk, active=True).update(active=False):
        record("department.disable", actor=actor, subject=department, now=now)


@transaction.atomic
def enable_department(*, department: Department, actor: User, now: datetime) -> None:
    """Enable a department again. Refuses (DepartmentInUse) while the one above is disabled."""
    lock_transaction(LOCK)
    if department.parent and not department.parent.active:
        raise DepartmentInUse("上级部门已停用，请先启用上级部门。")
    if Department.objects.filter(pk=department.pk, active=False).update(active=True):
        record("department.enable", actor=actor, subject=department, now=now)


def _check_gains_nothing(actor: User, old_path: str, new_path: str) -> None:
    """Refuse (NotAllowed) a move by which the department comes into the actor's own scope."""
    mine = rights_of(actor)
    if mine.codes_reaching(new_path) - mine.codes_reaching(old_path):
        raise NotAllowed(
            "移到这里会扩大您自己的数据范围，请由数据范围不受此影响的另一位管理员移动。"
        )


def _path_of(parent: Department | None) -> str:
    """Return the path of ``parent`` as it is now, whatever the caller loaded. Refuses (DepartmentInUse) one that this
    system did not put where it stands: what is put below it would stand there as well."""
    if parent is None:
        return ""
    parent = Department.objects.get(pk=parent.pk)
    if not is_vouched(parent):
        raise DepartmentInUse(
            f"上级部门「{parent}」的位置在系统之外被改动过，请先核对它的上级部门并保存。"
        )
    return parent.path


def _check(department: Department) -> None:
    department.full_clean(exclude=["path"])
    sisters = Department.objects.filter(name=department.name, parent=department.parent)
    if sisters.exclude(pk=department.pk).exists():
        raise ValidationError({"name": "同一上级下已有同名部门，请换一个名称。"})
