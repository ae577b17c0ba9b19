"""Users and lengths of sessions; the rules of signing in are in `accounts.services.login`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper
from django.http import HttpRequest
from django.utils import timezone

from expertpool.accounts.models import SignedIn, User
from expertpool.accounts.places import tree_state
from expertpool.accounts.registry import READ_ALONG, kept_rights, narrowing
from expertpool.accounts.services.sessions import WHERE, is_idle, row_key, where_from
from expertpool.accounts.settings import IDLE_LIMIT, SESSION_LENGTH
from expertpool.core.configuration import value_of
from expertpool.core.prepared import Given, Prepared
from expertpool.core.registry import is_narrowed
from expertpool.siteconfig.queries.counting import counted

USED_EACH = timedelta(minutes=1)  # no more often is it written that a session is used


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
        .annotate(**{one.code: one.of() for one in READ_ALONG}, **tree_state())
        .annotate(is_narrowed=ExpressionWrapper(narrowing(), BooleanField()))
    )
)


class SessionStore(db.SessionStore):
    """Sessions in the database that last as long as the office says.

    The row is known by a keyed digest of what the browser holds, and its content is signed for that
    row: nobody takes over a session who reads the table, nor who writes it. Beside that of somebody who has signed in
    stands since when, from where and by what (`SignedIn`), for himself and the security administrator.
    """

    signed_in: SignedIn | None = None

    def get_session_cookie_age(self) -> int:
        return int(value_of(SESSION_LENGTH).total_seconds())

    @property
    def key_salt(self) -> str:
        return f"{super().key_salt}:{self.session_key}"

    def _get_session_from_db(self) -> Session | None:
        key, now = row_key(self.session_key or ""), timezone.now()
        self.signed_in = _signed_in.first(key=key, now=now)
        if self.signed_in is not None:
            if not is_idle(self.signed_in, now):
                return self.signed_in.session
            # Gone, so that a longer limit does not bring it back.
            self.delete()
            self.signed_in = self._session_key = None
            return None
        # That of a visitor, or of who signed in before such rows were written.
        found: Session | None = _lasting.first(key=key, now=now)
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        return super().exists(row_key(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        row = super().create_model_instance(data)
        row.session_key = row_key(row.session_key)
        return row

    def save(self, must_create: bool = False) -> None:
        with transaction.atomic():
            super().save(must_create)
            # Each time somebody signs in, and when the session gets another key.
            if SESSION_KEY in self and not self._is_noted:
                self._note(timezone.now())

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            super().delete(row_key(key))
            SignedIn.objects.filter(session=row_key(key)).delete()

    def note_use(self, request: HttpRequest, now: datetime) -> None:
        """Keep that the session is used now, unless that was kept within a minute."""
        if not self._is_noted:
            # Saved with the answer, and noted then.
            self[WHERE] = self.get(WHERE) or where_from(request, now)
        elif self.signed_in is not None and now - self.signed_in.used_at >= USED_EACH:
            rows = SignedIn.objects.filter(pk=self.signed_in.pk)
            rows.update(used_at=now, until=now + counted(IDLE_LIMIT, now))

    @property
    def _is_noted(self) -> bool:
        row = self.signed_in
        return row is not None and row.session_id == row_key(self.session_key or "")

    def _note(self, now: datetime) -> None:
        since, address, device = self.get(WHERE) or (now.timestamp(), "", "")
        told = {
            "user_id": int(self[SESSION_KEY]),
            "since": datetime.fromtimestamp(since, tz=now.tzinfo),
            "used_at": now,
            "until": now + counted(IDLE_LIMIT, now),
            "address": address,
            "device": device,
        }
        key = row_key(self.session_key or "")
        self.signed_in, _ = SignedIn.objects.update_or_create(session_id=key, defaults=told)


_signed_in = Prepared(
    lambda: SignedIn.objects.filter(
        session=Given("key"), session__expire_date__gt=Given("now")
    ).select_related("session")
)
_lasting = Prepared(
    lambda: Session.objects.filter(session_key=Given("key"), expire_date__gt=Given("now"))
)
