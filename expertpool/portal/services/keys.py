"""The change of keys, and its traces in the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from expertpool.audit.services import record
from expertpool.core.rekeying import Progress, encrypted_columns, rekey, waiting


def tokens_waiting() -> dict[str, int]:
    """Return how many encrypted values are not of the present key and suite, by column."""
    counts = {str(field): waiting(field) for field in encrypted_columns()}
    return {name: number for name, number in counts.items() if number}


def rotate_keys(*, now: datetime, rows: int | None = None) -> Iterator[Progress]:
    """Encrypt everything anew that waits for it; yield after each batch. Logs start and end.

    Raises what `core.rekeying.rekey` raises; a run that ended early is taken up by the next.
    """
    counts = tokens_waiting()
    if not counts:
        return
    record("keys.rotate", actor=None, now=now, after=counts)
    changed: dict[str, int] = {}
    for field in encrypted_columns():
        for progress in rekey(field, rows=rows):
            changed[str(field)] = progress.changed
            yield progress
    record("keys.rotated", actor=None, now=now, after=changed)
