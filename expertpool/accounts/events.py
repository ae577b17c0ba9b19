"""What accounts announces."""

from __future__ import annotations

from dataclasses import dataclass


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
