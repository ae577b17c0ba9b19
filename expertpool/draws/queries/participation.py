"""Who is held and who took part when, across all draws.

All of it is read from the holds: one blind index stands for one expert, so that the database counts
without learning who he is, and only those who matter are opened. How much of it is asked, the
`Knowledge` says: whoever counts by conditions of his own must not find out who sits where names are
still sealed (docs/decisions/0080).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from expertpool.draws.enums import DrawStatus, InvitationState, Knowledge
from expertpool.draws.models import STANDBY, DrawProject, Hold, Invitation
from expertpool.draws.queries.identity import holder_key, open_identity

ROUGHLY = 10  # to so many a number of the whole pool is rounded


def held_expert_ids(
    periods: Iterable[tuple[datetime, datetime]],
    *,
    knowing: Knowledge,
    only: Collection[int] | None = None,
) -> set[int]:
    """Experts (among ``only``) invited or seated somewhere for a time that overlaps one of
    ``periods`` [start, end)."""
    return set(_count(_active(periods).filter(_known(knowing)), only=only))


def sealed_seats(periods: Iterable[tuple[datetime, datetime]]) -> int:
    """How many seats of draws whose names are sealed are taken for a time that overlaps one of
    ``periods``, in the whole pool and rounded: no condition narrows it. 0: fewer than ROUGHLY."""
    holds = _active(periods).exclude(_known(Knowledge.OPEN))
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
    rows = _once(accepted_invitations().filter(draw__in=opening.values("draw")))
    return _count(rows.filter(_known(knowing)), at_least=at_least, only=only)


def all_participations() -> Counter[int]:
    """How often each expert agreed, as far as names are public: what the condition 参评次数 counts,
    wherever it is asked, at sealing, too; a batch is one."""
    return _count(_once(accepted_invitations()).filter(_known(Knowledge.OPEN)))


def _active(periods: Iterable[tuple[datetime, datetime]]) -> QuerySet[Hold]:
    overlaps = reduce(or_, (Q(during__overlap=period) for period in periods))
    return Hold.objects.filter(overlaps, active=True)


def _known(knowing: Knowledge) -> Q:
    if knowing is Knowledge.ALL:
        return Q()
    # Not by the time of the release: a row that knows its expert gives away nothing by a count.
    return Q(invitation__expert__isnull=False)


def _once(invitations: QuerySet[Invitation]) -> QuerySet[Hold]:
    """One hold of each invitation: that of the first meeting."""
    return Hold.objects.filter(meeting=0, invitation__in=invitations)


def accepted_invitations() -> QuerySet[Invitation]:
    """Invitations that count as taking part: accepted, in a draw that was not voided, and not
    only to stand by."""
    accepted = Invitation.objects.filter(state=InvitationState.ACCEPTED)
    return accepted.exclude(draw__status=DrawStatus.VOID).exclude(STANDBY)


def _count(
    holds: QuerySet[Hold], *, at_least: int = 1, only: Collection[int] | None = None
) -> Counter[int]:
    """Count the holds of each expert; names that are sealed are opened for the outcome only."""
    known: dict[bytes, int] = {}
    if only is not None:
        known = {holder_key(expert_id): expert_id for expert_id in only}
        holds = holds.filter(holder__in=list(known))
    rows = list(
        holds.order_by()
        .values("holder")
        .annotate(
            times=Count("pk"),
            expert=Max("invitation__expert"),
            # Any line of his tells who he is, should it have to be opened.
            line=Max("invitation"),
        )
        .filter(times__gte=at_least)
        .values_list("holder", "times", "expert", "line")
    )
    return _named(rows, known)


def _named(rows: list[tuple[Any, int, int | None, int]], known: dict[bytes, int]) -> Counter[int]:
    sealed = [one for holder, _, expert, one in rows if not expert and bytes(holder) not in known]
    lines = Invitation.objects.select_related("draw").in_bulk(sealed)
    counts = Counter[int]()
    for holder, times, expert, line in rows:
        expert_id = known.get(bytes(holder)) or expert
        counts[expert_id or open_identity(lines[line]).expert_id] = times
    return counts
