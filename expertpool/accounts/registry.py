"""What else keeps an account from signing in, and whose password nobody else sets: upper apps declare
it in ``apps.ready()``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from expertpool.core.catalogue import Catalogue


@dataclass(frozen=True)
class SignInBar:
    """``bars(user)``: whether he may not sign in now, for as long as it says so. Asked at each
    attempt; whoever bars somebody ends what he is signed in by (`services.users.end_sessions`)."""

    code: str
    bars: Callable[[Any], bool]  # of a user


SIGN_IN_BARS: Catalogue[SignInBar] = Catalogue("sign-in bar")


@dataclass(frozen=True)
class PasswordLink:
    """Accounts whose password only their owner sets, by a link that is sent to him.

    ``is_for(user)``: whether the account is one; ``send(user, now)`` sends the link, in the
    transaction that took his password away. It raises NotAllowed where there is no way to him alone.
    """

    code: str
    is_for: Callable[[Any], bool]  # of a user
    send: Callable[[Any, datetime], None]


PASSWORD_LINKS: Catalogue[PasswordLink] = Catalogue("password link")


def password_link(user: Any) -> PasswordLink | None:
    """Return by what ``user`` is sent a link instead of being given a password."""
    return next((one for one in PASSWORD_LINKS if one.is_for(user)), None)
