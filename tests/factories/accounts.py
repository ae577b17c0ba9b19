"""Users and departments for tests; `make_user(role="operator")` has that built-in role."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from expertpool.accounts.models import (
    ApiToken,
    Department,
    HeldRole,
    Role,
    RoleField,
    RolePermission,
    User,
    contact_index,
)
from expertpool.accounts.services.built_in_roles import BUILT_IN_ROLES
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.accounts.services.tokens import create_token
from expertpool.core.crypto import proof
from expertpool.core.permissions import PERMISSIONS

PASSWORD = "Correct-horse-9"

NAMES = {
    "admin": "管理员老张",
    "operator": "经办小李",
    "department": "部门小陈",
    "supervisor": "监督老赵",
    "finance": "财务小周",
    "auditor": "审计老吴",
    "expert": "专家王工",
    "applicant": "申请人小林",
}

_numbers = count(1)
_phones = count(13_820_000_001)  # no demo account, and no test by hand, has one of these


def make_phone() -> str:
    """Return a number that nobody has: neither an account nor an expert, nor what another test left."""
    return str(next(_phones))


def make_department(name: str = "采购中心", *, parent: Department | None = None) -> Department:
    department = Department.objects.create(name=name, parent=parent, path="")
    department.path = f"{parent.path if parent else ''}{department.pk}/"
    department.save(update_fields=["path", "proof"])
    return department


def make_user(
    role: str | None = None,
    *,
    roles: tuple[Role, ...] = (),
    phone: str = "",
    email: str = "",
    **kw: Any,
) -> User:
    """Make a user with PASSWORD; ``role`` is a built-in role, None gives no rights at all."""
    kw.setdefault("username", f"user{next(_numbers)}")
    kw.setdefault("name", NAMES.get(role or "", "无权者"))
    # Somebody known for long, unless the test is about a newcomer.
    kw.setdefault("created_at", timezone.now() - timedelta(days=3650))
    kw.setdefault("phone_verified_at", timezone.now() - timedelta(days=3600))
    user = User(phone=phone, email=email, **kw)
    user.phone_index = contact_index("phone", phone)
    user.email_index = contact_index("email", email)
    user.set_password(PASSWORD)
    user.save()
    given = {*roles, *([built_in_roles()[role]] if role else [])}
    # Not by `roles.set()`: it asks four times what is known here, for each of thousands of users.
    HeldRole.objects.bulk_create(HeldRole(user=user, role=one) for one in given)
    return user


# The rows of the built-in roles, table by table, as the database gave them; by what they follow from.
_role_rows: dict[object, dict[str, bytes]] = {}
FIRST_KEPT_ID = 1_000_000  # no sequence comes to it, also where the tables were made anew since


def built_in_roles() -> dict[str, Role]:
    """All of them by code. Where there is none yet, as in most tests, with the rows that the product made for
    the first such test of this process: two hundred, each with its proof."""
    codes = [definition.code for definition in BUILT_IN_ROLES]
    if not (found := Role.objects.in_bulk(codes, field_name="code")):
        _make_built_in_roles()
        found = Role.objects.in_bulk(codes, field_name="code")
    return found if len(found) == len(codes) else ensure_demo_roles()


def _make_built_in_roles() -> None:
    follows_from = (proof("roles", []), tuple(PERMISSIONS.codes))
    # Each with the column of its role: that of the test itself, made before, is none of theirs.
    of_roles: dict[Any, str] = {Role: "id", RolePermission: "role_id", RoleField: "role_id"}
    tables = {model._meta.db_table: column for model, column in of_roles.items()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_sequence_privilege('accounts_role_id_seq', 'UPDATE')")
        if not (cursor.fetchone() or [False])[0]:
            ensure_demo_roles()  # connected as the product is, which counts on alone: a rehearsal
            return
        if rows := _role_rows.get(follows_from):
            for table in tables:
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(rows[table])
            return
        for table in tables:
            begin = "SELECT setval(ids, greatest(%s, nextval(ids))) FROM pg_get_serial_sequence(%s, 'id') AS ids"
            cursor.execute(begin, [FIRST_KEPT_ID, table])
        ensure_demo_roles()
        _role_rows[follows_from] = rows = {}
        for table, of_role in tables.items():
            made = f"SELECT * FROM {table} WHERE {of_role} >= {FIRST_KEPT_ID}"  # noqa: S608 (names of models)
            with cursor.copy(f"COPY ({made}) TO STDOUT") as copy:
                rows[table] = b"".join(map(bytes, copy))


def change(rows: QuerySet[Any], **values: Any) -> None:
    """Change ``rows`` as this system does: each with its proof, which ``update()`` leaves behind."""
    for row in rows:
        for name, value in values.items():
            setattr(row, name, value)
        row.save()


def make_token(user: User, *scopes: str, **kw: Any) -> ApiToken:
    """Make an API token of ``user``; without ``scopes`` it has all his rights. Its text is in
    ``token.text``."""
    now = timezone.now()
    token, text = create_token(
        name=kw.pop("name", "OA 系统"),
        user=user,
        scopes=scopes or sorted(user.grants),
        expires_at=kw.pop("expires_at", now + timedelta(days=30)),
        actor=kw.pop("actor", None) or user,
        now=now,
    )
    token.text = text  # type: ignore[attr-defined]
    return token
