"""Who may call what: every endpoint says which permission it takes, or cannot be called at all."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja.errors import ConfigError

from expertpool.core.client import note_asking
from expertpool.core.menus import CLOSED, is_closed_call
from expertpool.core.permissions import required_codes

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

# The codes that endpoints ask for: what a token's scopes may be chosen from.
_offered: set[str] = set()


def allows(*codes: str) -> Callable[[Endpoint], Endpoint]:
    """Declare that an endpoint takes one of ``codes``; none: every valid token may call it.

    The codes are checked after the values, and compared with the catalogue by a system check.
    """
    required_codes.update(codes)
    _offered.update(codes)

    def decorate(endpoint: Endpoint) -> Endpoint:
        endpoint.required_permissions = codes  # type: ignore[attr-defined]
        return endpoint

    return decorate


def offered_codes() -> frozenset[str]:
    """Return all codes that some endpoint takes."""
    return frozenset(_offered)


def guarded(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse (403) a caller without any of the declared codes; applied to every endpoint.

    Raises ConfigError when the program starts for an endpoint that declares nothing.
    """
    codes: tuple[str, ...] | None = getattr(endpoint, "required_permissions", None)
    if codes is None:
        message = f"{endpoint.__module__}.{endpoint.__name__} does not say whom it @allows"
        raise ConfigError(message)

    @wraps(endpoint)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        user: Any = request.user
        if codes and not any(user.has_permission(code) for code in codes):
            raise PermissionDenied
        if is_closed_call(user, request.path):
            raise PermissionDenied(CLOSED)
        if getattr(endpoint, "only_asks", False):
            note_asking(request)
        return endpoint(request, *args, **kwargs)

    return checked
