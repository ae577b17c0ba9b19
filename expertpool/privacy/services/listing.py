"""Whoever stands in a file that was taken finds it among those who saw him."""

from __future__ import annotations

from expertpool.audit.events import PersonsListed
from expertpool.privacy.models import ListedRead


def note_listed(event: PersonsListed) -> None:
    """Keep who stood in the file, in the transaction that logs it: each once."""
    ListedRead.objects.create(entry=event.entry_id, experts=sorted(set(event.persons)), at=event.at)
