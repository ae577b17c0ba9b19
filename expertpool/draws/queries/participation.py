"""Who is held and who took part when, across all draws.

Where names are public the database counts. Where they are sealed it knows no two seats for one
person's (docs/decisions/0085): about a few experts it is asked by keys of the hour or the draw, about
all of them those who sit are opened. How much of it is asked, the `Knowledge` says: whoever counts
by conditions of his own must not find out who sits where names are still sealed (docs/decisions/0080).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q, QuerySet

from expertpool.draws.enums import DrawStatus, InvitationState, Knowledge
from expertpool.draws.models import STANDBY, Draw, DrawProject, Hold, Invitation
from expertpool.draws.queries.identity import experts_behind, holder_key, seat_key
from expertpool.draws.queries.meetings import by_hours

# Not by the time of the release: a row that knows its expert gives away nothing by a count.
NAMED = Q(invitation__expert__isnull=False)
ROUGHLY = 10  # to so many a number of the whole pool is rounded


def held_expert_ids(
    periods: Iterable[tuple[datetime, datetime]],
    *,
    knowing: Knowledge,
    only: Collection[int] | None = None,
) -> set[int]:
    """Experts (among ``only``) invited or seated somewhere for a time that overlaps one of
    ``periods`` [start, end)."""
    parts = by_hours(periods)
    holds = _active(parts)
    if only is not None and knowing is Knowledge.ALL:
        return set(draws_holding(only, parts))
    named = holds.filter(NAMED)
    if only is not None:
        named = named.filter(invitation__expert__in=only)
    held = set(named.values_list("invitation__expert", flat=True))
    if knowing is Knowledge.ALL:
        sealed = holds.exclude(NAMED).values("invitation")
        held |= {*experts_behind(Invitation.objects.filter(pk__in=sealed)).values()}
    return held


def draws_holding(
    experts: Collection[int], periods: Iterable[tuple[datetime, datetime]]
) -> dict[int, set[int]]:
    """Return those of ``experts`` who are invited or seated somewhere for a time that overlaps one of
    ``periods``, with the draws (ids) in which they are."""
    parts = by_hours(periods)
    keys = {holder_key(pk, start): pk for pk in experts for start, _ in parts}
    rows = _active(parts).filter(holder__in=list(keys))
    found: dict[int, set[int]] = defaultdict(set)
    for holder, draw in rows.values_list("holder", "invitation__draw"):
        found[keys[bytes(holder)]].add(draw)
    return found


def sealed_seats(periods: Iterable[tuple[datetime, datetime]]) -> int:
    """How many seats of draws whose names are sealed are taken for a time that overlaps one of
    ``periods``, in the whole pool and rounded: no condition narrows it. 0: fewer than ROUGHLY."""
    holds = _active(periods).exclude(NAMED)
    seats = holds.order_by().values("invitation").distinct().count()
    return seats // ROUGHLY * ROUGHLY


def participations(
    start: datetime,
    end: datetime,
    *,
    knowing: Knowledge,
    at_least: int = 1,
    only: Collection[int] | None = None,
) -> Counter[int]:
    """How often experts (among ``only``) agreed to a review that opens in [start, end): those who
    did ``at_least`` so often. The panel of a batch counts once, whichever of its projects opens."""
    opening = DrawProject.objects.filter(
        project__opening_at__gte=start, project__opening_at__lt=end
    )
    rows = accepted_invitations().filter(draw__in=opening.values("draw"))
    return _count(rows, knowing, at_least=at_least, only=only)


def all_participations(at: datetime | None = None) -> Counter[int]:
    """How often each expert agreed, as far as names are public, or were ``at`` a moment: what the
    condition 参评次数 counts, wherever it is asked, at sealing, too; a batch is one."""
    rows = accepted_invitations()
    if at is not None:
        rows = rows.filter(replied_at__lte=at, draw__released_at__lte=at)
    return _count(rows, Knowledge.OPEN)


def _active(periods: Iterable[tuple[datetime, datetime]]) -> QuerySet[Hold]:
    overlaps = reduce(or_, (Q(during__overlap=period) for period in periods))
    return Hold.objects.filter(overlaps, active=True)


def accepted_invitations() -> QuerySet[Invitation]:
    """Invitations that count as taking part: accepted, in a draw that was not voided, and not
    only to stand by."""
    accepted = Invitation.objects.filter(state=InvitationState.ACCEPTED)
    return accepted.exclude(draw__status=DrawStatus.VOID).exclude(STANDBY)


def _count(
    rows: QuerySet[Invitation],
    knowing: Knowledge,
    *,
    at_least: int = 1,
    only: Collection[int] | None = None,
) -> Counter[int]:
    """Count which of ``rows`` are whose: those who have ``at_least`` so many."""
    sealed = _sealed_seats(rows, only) if knowing is Knowledge.ALL else Counter[int]()
    named = _named(rows, only)
    if at_least > 1:
        # Fewer are of use only of those who sit where names are sealed, too.
        named = named.filter(Q(times__gte=at_least) | Q(expert__in=list(sealed)))
    counts = sealed + Counter(dict(named))
    return Counter({pk: times for pk, times in counts.items() if times >= at_least})


def _named(rows: QuerySet[Invitation], only: Collection[int] | None) -> QuerySet[Any, Any]:
    """Return pairs of an expert and how many of ``rows`` are his, as far as they say so."""
    rows = rows.filter(expert__isnull=False)
    if only is not None:
        rows = rows.filter(expert__in=only)
    counted = rows.order_by().values("expert").annotate(times=Count("pk"))
    return counted.values_list("expert", "times")


def _sealed_seats(rows: QuerySet[Invitation], only: Collection[int] | None) -> Counter[int]:
    """Count those of ``rows`` whose names are sealed; opened for the outcome only."""
    rows = rows.filter(expert__isnull=True)
    if only is None:
        return Counter(experts_behind(rows).values())
    draws = Draw.objects.filter(pk__in=rows.order_by().values("draw"))
    numbers = draws.order_by().values_list("number", flat=True)
    keys = {seat_key(number, pk): pk for number in numbers for pk in only}
    found = rows.filter(seat_key__in=list(keys)).values_list("seat_key", flat=True)
    return Counter(keys[bytes(key)] for key in found)
