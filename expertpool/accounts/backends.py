"""Users and lengths of sessions; the rules of signing in are in `accounts.services.login`."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.http import HttpRequest

from expertpool.accounts.models import User
from expertpool.accounts.settings import SESSION_LENGTH
from expertpool.core.configuration import value_of


class AccountBackend:
    """Loads the user of a session; a disabled user has none, so disabling ends sessions at once."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        return None  # sign-in goes through accounts.services.login.sign_in

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).select_related("department").first()


class SessionStore(db.SessionStore):
    """Sessions in the database that last as long as the office says."""

    def get_session_cookie_age(self) -> int:
        return int(value_of(SESSION_LENGTH).total_seconds())
