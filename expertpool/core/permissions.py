"""The catalogue of permissions: written in code, chosen from by roles, unknown codes refused.

Each app declares its group in its own ``permissions.py`` and registers it in ``apps.ready()``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol

from django.core.exceptions import PermissionDenied

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True)
class Permission:
    """One right. ``scoped`` rights are granted together with a data scope (own department …)."""

    code: str
    label: str
    scoped: bool = False


@dataclass(frozen=True)
class PermissionGroup:
    """The rights of one subject, shown together on the role page."""

    code: str
    label: str
    permissions: tuple[Permission, ...]


class UnknownPermission(LookupError):
    """A permission code that no catalogue declares: a programming error, raised at import."""


class Holder(Protocol):
    """What the core knows of a user."""

    is_authenticated: bool

    def has_permission(self, code: str) -> bool: ...


_groups: dict[str, PermissionGroup] = {}
_permissions: dict[str, Permission] = {}


def register_permissions(group: PermissionGroup) -> None:
    """Add ``group`` to the catalogue; registering the same group twice changes nothing.

    Raises ValueError when another group has its code, or another permission one of its codes.
    """
    if _groups.setdefault(group.code, group) != group:
        message = f"permission group {group.code} is declared twice"
        raise ValueError(message)
    for permission in group.permissions:
        known = _permissions.setdefault(permission.code, permission)
        if known != permission:
            message = f"permission {permission.code} is declared twice"
            raise ValueError(message)


def permission_groups() -> tuple[PermissionGroup, ...]:
    return tuple(_groups.values())


def get_permission(code: str) -> Permission:
    """Return the permission; raise UnknownPermission for a code outside the catalogue."""
    try:
        return _permissions[code]
    except KeyError:
        raise UnknownPermission(code) from None


View = Callable[..., "HttpResponse"]
# Codes named by views, compared with the catalogue by a system check once all apps are ready.
required_codes: set[str] = set()


def requires(*codes: str) -> Callable[[View], View]:
    """Guard a view: the user needs one of ``codes``; otherwise 403.

    The codes are kept on the view as ``required_permissions`` for the menu and the tests.
    """
    required_codes.update(codes)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user: Any = request.user
            if not any(user.has_permission(code) for code in codes):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.required_permissions = codes  # type: ignore[attr-defined]
        return guarded

    return decorate
