"""How likely a panel fills, and how hard it is to guess: arithmetic on counts, nothing of persons."""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, chain, combinations, islice, repeat

GUESSABLE_BITS = 20  # below about a million possible panels somebody could go through them all
TRIALS = 4000  # a simulated chance is right to about one and a half per cent
_CERTAIN = 1e-6
_MOST_JOINED = 8  # groups of which every combination is looked at

Kinds = Mapping[frozenset[str], int]  # how many candidates fit exactly these groups
Fits = Mapping[str, int]  # group → level
Tally = Sequence[tuple[Fits, int]]  # how many candidates fit so


def tally(fits: Iterable[Fits]) -> Tally:
    """Count who fits alike: of a hundred thousand candidates a few dozen rows are left.

    An evaluation gives those who fit alike one mapping; where they have several there are only more
    rows.
    """
    rows = list(fits)
    known = dict(zip(map(id, rows), rows, strict=True))
    counts = Counter(map(id, rows))
    return [(one, counts[at]) for at, one in known.items()]


def at_least(count: int, rate: float, wanted: int) -> float:
    """Return the chance that at least ``wanted`` of ``count`` agree, each with chance ``rate``."""
    if wanted <= 0:
        return 1.0
    if wanted > count:
        return 0.0
    return max(0.0, 1.0 - sum(_binomial(count, rate, agreed) for agreed in range(wanted)))


def fill_chance(seats: Mapping[str, int], kinds: Kinds, rate: float) -> float:
    """Return the chance that all seats are filled when each candidate agrees with chance ``rate``.

    Exact for a group that shares no candidate with another; groups that share some are simulated
    together, always with the same numbers. Units are not looked at.
    """
    chance = 1.0
    for groups in joined_groups(seats, kinds):
        if len(groups) == 1:
            count = sum(n for kind, n in kinds.items() if groups[0] in kind)
            chance *= at_least(count, rate, seats[groups[0]])
        else:
            chance *= _simulated(groups, seats, kinds, rate)
    return chance


def panel_bits(seats: Mapping[str, int], candidates: Tally) -> float:
    """Return log2 of the number of panels that the first seating can give: at least so many.

    A group takes its best levels first: levels that are used up leave nothing to guess. Groups that
    share candidates are counted so that no panel counts twice.
    """
    kinds: Counter[frozenset[str]] = Counter()
    levels: dict[str, Counter[int]] = {group: Counter() for group in seats}
    for fits, count in candidates:
        kinds[frozenset(fits)] += count
        for group, level in fits.items():
            levels[group][level] += count
    return sum(
        _joined_bits([(group, seats[group], levels[group]) for group in groups], kinds)
        for groups in joined_groups(seats, kinds)
    )


def ways_in_words(bits: float) -> str:
    """Say how many panels ``bits`` are: 只有 1 种, 只有约 18 种."""
    return "只有 1 种" if bits < 0.5 else f"只有约 {round(2**bits):,} 种"


def joined_groups(seats: Mapping[str, int], kinds: Kinds) -> list[list[str]]:
    """Return the groups in sets that share candidates, directly or by others between them."""
    sets: list[set[str]] = [{group} for group in seats]
    for kind in kinds:
        touched = [known for known in sets if known & kind]
        if len(touched) > 1:
            sets = [known for known in sets if not known & kind] + [set().union(*touched)]
    return [[group for group in seats if group in known] for known in sets]


def _binomial(count: int, rate: float, agreed: int) -> float:
    # 0 has no logarithm.
    if rate in (0.0, 1.0):
        return float(agreed == count * rate)
    # By logarithms: the factorial of a few hundred is no float any more.
    logarithm = (
        math.lgamma(count + 1)
        - math.lgamma(agreed + 1)
        - math.lgamma(count - agreed + 1)
        + agreed * math.log(rate)
        + (count - agreed) * math.log1p(-rate)
    )
    return math.exp(logarithm)


def _simulated(groups: Sequence[str], seats: Mapping[str, int], kinds: Kinds, rate: float) -> float:
    """Hall: the seats are filled if and only if no set of groups lacks people."""
    rows = [(kind, n) for kind, n in kinds.items() if kind & set(groups)]
    demands: list[tuple[list[int], int]] = []
    for chosen in subsets(groups):
        wanted = sum(seats[group] for group in chosen)
        members = [at for at, (kind, _) in enumerate(rows) if kind & chosen]
        # What cannot fail need not be simulated.
        if at_least(sum(rows[at][1] for at in members), rate, wanted) < 1 - _CERTAIN:
            demands.append((members, wanted))
    if not demands:
        return 1.0
    most = sum(seats[group] for group in groups)
    tables = [
        # More who agree than there are seats make no difference.
        list(accumulate(_binomial(n, rate, agreed) for agreed in range(min(n, most))))
        for _, n in rows
    ]
    source = random.Random(1)  # noqa: S311 (the same question gets the same answer)
    filled = 0
    for _ in range(TRIALS):
        agreed = [bisect_right(table, source.random()) for table in tables]
        filled += all(sum(agreed[at] for at in members) >= wanted for members, wanted in demands)
    return filled / TRIALS


def subsets(groups: Sequence[str]) -> list[set[str]]:
    """Return the combinations of ``groups`` in which a lack is looked for, single ones among them."""
    every = len(groups) <= _MOST_JOINED
    # Sets double with each group: of many, a lack is looked for where it shows most.
    sizes = range(1, len(groups) + 1) if every else (1, 2, len(groups))
    return [set(chosen) for size in sizes for chosen in combinations(groups, size)]


def _joined_bits(groups: Sequence[tuple[str, int, Mapping[int, int]]], kinds: Kinds) -> float:
    bits, earlier, before = 0.0, 0, set[str]()
    for group, seats, levels in groups:
        shared = sum(n for kind, n in kinds.items() if group in kind and kind & before)
        wanted, taken = seats, min(earlier, shared)
        for _, count in sorted(levels.items()):
            # As if those before had been taken from here, best first: at least so many are left.
            usable, taken = max(count - taken, 0), max(taken - count, 0)
            if usable > wanted:
                bits += math.log2(math.comb(usable, wanted))
                break
            wanted -= usable
        earlier += seats
        before.add(group)
    # One panel may sit in so many ways on its seats; only who fits several groups can sit otherwise.
    widest = sorted(((len(kind), n) for kind, n in kinds.items() if kind & before), reverse=True)
    several = chain.from_iterable(repeat(width, n) for width, n in widest)
    ways = math.factorial(earlier) // math.prod(math.factorial(seats) for _, seats, _ in groups)
    return max(bits - math.log2(min(ways, math.prod(islice(several, earlier)))), 0.0)
