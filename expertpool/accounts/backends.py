"""Users and lengths of sessions; the rules of signing in are in `accounts.services.login`."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.db.models import BooleanField, ExpressionWrapper
from django.http import HttpRequest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.registry import READ_ALONG, kept_rights, narrowing
from expertpool.accounts.settings import SESSION_LENGTH
from expertpool.core.configuration import value_of
from expertpool.core.crypto import blind_index
from expertpool.core.prepared import Given, Prepared
from expertpool.core.registry import is_narrowed


class AccountBackend:
    """Loads the user of a session; a disabled user has none, so disabling ends sessions at once."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        return None  # sign-in goes through accounts.services.login.sign_in

    def get_user(self, user_id: int) -> User | None:
        user: User | None = _active.first(pk=user_id)
        if user is not None and is_narrowed(user):
            user.keep_only(kept_rights())
        return user


_active = Prepared(
    lambda: (
        User.objects.filter(pk=Given("pk"), is_active=True)
        .select_related("department")
        .annotate(**{one.code: one.of() for one in READ_ALONG})
        .annotate(is_narrowed=ExpressionWrapper(narrowing(), BooleanField()))
    )
)


class SessionStore(db.SessionStore):
    """Sessions in the database that last as long as the office says.

    The row is known by a keyed digest of what the browser holds, and its content is signed for that
    row: nobody takes over a session who reads the table, nor who writes it.
    """

    def get_session_cookie_age(self) -> int:
        return int(value_of(SESSION_LENGTH).total_seconds())

    @property
    def key_salt(self) -> str:
        return f"{super().key_salt}:{self.session_key}"

    def _get_session_from_db(self) -> Session | None:
        key = row_key(self.session_key or "")
        found: Session | None = _lasting.first(key=key, now=timezone.now())
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        return super().exists(row_key(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        row = super().create_model_instance(data)
        row.session_key = row_key(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            super().delete(row_key(key))


_lasting = Prepared(
    lambda: Session.objects.filter(session_key=Given("key"), expire_date__gt=Given("now"))
)


def row_key(session_key: str) -> str:
    """By what the row is known of the session that a browser knows by ``session_key``."""
    return blind_index("session", session_key).hex()
