"""Reads of users, departments, roles and sign-ins, and the rows that a grant reaches."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import RolePermission, User
from expertpool.core.permissions import get_permission

NOTHING = Q(pk__in=[])


def scope_q(
    user: User, code: str, *, department: str = "department", owner: str = "created_by"
) -> Q:
    """Return the rows that ``user``'s roles open for ``code``: the union of all their scopes.

    ``department`` and ``owner`` are lookup paths from the row to its department and its owner.
    No grant gives no row; a permission without scopes gives all. Chosen departments include
    those below. Raises UnknownPermission for a code outside the catalogue.
    """
    scoped = get_permission(code).scoped
    result = NOTHING
    for grant in user.grants.get(code, []):
        if not scoped or grant.scope == Scope.ALL:
            return Q()
        result |= _reach(user, grant, department=department, owner=owner)
    return result


def _reach(user: User, grant: RolePermission, *, department: str, owner: str) -> Q:
    if grant.scope == Scope.OWN:
        return Q(**{owner: user.pk})
    if grant.scope == Scope.CHOSEN:
        paths = [chosen.path for chosen in grant.departments.all()]
    elif user.department is None:
        return NOTHING
    elif grant.scope == Scope.DEPARTMENT:
        return Q(**{department: user.department.pk})
    else:
        paths = [user.department.path]
    result = NOTHING
    for path in paths:
        result |= Q(**{f"{department}__path__startswith": path})
    return result


def users_visible_to(user: User) -> QuerySet[User]:
    """Return the users that ``user`` may manage: all with accounts.users, otherwise none."""
    return User.objects.filter(scope_q(user, "accounts.users"))
