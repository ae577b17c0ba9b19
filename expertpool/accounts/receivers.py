"""A new version's permissions reach the roles of an existing installation."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from expertpool.accounts.services.roles import grant_new_permissions


def give_new_permissions(**_signal: Any) -> None:
    """After the tables are brought up to date; see `grant_new_permissions`."""
    grant_new_permissions(now=timezone.now())
