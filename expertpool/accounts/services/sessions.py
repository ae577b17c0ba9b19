"""Ending what somebody is signed in by: one's own, or for a security administrator another's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import HttpRequest

from expertpool.accounts.exceptions import NotAllowed
from expertpool.accounts.models import SignedIn, User
from expertpool.accounts.services.announcing import announce
from expertpool.accounts.services.devices import describe_device
from expertpool.accounts.services.guards import SECURITY
from expertpool.accounts.services.login import check_own_password
from expertpool.audit.services import record
from expertpool.core.client import client_address
from expertpool.core.crypto import blind_index

WHERE = "signed_in"  # in the content of a session: since when, from where, by what
ALL = "全部设备"
ALL_BUT_ONE = "本机以外的全部设备"


@transaction.atomic
def end_session(*, row: SignedIn, actor: User, now: datetime) -> None:
    """End what ``row`` says somebody is signed in by, at once. Whose it is is told, unless he did it.

    Refuses (NotAllowed) another's to who is no security administrator. Ending twice changes nothing.
    """
    user = row.user
    _check(user, actor)
    if _end(SignedIn.objects.filter(pk=row.pk)):
        _say(user, actor, note=row.device, now=now)


def end_other_sessions(*, user: User, kept: str, password: str, now: datetime) -> None:
    """End all that ``user`` is signed in by but the session (the key of its row) that is ``kept``.

    Refuses a wrong password (WrongPassword): else who found a window open would throw its owner out; and whoever
    tried too often (TooManyAttempts). Not atomic: a wrong password counts.
    """
    check_own_password(user, password, now=now)
    with transaction.atomic():
        _end(SignedIn.objects.filter(user=user).exclude(session=kept))
        _say(user, user, note=ALL_BUT_ONE, now=now)


@transaction.atomic
def end_all_sessions(*, user: User, reason: str, actor: User, now: datetime) -> None:
    """End all that ``user`` is signed in by, at once and for good; he is told.

    Refuses (NotAllowed) who is no security administrator. Says nothing of whether there was any.
    """
    _check(user, actor)
    forget_sessions(user)
    _say(user, actor, note=f"{ALL}。{reason}" if reason else ALL, now=now)


def forget_sessions(user: User) -> None:
    """End all that ``user`` is signed in by for good, also what no row tells of."""
    User.objects.filter(pk=user.pk).update(session_round=F("session_round") + 1)
    _end(SignedIn.objects.filter(user=user))


def drop_sessions(user: User) -> None:
    """Take away the sessions of ``user``, which his new password has ended."""
    _end(SignedIn.objects.filter(user=user))


@transaction.atomic
def clear_sessions(*, now: datetime) -> None:
    """Delete the sessions that are over, of visitors too, and what told of them."""
    Session.objects.filter(expire_date__lte=now).delete()
    idle = SignedIn.objects.filter(until__lte=now)
    Session.objects.filter(session_key__in=idle.values("session")).delete()
    there = Session.objects.filter(session_key=OuterRef("session"))
    SignedIn.objects.filter(~Exists(there)).delete()


def where_from(request: HttpRequest, now: datetime) -> tuple[float, str, str]:
    """Return what a session keeps of where somebody signs in."""
    device = describe_device(request.headers.get("User-Agent", ""))
    return now.timestamp(), client_address(request), device


def row_key(session_key: str) -> str:
    """By what the row is known of the session that a browser knows by ``session_key``."""
    return blind_index("session", session_key).hex()


def is_idle(row: SignedIn, now: datetime) -> bool:
    """Tell whether nobody has used the session of ``row`` for as long as the office allows."""
    return row.until is not None and row.until <= now


def key_of(session: Any) -> str:
    """Return the key of the row of ``session``, as the request has it."""
    return row_key(session.session_key or "")


def _end(rows: QuerySet[SignedIn]) -> int:
    keys = list(rows.values_list("session", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    return SignedIn.objects.filter(session__in=keys).delete()[0]


def _check(user: User, actor: User) -> None:
    if user.pk != actor.pk and not actor.has_permission(SECURITY):
        raise NotAllowed("退出他人的登录须由安全管理员操作。")


def _say(user: User, actor: User, *, note: str, now: datetime) -> None:
    entry = record("user.end_sessions", actor=actor, subject=user, note=note, now=now)
    if user.pk != actor.pk:
        announce(entry, user)
