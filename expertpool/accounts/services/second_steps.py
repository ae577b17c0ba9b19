"""Between the right password and a session: who has to show a second step waits, and nobody is signed in meanwhile.

That somebody waits stands in the session of a visitor, with what ends it when his password changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.crypto import constant_time_compare

from expertpool.accounts.enums import LoginMethod, LoginOutcome
from expertpool.accounts.models import User
from expertpool.accounts.registry import second_step, why_shut_out
from expertpool.accounts.services.addresses import (
    has_tried_too_often,
    is_open_at,
    may_try_all_the_same,
)
from expertpool.accounts.services.login import SignIn, note_sign_in

BACKEND = "expertpool.accounts.backends.AccountBackend"
KEY = "second_step"
VALID = timedelta(minutes=10)
TOO_OFTEN = "这个网络地址失败次数太多，请过一会儿再试，或联系管理员。"


@dataclass(frozen=True)
class Waiting:
    """Who has shown his password, by what he ``typed`` (its digest: what fails and what succeeds is one person's), and
    where he wants to go on."""

    user: User
    method: LoginMethod
    typed: bytes
    way_on: str


def begin(session: Any, shown: SignIn, *, way_on: str, now: datetime) -> None:
    """Let who has ``shown`` his password wait in ``session`` for his second step."""
    if (user := shown.waits) is None:
        raise ValueError("nobody waits")
    session.cycle_key()  # nobody knows it from before
    session[KEY] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "method": shown.method.value,
        "typed": shown.typed.hex(),
        "way_on": way_on,
        "until": (now + VALID).timestamp(),
    }


def who_waits(session: Any, *, now: datetime) -> Waiting | None:
    """Return who waits in ``session``; None when nobody does, it took him too long, or his account has changed."""
    kept = session.get(KEY)
    if not isinstance(kept, dict) or kept["until"] < now.timestamp():
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).select_related("department").first()
    if user is None or why_shut_out(user) or second_step(user) is None:
        return None
    if not constant_time_compare(kept["hash"], user.get_session_auth_hash()):
        return None
    typed = bytes.fromhex(kept["typed"])
    return Waiting(user, LoginMethod(kept["method"]), typed, kept["way_on"])


def give_up(session: Any) -> None:
    """Let nobody wait in ``session`` any more."""
    session.pop(KEY, None)


def is_too_often(waiting: Waiting, address: str, *, known: int | None, now: datetime) -> bool:
    """Tell whether ``address`` has failed too often to try on: for all but the account (id) as whose this browser
    is ``known``, and whoever it is where this account alone has failed so often from there."""
    is_open = is_open_at(address, now=now) or may_try_all_the_same(waiting.user, known)
    return not is_open or has_tried_too_often(waiting.typed, address, now=now)


def note_failure(
    waiting: Waiting, outcome: LoginOutcome, *, address: str, device: str, now: datetime
) -> None:
    """Keep that the second step was wrong, or not looked at since the account waits, like a password."""
    _note(waiting, outcome, address=address, device=device, now=now)


def finish(waiting: Waiting, *, address: str, device: str, now: datetime) -> None:
    """Keep that he is signed in; the caller opens the session."""
    _note(waiting, LoginOutcome.SUCCESS, address=address, device=device, now=now)


def _note(
    waiting: Waiting, outcome: LoginOutcome, *, address: str, device: str, now: datetime
) -> None:
    note_sign_in(
        waiting.user,
        outcome,
        method=waiting.method,
        typed=waiting.typed,
        address=address,
        device=device,
        now=now,
    )
