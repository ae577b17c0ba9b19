"""What chance gives: how often somebody is drawn, and how far a period is from it. Arithmetic only."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SMALLEST_CELL = 1.0  # expected people in the last cell of the table
FEWEST_REPEATS = 3.0  # expected repetitions below which nothing can be told


@dataclass(frozen=True)
class ChiSquare:
    """How far a period is from chance.

    ``cells`` are (times drawn, observed people, expected people); the last means "or more".
    ``statistic`` and ``p`` are None where too few people could have been drawn twice to tell.
    """

    cells: list[tuple[int, int, float]]
    statistic: float | None
    freedom: float
    p: float | None


def drawn_times(chances: Sequence[float]) -> list[float]:
    """Return the chances to be drawn 0, 1, 2 … times in independent draws (Poisson binomial)."""
    times = [1.0]
    for chance in chances:
        before = times
        times = [0.0] * (len(before) + 1)
        for count, share in enumerate(before):
            times[count] += share * (1 - chance)
            times[count + 1] += share * chance
    return times


def tail_of(times: Sequence[float], drawn: int) -> float:
    """Return the chance to be drawn ``drawn`` times or more often."""
    # Rounding may carry the sum a hair beyond.
    return min(sum(times[drawn:]), 1.0)


def residual_of(chances: Sequence[float], drawn: int) -> float | None:
    """Return (drawn - expected) / standard deviation; None where nothing was left to chance."""
    variance = sum(chance * (1 - chance) for chance in chances)
    return (drawn - sum(chances)) / math.sqrt(variance) if variance > 0 else None


def compare_counts(rows: Iterable[tuple[Sequence[float], int]]) -> ChiSquare:
    """Compare ``rows``, each (chances, drawn), with chance.

    The statistic is Pearson's: the sum of squared residuals. Each has mean 1; but with few draws a
    residual is far from normal, so that the table of chi-square would mislead. Mean and variance of
    the sum are therefore computed from the cumulants, given the number of seats, which is fixed,
    and the chi-square distribution with this mean and variance, scaled, is taken (Satterthwaite).
    """
    sums, observed, expected = _Sums(), Counter[int](), list[float]()
    # Most experts had the same chances: what follows from them is computed once.
    known: dict[Sequence[float], list[float]] = {}
    for chances, drawn in rows:
        times = known.setdefault(tuple(chances), [])
        times[:] = times or drawn_times(chances)
        sums.add(chances, drawn)
        observed[drawn] += 1
        expected.extend([0.0] * (len(times) - len(expected)))
        for count, share in enumerate(times):
            expected[count] += share
    cells = _joined([(count, observed[count], share) for count, share in enumerate(expected)])
    if sums.repeats < FEWEST_REPEATS:
        return ChiSquare(cells, None, 0, None)
    freedom = 2 * sums.people**2 / sums.variance
    statistic = sums.squares * freedom / sums.people
    return ChiSquare(cells, statistic, freedom, chi_square_tail(statistic, freedom))


class _Sums:
    """What the test adds up over the people to whom chance left something open."""

    def __init__(self) -> None:
        self.people = 0
        self.squares = 0.0  # of the residuals
        self.repeats = 0.0  # expected pairs of draws that seat the same person
        self._fourth = self._third = self._second = 0.0

    def add(self, chances: Sequence[float], drawn: int) -> None:
        spreads = [chance * (1 - chance) for chance in chances]
        # To whom chance left nothing open says nothing about chance.
        second = sum(spreads)
        if second <= 0:
            return
        pairs = list(zip(spreads, chances, strict=True))
        mean = sum(chances)
        self.people += 1
        self.squares += (drawn - mean) ** 2 / second
        self.repeats += (mean**2 - sum(chance**2 for chance in chances)) / 2
        self._fourth += sum(v * (1 - 6 * v) for v in spreads) / second**2 + 2
        self._third += sum(v * (1 - 2 * chance) for v, chance in pairs) / second
        self._second += second

    @property
    def variance(self) -> float:
        """Of ``squares``, given the number of seats."""
        return self._fourth - self._third**2 / self._second


def _joined(cells: list[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    """Join the cells of many times, of which hardly anybody is expected."""
    joined = list(cells)
    # Cells of hardly anybody would be compared with a fraction of a person.
    while len(joined) > 1 and joined[-1][2] < SMALLEST_CELL:
        _, seen, share = joined.pop()
        times, before, expected = joined.pop()
        joined.append((times, before + seen, expected + share))
    return joined


def chi_square_tail(statistic: float, freedom: float) -> float:
    """Return the chance of at least ``statistic`` (Wilson and Hilferty: the cube root is normal)."""
    spread = 2 / (9 * freedom)
    deviation = (math.pow(statistic / freedom, 1 / 3) - (1 - spread)) / math.sqrt(spread)
    return math.erfc(deviation / math.sqrt(2)) / 2
