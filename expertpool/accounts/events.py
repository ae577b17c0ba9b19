"""What accounts announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class AccountActed:
    """Somebody did something to an account, its token, or what roles allow; ``entry_id`` is the
    entry of the log that says what.

    ``user_id`` is whom it concerns, None where it concerns no one person; ``phone`` and ``email``
    are where he could be reached before it.
    """

    entry_id: int
    user_id: int | None = None
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class RoleGained:
    """A role allows more, or elsewhere, than it did: ``entry_id`` is the entry of the log, ``user_ids`` have it."""

    entry_id: int
    user_ids: tuple[int, ...]


@dataclass(frozen=True)
class AccessTaken:
    """Pages were hidden from roles, roles lost rights by which somebody decides or watches, or others vouch for who is
    who: ``entry_id`` is the entry of the log, ``what`` says it in words, ``user_ids`` are whom it concerns."""

    entry_id: int
    what: str
    user_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class AccessEnded:
    """All that an account is signed in by has ended, and all tokens that act for it; ``actor_id`` is None where the
    system did it."""

    user_id: int
    actor_id: int | None
    at: datetime


@dataclass(frozen=True)
class HandedOver:
    """An account is somebody else's from now on, or may do more than whoever had it in hand: his password and all that he
    is signed in by end (`AccessEnded`); what else lets him in is to end, too. ``actor_id`` gave it; it was in his hands
    ``since`` then, or ever (None)."""

    user_id: int
    actor_id: int
    at: datetime
    since: datetime | None = None


@dataclass(frozen=True)
class AccountsOpened:
    """Accounts were opened of which nobody knows a password: each owner is to choose his by a link."""

    user_ids: tuple[int, ...]
    actor_id: int
    at: datetime
