"""Roles: what each allows, in which scope, and how it sees guarded fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError

from expertpool.accounts.enums import Scope
from expertpool.accounts.events import AccessTaken, RoleGained
from expertpool.accounts.exceptions import NotAllowed, RightsNeedNames, RoleInUse
from expertpool.accounts.models import (
    CHOSEN,
    Department,
    KnownPermission,
    Role,
    RoleField,
    RolePermission,
    User,
)
from expertpool.accounts.queries import outsiders_among
from expertpool.accounts.services.announcing import announce
from expertpool.accounts.services.built_in_roles import BUILT_IN_ROLES, RoleDefinition
from expertpool.accounts.services.duties import check_role
from expertpool.accounts.services.guards import (
    check_administrator_left,
    check_may_give,
    check_may_put_into_role,
)
from expertpool.accounts.services.rights import rights_of
from expertpool.audit.services import record, record_change, snapshot
from expertpool.core.events import publish
from expertpool.core.fields import is_vouched
from expertpool.core.menus import watching_codes
from expertpool.core.permissions import PERMISSIONS, BuiltInRole, Duty
from expertpool.core.text import clean_text
from expertpool.core.visibility import GUARDED_FIELDS, Level, veils_over


@dataclass(frozen=True)
class Grant:
    """One permission as it is chosen for a role."""

    code: str
    scope: Scope = Scope.ALL
    departments: Sequence[Department] = field(default=())


@transaction.atomic
def ensure_demo_roles() -> dict[str, Role]:
    """Create those of the built-in roles that are missing; return all by code.

    Existing roles stay as administrators made them. Writes no log entry: what is created stands
    in the code, not in anybody's decision.
    """
    definitions = {definition.code: definition for definition in BUILT_IN_ROLES}
    roles = {role.code: role for role in Role.objects.filter(code__in=definitions)}
    missing = [definition for code, definition in definitions.items() if code not in roles]
    if missing:
        roles |= _create(missing)
    return roles


@transaction.atomic
def grant_new_permissions(*, now: datetime) -> None:
    """Give the built-in roles the permissions that came with a new version, and log it.

    A code counts as new once; what administrators take away afterwards stays away. The first time,
    a code is new if nobody has it.
    """
    codes = set(PERMISSIONS.codes)
    # None yet means the first time, which goes by what roles have.
    known = set(KnownPermission.objects.values_list("code", flat=True))
    new = codes - (known or set(RolePermission.objects.values_list("code", flat=True)))
    met = [KnownPermission(code=code) for code in sorted(codes - known)]
    # Two processes may bring the database up to date at once.
    KnownPermission.objects.bulk_create(met, ignore_conflicts=True)
    _note_duties()
    definitions = {definition.code: definition for definition in BUILT_IN_ROLES} if new else {}
    for role in Role.objects.filter(code__in=definitions, built_in=True):
        scopes = definitions[BuiltInRole(role.code)].scopes
        veiled = veils_over(_levels_of(role))
        added = [
            RolePermission(role=role, code=code, scope=scopes[code])
            for code in sorted(new & set(scopes))
            if not veiled or PERMISSIONS[code].keeps_veils
        ]
        if added:
            before = _granted(role)
            RolePermission.objects.bulk_create(added, ignore_conflicts=True)
            record_change(
                "role.edit",
                actor=None,
                subject=role,
                now=now,
                before=before,
                after=_granted(role),
                note="随新版本增加",
            )


def _note_duties() -> None:
    """Let the database know whose work each right is."""
    for duty in Duty:
        codes = [one.code for one in PERMISSIONS if one.duty is duty]
        KnownPermission.objects.filter(code__in=codes).exclude(duty=duty).update(duty=duty)


@transaction.atomic
def save_role(
    *,
    role: Role | None,
    name: str,
    description: str = "",
    grants: Iterable[Grant],
    levels: Mapping[str, Level],
    actor: User,
    now: datetime,
) -> Role:
    """Create (``role`` None) or change a role; holders have it so from their next request.

    Refuses a name that is taken (ValidationError), codes outside the catalogue
    (UnknownCode), chosen departments with none chosen, rights that the actor lacks or would give
    himself (NotAllowed), rights whose pages show what the role shall not see (RightsNeedNames), and to leave nobody who manages users and roles (LastAdministrator).
    """
    grants, mine = list(grants), rights_of(actor)
    off = _veils_off()
    levels = off | dict(levels)
    before, had = (_granted(role), _held(role)) if role else (None, {})
    _check_veils(grants, levels)
    opened = _opened(role, levels)
    check_may_put_into_role(actor, _added(role, grants), opened)
    if role:
        check_role(role, [grant.code for grant in grants], now=now)
    saved = role or Role(code=_free_code())
    saved.name, saved.description = clean_text(name), clean_text(description)
    saved.full_clean()
    saved.save()
    _replace_grants(saved, grants)
    # Written anew as a whole, since the form shows the whole.
    saved.fields.all().delete()
    RoleField.objects.bulk_create(
        RoleField(role=saved, field=code, level=level)
        for code, level in levels.items()
        if off.get(code) != level  # of a veil that is off a role says nothing
    )
    if role:
        # After the change, when the database itself can tell who is left.
        check_administrator_left()
        check_may_give(actor, actor, had=mine, has=rights_of(actor))
    action = "role.edit" if role else "role.create"
    entry = record_change(
        action, actor=actor, subject=saved, now=now, before=before, after=_granted(saved)
    )
    announce(entry)
    if entry is not None and role and (opened or _has_more(had, _held(saved))):
        publish(RoleGained(entry.pk, tuple(_holders(saved, but=actor))))
    if entry is not None and (taken := _taken(had, _held(saved))):
        what = f"角色「{saved.name}」收回{'、'.join(taken)}"
        publish(AccessTaken(entry.pk, what, tuple(_holders(saved, but=actor))))
    return saved


@transaction.atomic
def delete_role(*, role: Role, actor: User, now: datetime) -> None:
    """Delete a role. Refuses (RoleInUse) a built-in one and one that somebody has."""
    if role.built_in:
        raise RoleInUse("内置角色不能删除；不需要时，不分配给任何人即可。")
    holders = role.users.count()
    if holders:
        raise RoleInUse(f"还有 {holders} 位用户是这个角色，请先为他们换成别的角色。")
    try:
        # With its entry: if the role has to stay, nothing says that it went.
        with transaction.atomic():
            record("role.delete", actor=actor, subject=role, before=_granted(role), now=now)
            role.delete()
    except ProtectedError as error:
        raise RoleInUse(
            "这个角色在别处用到（如审批流程），不能删除；不需要时，不分配给任何人即可。"
        ) from error


def _added(role: Role | None, grants: Iterable[Grant]) -> list[tuple[str, list[str]]]:
    """Return what ``grants`` allow that ``role`` did not: codes with the paths of the departments
    in which they hold, all of them being ``""``."""
    rows = role.permissions.prefetch_related(CHOSEN) if role else ()
    # What somebody else wrote into the role is given only now.
    kept = {(row.code, row.scope, frozenset(row.places)) for row in rows if is_vouched(row)}
    return [
        # What holds where its holder belongs may hold anywhere.
        (grant.code, [one.proven_path for one in grant.departments] or [""])
        for grant in grants
        if (grant.code, grant.scope, frozenset(grant.departments)) not in kept
    ]


Held = dict[str, tuple[str, frozenset[Department]]]


def _held(role: Role) -> Held:
    """Return where each right of ``role`` holds, by its code, as the database has it."""
    rows = RolePermission.objects.filter(role=role).prefetch_related("departments")
    return {row.code: (row.scope, frozenset(row.departments.all())) for row in rows}


def _taken(had: Held, has: Held) -> list[str]:
    """Return, in words, by which of the rights of a role somebody decides or watches that it lost, or has elsewhere."""
    watched = watching_codes(had)
    return [
        f"「{PERMISSIONS[code].label}」"
        for code, where in had.items()
        if code in watched and has.get(code, ("",))[0] != Scope.ALL and has.get(code) != where
    ]


def _has_more(had: Held, has: Held) -> bool:
    return any(had.get(code) != where for code, where in has.items())


def _holders(role: Role, *, but: User) -> list[int]:
    """Return (ids) who of the office has ``role``."""
    holders = set(role.users.filter(is_active=True).values_list("pk", flat=True)) - {but.pk}
    return sorted(holders - outsiders_among(holders))


def _veils_off() -> dict[str, Level]:
    return {one.code: one.default for one in GUARDED_FIELDS if one.is_veil}


def _levels_of(role: Role) -> dict[str, Level]:
    return {code: Level(level) for code, level in role.fields.values_list("field", "level")}


def _check_veils(grants: Iterable[Grant], levels: Mapping[str, Level]) -> None:
    """Refuse (RightsNeedNames) rights whose pages show what a veil of the same role is over (docs/decisions/0700)."""
    veils = "、".join(one.label for one in veils_over(levels))
    codes = [one.code for one in grants if not PERMISSIONS[one.code].keeps_veils]
    if veils and codes:
        named = [PERMISSIONS[code].label for code in codes]
        message = (
            f"{veils}不是明文的角色，不能同时有这些权限，它们的页面要用到姓名和单位：{'、'.join(named)}。"
            f"请取消这些权限，或把{veils}改为明文。"
        )
        raise RightsNeedNames(message, codes)


def _opened(role: Role | None, levels: Mapping[str, Level]) -> dict[str, Level]:
    """Return the ``levels`` that ``role`` did not have."""
    kept = _veils_off() | (_levels_of(role) if role else {})
    return {code: level for code, level in levels.items() if kept.get(code) != level}


def _replace_grants(role: Role, grants: list[Grant]) -> None:
    role.permissions.all().delete()
    for grant in grants:
        permission = PERMISSIONS[grant.code]
        # A scope that was posted for a permission without one means nothing.
        scope = grant.scope if permission.scoped else Scope.ALL
        row = RolePermission.objects.create(role=role, code=grant.code, scope=scope)
        if scope == Scope.CHOSEN:
            if not grant.departments:
                raise NotAllowed(f"「{permission.label}」的数据范围是指定部门，请至少选一个部门。")
            row.departments.set(grant.departments)


def _granted(role: Role) -> dict[str, object]:
    """Return the role in words, as it is now in the database."""
    rows = RolePermission.objects.filter(role=role).prefetch_related("departments")
    return snapshot(role, "name", "description") | {
        "permissions": sorted(_in_words(row) for row in rows.order_by("code")),
        "fields": dict(
            RoleField.objects.filter(role=role).order_by("field").values_list("field", "level")
        ),
    }


def _in_words(row: RolePermission) -> str:
    permission = PERMISSIONS[row.code]
    if not permission.scoped:
        return permission.label
    where = "、".join(str(department) for department in row.departments.all())
    return f"{permission.label}（{where or row.get_scope_display()}）"


def _free_code() -> str:
    """Return a code for a new role; codes are for programs, nobody types them."""
    number = Role.objects.count() + 1
    while Role.objects.filter(code=f"role-{number}").exists():
        number += 1
    return f"role-{number}"


def _create(definitions: Iterable[RoleDefinition]) -> dict[str, Role]:
    pairs = [
        (Role(code=d.code, name=d.name, description=d.description, built_in=True), d)
        for d in definitions
    ]
    Role.objects.bulk_create([role for role, _ in pairs])
    RolePermission.objects.bulk_create(
        RolePermission(role=role, code=PERMISSIONS[code].code, scope=scope)
        for role, d in pairs
        for code, scope in d.scopes.items()
    )
    RoleField.objects.bulk_create(
        RoleField(role=role, field=code, level=level)
        for role, d in pairs
        for code, level in d.levels.items()
    )
    return {role.code: role for role, _ in pairs}
