"""Roles: what each allows, in which scope, and how it sees guarded fields."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from expertpool.accounts.models import Role, RoleField, RolePermission
from expertpool.accounts.services.built_in_roles import RoleDefinition, built_in_roles
from expertpool.core.permissions import get_permission


@transaction.atomic
def ensure_demo_roles() -> dict[str, Role]:
    """Create those of the seven built-in roles that are missing; return all seven by code.

    Existing roles stay as administrators made them. Writes no log entry: what is created stands
    in the code, not in anybody's decision.
    """
    definitions = {definition.code: definition for definition in built_in_roles()}
    roles = {role.code: role for role in Role.objects.filter(code__in=definitions)}
    missing = [definition for code, definition in definitions.items() if code not in roles]
    if missing:
        roles |= _create(missing)
    return roles


def _create(definitions: Iterable[RoleDefinition]) -> dict[str, Role]:
    pairs = [
        (Role(code=d.code, name=d.name, description=d.description, built_in=True), d)
        for d in definitions
    ]
    Role.objects.bulk_create([role for role, _ in pairs])
    RolePermission.objects.bulk_create(
        RolePermission(role=role, code=get_permission(code).code, scope=scope)
        for role, d in pairs
        for code, scope in d.scopes.items()
    )
    RoleField.objects.bulk_create(
        RoleField(role=role, field=code, level=level)
        for role, d in pairs
        for code, level in d.levels.items()
    )
    return {role.code: role for role, _ in pairs}
