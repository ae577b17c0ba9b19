"""The catalogue of permissions: written in code, chosen from by roles, unknown codes refused.

Each app declares its group in its own ``permissions.py`` and adds it in ``apps.ready()``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol

from django.core.checks import Error
from django.core.exceptions import PermissionDenied
from django.urls import get_resolver

from expertpool.core.catalogue import Catalogue

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase


class BuiltInRole(StrEnum):
    """The roles that every installation begins with; what they are is told in accounts."""

    ADMIN = "admin"
    OPERATOR = "operator"
    DEPARTMENT = "department"
    SUPERVISOR = "supervisor"
    FINANCE = "finance"
    AUDITOR = "auditor"
    EXPERT = "expert"
    APPLICANT = "applicant"


class Duty(StrEnum):
    """Whose work a right is where the three administrators are apart (等保三级: 系统、安全、审计 apart from each other
    and from business; docs/decisions/0406)."""

    BUSINESS = ""
    SYSTEM = "system"
    SECURITY = "security"
    AUDIT = "audit"

    @property
    def label(self) -> str:
        return DUTY_LABELS[self]


DUTY_LABELS = {
    Duty.BUSINESS: "业务",
    Duty.SYSTEM: "系统管理",
    Duty.SECURITY: "安全管理",
    Duty.AUDIT: "审计管理",
}


@dataclass(frozen=True)
class Permission:
    """One right. ``scoped`` rights are granted together with a data scope (own department …).

    ``roles`` are the built-in roles that begin with it, beside the administrator, who has every
    right but those of a person's own area and of whoever watches over him (``admin=False``); the scope is that of the role.
    ``keeps_veils``: none of its pages, exports and answers shows what is under a veil (`visibility.GuardedField`) to whom a
    role lays it; tests/architecture/test_veiled.py opens them all.
    """

    code: str
    label: str
    scoped: bool = False
    roles: tuple[BuiltInRole, ...] = ()
    admin: bool = True
    duty: Duty = Duty.BUSINESS
    keeps_veils: bool = False

    def belongs_to(self, role: BuiltInRole) -> bool:
        """Tell whether the built-in ``role`` begins with it."""
        return role in self.roles or (role == BuiltInRole.ADMIN and self.admin)


@dataclass(frozen=True)
class PermissionGroup:
    """The rights of one subject, shown together on the role page."""

    code: str
    label: str
    permissions: tuple[Permission, ...]


class Holder(Protocol):
    """What the core knows of a user."""

    is_authenticated: bool

    def has_permission(self, code: str) -> bool: ...


PERMISSION_GROUPS: Catalogue[PermissionGroup] = Catalogue("permission group")
PERMISSIONS: Catalogue[Permission] = Catalogue("permission")


def register_permissions(group: PermissionGroup) -> None:
    """Add ``group`` and each of its permissions to their catalogues."""
    PERMISSION_GROUPS.add(group)
    PERMISSIONS.add(*group.permissions)


def undeclared(*codes: str) -> list[str]:
    """Return what is wrong with ``codes`` that an entry of another catalogue names."""
    return [f"permission {code} is declared nowhere" for code in codes if code not in PERMISSIONS]


def without_view(codes: Iterable[str]) -> list[tuple[Permission, Permission]]:
    """Return those of ``codes`` that do little by themselves, each with the right that is missing: whose pages are
    reached from lists and pages of the same subject, which only the right to view opens. Both are scoped."""
    chosen = set(codes)
    found = []
    for group in PERMISSION_GROUPS:
        scoped = [one for one in group.permissions if one.scoped]
        view = next((one for one in scoped if one.code.endswith(".view")), None)
        if view and view.code not in chosen:
            found += [(one, view) for one in scoped if one.code in chosen]
    return found


# A code, or what returns codes that are known only once all apps are ready.
Codes = str | Callable[[], Iterable[str]]


def codes_in(named: Iterable[Codes]) -> tuple[str, ...]:
    """Return the codes that ``named`` stands for now."""
    return tuple(
        code for one in named for code in ((one,) if isinstance(one, str) else tuple(one()))
    )


View = Callable[..., "HttpResponseBase"]
# Codes named by views, compared with the catalogue by a system check once all apps are ready.
required_codes: set[str] = set()


def requires(*codes: Codes) -> Callable[[View], View]:
    """Guard a view: the user needs one of ``codes``; otherwise 403.

    The codes are kept on the view as ``required_permissions`` for the menu and the tests.
    """
    required_codes.update(code for code in codes if isinstance(code, str))

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user: Any = request.user
            if not any(user.has_permission(code) for code in codes_in(codes)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.required_permissions = codes  # type: ignore[attr-defined]
        return guarded

    return decorate


def check_required_codes(**kwargs: Any) -> list[Error]:
    """System check: every code that a view asks for is one that a role can be given."""
    _ = get_resolver().url_patterns  # imports all views
    return [
        Error(
            f"A view asks for it: {fault}",
            hint="Declare it in the permissions.py of its app.",
            id="core.E002",
        )
        for fault in undeclared(*sorted(required_codes))
    ]
