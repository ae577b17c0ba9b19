"""The change of keys, and its traces in the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from expertpool.audit.services import record
from expertpool.core.rekeying import (
    FILES,
    Progress,
    Unopenable,
    encrypted_columns,
    files_unopenable,
    files_waiting,
    rekey,
    rekey_files,
    unopenable,
    waiting,
)
from expertpool.portal.services.keychecks import forget_old_keys


def tokens_waiting() -> dict[str, int]:
    """Return how many encrypted values are not of the present key and suite, by column; the files
    that wait to be fetched or confirmed stand beside the columns."""
    counts = {str(field): waiting(field) for field in encrypted_columns()}
    counts[FILES] = len(files_waiting())
    return {name: number for name, number in counts.items() if number}


@dataclass(frozen=True)
class Shut:
    """What cannot be opened: those of `tokens_waiting` in ``counts``, by column, which can never be made anew,
    and ``altered`` ones of the present key."""

    counts: dict[str, int]
    altered: int
    first: list[Unopenable]

    @property
    def total(self) -> int:
        return sum(self.counts.values()) + self.altered


def tokens_shut(*, named: int, whole: bool = False) -> Shut:
    """Return how many values cannot be opened, and the first ``named`` of them: of those that wait, or of
    the ``whole``."""
    counts: Counter[str] = Counter()
    first: list[Unopenable] = []
    altered = 0
    places = [(str(field), unopenable(field, whole=whole)) for field in encrypted_columns()]
    for name, values in (*places, (FILES, files_unopenable())):
        for value in values:
            counts[name] += value.waits
            altered += not value.waits
            if len(first) < named:
                first.append(value)
    return Shut(dict(+counts), altered, first)


def rotate_keys(*, clock: Callable[[], datetime], rows: int | None = None) -> Iterator[Progress]:
    """Encrypt everything anew that waits for it; yield after each batch. Logs start and end, each as of when
    it was by ``clock``: hours may lie between.

    What cannot be opened is passed over and logged by its number. Raises
    core.rekeying.StillWaiting; a run that ended early is taken up by the next.
    """
    counts = tokens_waiting()
    if not counts:
        forget_old_keys()
        return
    # Before the first batch: killed on the way, the beginning is on record.
    record("keys.rotate", actor=None, now=clock(), after=counts)
    changed: dict[str, int] = {}
    for field in encrypted_columns():
        for progress in rekey(field, rows=rows):
            changed[str(field)] = progress.changed
            yield progress
    for progress in rekey_files():
        changed[FILES] = progress.changed
        yield progress
    shut = tokens_shut(named=0).counts
    if shut:
        record("keys.shut", actor=None, now=clock(), after=shut)
    else:
        forget_old_keys()
        record("keys.rotated", actor=None, now=clock(), after=changed)
