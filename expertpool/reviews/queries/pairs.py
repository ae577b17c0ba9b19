"""Which experts score more alike than chance, over many reviews: shows whoever watches where to look, and proves nothing."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from expertpool.accounts.models import User
from expertpool.draws.services.names import readable_draws
from expertpool.experts.models import Expert
from expertpool.reviews.calculation.figures import Pair, Table, pairs_alike
from expertpool.reviews.models import Reviewer, ReviewResult
from expertpool.reviews.queries.results import results_visible_to, sealed_totals

MOST_TOTALS = 100_000  # of one page: the latest reviews that have no more
LATEST = 300  # reviews
LEAST_EXPERTS = 3  # of who score alone or in twos nothing can be said


@dataclass(frozen=True)
class Alike:
    """Two experts whose totals go together, in how many reviews."""

    pair: Pair
    first: Expert
    second: Expert
    reviews: int


@dataclass(frozen=True)
class Alikes:
    """``pairs``, the most conspicuous first, of ``reviews`` that were looked at."""

    pairs: list[Alike]
    reviews: int


def alikes_for(user: User, *, now: datetime) -> Alikes:
    """Return the pairs who agree more than chance in the latest reviews whose results and names ``user`` may read."""
    results = list(results_visible_to(user).order_by("-sealed_at")[:LATEST])
    people = _people(results, user, now)
    tables: list[Table] = []
    together: dict[tuple[str, str], int] = defaultdict(int)
    left = MOST_TOTALS
    for result in results:
        table = _table(result, people.get(result.review_id, {}))
        experts = sorted({one for row in table.values() for one in row})
        if len(experts) < LEAST_EXPERTS:
            continue
        # By totals, not by reviews: one of a thousand items is as much work as a hundred small ones.
        left -= sum(map(len, table.values()))
        # One at least, however large it is.
        if left < 0 and tables:
            break
        tables.append(table)
        for both in combinations(experts, 2):
            together[both] += 1
    found = pairs_alike(tables, beyond=beyond_chance(len(together)))
    named = Expert.objects.select_related("employer").in_bulk(
        [int(one) for pair in found for one in (pair.first, pair.second)]
    )
    pairs = [
        Alike(
            one,
            named[int(one.first)],
            named[int(one.second)],
            together[one.first, one.second],
        )
        for one in found
    ]
    return Alikes(pairs, len(tables))


def beyond_chance(pairs: int) -> float:
    """Return from how many standard deviations on one of so many ``pairs`` is conspicuous: of thousands some go far by
    chance alone, the farthest about the root of twice the logarithm."""
    return max(3.0, math.sqrt(2 * math.log(max(pairs, 1))))


def _people(
    results: Sequence[ReviewResult], user: User, now: datetime
) -> dict[int, dict[str, str]]:
    """Return who is who in ``results``: by review and key, as far as ``user`` may read it and this system wrote it."""
    draws = readable_draws(user, now=now).filter(released_at__isnull=False).values("pk")
    rows = Reviewer.objects.filter(
        review__in=[one.review_id for one in results], invitation__draw__in=draws
    ).select_related("review", "expert")
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for one in rows:
        if not one.is_altered:
            # As text, in one length: a pair has its names in one order everywhere.
            person = one.expert.merged_into_id or one.expert_id
            found[one.review_id][one.key] = f"{person:012d}"
    return found


def _table(result: ReviewResult, people: dict[str, str]) -> Table:
    """Return the totals of ``result`` by item and person; nothing of one that was altered."""
    return {
        item: {people[key]: total for key, total in row.items() if key in people}
        for item, row in sealed_totals(result).items()
    }
