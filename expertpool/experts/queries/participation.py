"""How often an expert took part. Apps above that know declare it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from expertpool.core.catalogue import Catalogue


@dataclass(frozen=True)
class ParticipationCounter:
    """``count`` says how many invitations each expert (by id) accepted."""

    code: str
    count: Callable[[], Mapping[int, int]]


PARTICIPATION_COUNTERS: Catalogue[ParticipationCounter] = Catalogue("participation counter")


def participation_counts() -> Mapping[int, int]:
    """Return the number of accepted invitations by expert id; experts without one are left out."""
    counts: Counter[int] = Counter()
    for counter in PARTICIPATION_COUNTERS:
        counts.update(counter.count())
    return counts
