"""Sign-in backend; the rules (lock, rate limit, records) are in `accounts.services.login`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from expertpool.accounts.models import User


class AccountBackend:
    """Loads the user of a session; a disabled user has none, so disabling ends sessions at once."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        return None  # sign-in goes through accounts.services.login.sign_in

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).select_related("department").first()
