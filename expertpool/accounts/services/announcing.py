"""Writing down what somebody did to an account, and announcing it to those whom it concerns."""

from __future__ import annotations

from expertpool.accounts.events import AccountActed
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.events import publish


def announce(
    entry: Entry | None, user: User | None = None, *, phone: str = "", email: str = ""
) -> None:
    """Announce what ``entry`` says; ``phone`` and ``email`` where they were others before.

    What the system did is nobody's act, and what leaves no entry changed nothing.
    """
    if entry is None or entry.actor_id is None:
        return
    if user is None:
        publish(AccountActed(entry.pk))
    else:
        publish(AccountActed(entry.pk, user.pk, phone or user.phone, email or user.email))
