"""A new version's permissions reach the roles of an existing installation; where somebody signs in is kept."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from expertpool.accounts.services.roles import grant_new_permissions
from expertpool.accounts.services.sessions import WHERE, where_from


def give_new_permissions(**_signal: Any) -> None:
    """After the tables are brought up to date; see `grant_new_permissions`."""
    grant_new_permissions(now=timezone.now())


def keep_where(*, request: HttpRequest, **_signal: Any) -> None:
    """After whoever signed in, by whichever door: his list of devices says where."""
    request.session[WHERE] = where_from(request, timezone.now())
