"""How often an expert took part. Apps above that know declare it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from expertpool.core.catalogue import Catalogue


@dataclass(frozen=True)
class ParticipationCounter:
    """``count(at)`` says how many invitations each expert (by id) accepted, as it was known at that
    moment; None is now."""

    code: str
    count: Callable[[datetime | None], Mapping[int, int]]


PARTICIPATION_COUNTERS: Catalogue[ParticipationCounter] = Catalogue("participation counter")


def participation_counts(at: datetime | None = None) -> Mapping[int, int]:
    """Return the number of accepted invitations by expert id, as it is or was known ``at`` a moment;
    experts without one are left out."""
    counts: Counter[int] = Counter()
    for counter in PARTICIPATION_COUNTERS:
        counts.update(counter.count(at))
    return counts
