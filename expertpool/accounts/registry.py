"""What upper apps know of accounts: what else keeps one from signing in, whose password nobody else sets,
and who is none of the office. Declared in ``apps.ready()``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
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


@dataclass(frozen=True)
class Outsiders:
    """Accounts of people who do not work for the office: what two persons decide is none of their
    matter. ``includes(user)`` tells whether his is one; ``managed(users, since)`` by whom they were let
    into theirs, as `queries.managed_since` has it of all accounts."""

    code: str
    includes: Callable[[Any], bool]
    managed: Callable[[Collection[int], datetime], Iterable[Any]]


OUTSIDERS: Catalogue[Outsiders] = Catalogue("kind of outsiders")
