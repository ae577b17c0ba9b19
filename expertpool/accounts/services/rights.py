"""What an account may do, as a value: two of them tell whether one reaches beyond the other.

Unlike `User.grants` it says what the roles give, also of an account that is disabled or waits for
its password: whoever gets hold of it has all of that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import (
    CHOSEN,
    Department,
    Role,
    RoleField,
    RolePermission,
    User,
)
from expertpool.core.fields import is_vouched
from expertpool.core.permissions import PERMISSIONS
from expertpool.core.visibility import GUARDED_FIELDS, OPENNESS, Level


@dataclass(frozen=True)
class Reach:
    """Where a right holds: in the department of ``path`` and, if ``below``, in all under it."""

    path: str
    below: bool = True

    def is_within(self, other: Reach) -> bool:
        return self == other or (other.below and self.path.startswith(other.path))


EVERYWHERE = Reach("")  # every path begins with it


@dataclass(frozen=True)
class Rights:
    """Permissions by code, each with where it holds, and how guarded fields are seen."""

    reaches: Mapping[str, frozenset[Reach]]
    levels: Mapping[str, Level]

    def covers(self, code: str, reach: Reach) -> bool:
        """Tell whether the permission ``code`` holds in all of ``reach``."""
        return any(reach.is_within(mine) for mine in self.reaches.get(code, ()))

    def beyond(self, other: Rights) -> list[str]:
        """Return, in words, what these rights allow and ``other`` does not."""
        rights = [
            PERMISSIONS[code].label
            for code, reaches in self.reaches.items()
            if not all(other.covers(code, reach) for reach in reaches)
        ]
        return rights + [
            f"{GUARDED_FIELDS[code].label}{level.label}"
            for code, level in self.levels.items()
            if OPENNESS[level] > OPENNESS[other.levels.get(code, Level.HIDDEN)]
        ]

    def codes_reaching(self, path: str) -> frozenset[str]:
        """Return the permissions that hold in the department of ``path`` and below."""
        return frozenset(code for code in self.reaches if self.covers(code, Reach(path)))


NO_RIGHTS = Rights({}, {})


def rights_of(user: User) -> Rights:
    """Return what the roles of ``user`` give him in his department, as the database has it."""
    # Codes of former versions and parts allow nothing, and have no words.
    grants = [grant for grant in user.given(RolePermission) if grant.code in PERMISSIONS]
    prefetch_related_objects(grants, CHOSEN)
    # Not as the caller holds it, who may have been refused to change it.
    held = User.objects.select_related("department").filter(pk=user.pk).first()
    department = held.proven_department if held else None
    return _rights(grants, user.given(RoleField) if grants else (), user.pk, department)


def rights_in(roles: Collection[Role], department: Department | None) -> Rights:
    """Return what ``roles`` would give an account that is new in ``department``."""
    rows = RolePermission.objects.filter(role__in=roles).select_related("role")
    grants = [one for one in rows if one.code in PERMISSIONS and is_vouched(one)]
    prefetch_related_objects(grants, CHOSEN)
    fields = RoleField.objects.filter(role__in=roles).select_related("role") if grants else ()
    return _rights(grants, [one for one in fields if is_vouched(one)], None, department)


def _rights(
    grants: Iterable[RolePermission],
    fields: Iterable[RoleField],
    owner: int | None,
    department: Department | None,
) -> Rights:
    grants = list(grants)
    reaches: dict[str, frozenset[Reach]] = {}
    for grant in grants:
        found = _reaches(owner, department, grant)
        reaches[grant.code] = reaches.get(grant.code, frozenset()) | found
    return Rights(reaches, _levels(fields) if grants else {})


def _reaches(
    owner: int | None, department: Department | None, grant: RolePermission
) -> frozenset[Reach]:
    if grant.scope == Scope.ALL or not PERMISSIONS[grant.code].scoped:
        return frozenset({EVERYWHERE})
    if grant.scope == Scope.CHOSEN:
        return frozenset(Reach(chosen.proven_path) for chosen in grant.places)
    if grant.scope == Scope.OWN:
        # What is his own is nobody else's, whatever department it stands in.
        return frozenset({Reach(f"own {owner}", below=False)})
    if department is None:
        return frozenset()
    return frozenset({Reach(department.proven_path, grant.scope == Scope.DEPARTMENT_AND_BELOW)})


def _levels(fields: Iterable[RoleField]) -> dict[str, Level]:
    chosen: dict[str, list[Level]] = {}
    for row in fields:
        chosen.setdefault(row.field, []).append(Level(row.level))
    return {
        field.code: most_open(chosen.get(field.code) or [field.default]) for field in GUARDED_FIELDS
    }


def most_open(levels: Iterable[Level]) -> Level:
    return max(levels, key=OPENNESS.__getitem__)
