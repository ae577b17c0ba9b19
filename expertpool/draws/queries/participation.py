"""Who is held and who took part when, across all draws.

Where names are public the database counts. Where they are sealed it knows no two seats for one
person's (docs/decisions/0085): about a few experts it is asked by keys of the hour or the draw, about
all of them those who sit are opened. How much of it is asked, the `Knowledge` says: whoever counts
by conditions of his own must not find out who sits where names are still sealed (docs/decisions/0080).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import BinaryField, Count, Exists, OuterRef, Q, QuerySet

from expertpool.core.lookups import Among
from expertpool.core.prepared import Given, Prepared
from expertpool.draws.enums import DrawStatus, InvitationState, Knowledge
from expertpool.draws.models import STANDBY, Draw, Hold, Invitation
from expertpool.draws.queries.identity import experts_behind, holder_key, seat_key
from expertpool.draws.queries.meetings import by_hours
from expertpool.draws.queries.sitting import agreed_in
from expertpool.experts.queries.experts import merged_records

# Not by the time of the release: a row that knows its expert gives away nothing by a count.
NAMED = Q(invitation__expert__isnull=False)
ROUGHLY = 10  # to so many a number of the whole pool is rounded


def held_expert_ids(
    periods: Iterable[tuple[datetime, datetime]],
    *,
    knowing: Knowledge,
    only: Mapping[int, int] | None = None,
) -> set[int]:
    """Experts (among ``only``, as `with_merged` names them) invited or seated somewhere for a time that overlaps one of
    ``periods`` [start, end)."""
    parts = by_hours(periods)
    holds = _active(parts)
    if only is not None and knowing is Knowledge.ALL:
        return set(_draws_holding(only, parts))
    merged = merged_records() if only is None else only
    named = holds.filter(NAMED)
    if only is not None:
        named = named.filter(invitation__expert__in=list(only))
    held = set(named.values_list("invitation__expert", flat=True))
    if knowing is Knowledge.ALL:
        sealed = holds.exclude(NAMED).values("invitation")
        held |= {*experts_behind(Invitation.objects.filter(pk__in=sealed)).values()}
    return held | {merged[pk] for pk in held & merged.keys()}


def draws_holding(
    experts: Collection[int], periods: Iterable[tuple[datetime, datetime]]
) -> dict[int, set[int]]:
    """Return those of ``experts`` who are invited or seated somewhere for a time that overlaps one of
    ``periods``, with the draws (ids) in which they are."""
    return _draws_holding(with_merged(experts), by_hours(periods))


def _draws_holding(
    people: Mapping[int, int], parts: Sequence[tuple[datetime, datetime]]
) -> dict[int, set[int]]:
    keys = {holder_key(pk, start): stays for pk, stays in people.items() for start, _ in parts}
    found: dict[int, set[int]] = defaultdict(set)
    for holder, draw, during in _held_by.all(holders=list(keys)):
        # A key is of an hour, of which somebody may be held for another part.
        if any(during.lower < end and start < during.upper for start, end in parts):
            found[keys[bytes(holder)]].add(draw)
    return found


_held_by = Prepared(
    lambda: Hold.objects.filter(
        Among("holder", Given("holders", BinaryField)), active=True
    ).values_list("holder", "invitation__draw", "during")
)


def with_merged(experts: Collection[int]) -> dict[int, int]:
    """Return ``experts`` and the records that were merged into theirs, each with whose it is: who sits by
    the one is not drawn by the other (docs/decisions/0110)."""
    return {pk: pk for pk in experts} | merged_records(into=experts)


def sealed_seats(periods: Iterable[tuple[datetime, datetime]]) -> int:
    """How many seats of draws whose names are sealed are taken for a time that overlaps one of
    ``periods``, in the whole pool and rounded: no condition narrows it. 0: fewer than ROUGHLY."""
    holds = _active(periods).exclude(NAMED)
    seats = holds.order_by().values("invitation").distinct().count()
    return seats // ROUGHLY * ROUGHLY


def unreached_experts() -> QuerySet[Invitation, Any]:
    """Return the keys of the experts whom no letter of their last invitation reached, by what may be
    told: where names are sealed a row knows nobody."""
    named = Invitation.objects.filter(expert__isnull=False)
    later = named.filter(expert=OuterRef("expert"), pk__gt=OuterRef("pk"), reached_at__isnull=False)
    rows = named.filter(~Exists(later), state=InvitationState.UNREACHED)
    return rows.order_by().values("expert")


class Window(NamedTuple):
    """A time [start, end) in which reviews open; who took part less than ``at_least`` times is none."""

    start: datetime
    end: datetime
    at_least: int = 1


def participations(start: datetime, end: datetime, *, knowing: Knowledge) -> Counter[int]:
    """How often experts agreed to a review that opens in [start, end). The panel of a batch counts
    once, whichever of its projects opens."""
    return participations_each([Window(start, end)], knowing=knowing)[0]


def participations_each(
    windows: Sequence[Window], *, knowing: Knowledge, only: Mapping[int, int] | None = None
) -> list[Counter[int]]:
    """Return the same for each of ``windows``, of all experts or of those ``only`` (`with_merged`): of few their rows
    are read once, and of all those alone whose names are sealed."""
    if not windows:
        return []
    if only is not None:
        found = _in_each(windows, _rows_of(only, windows, knowing))
        return [_at_least(one.at_least, counts) for one, counts in zip(windows, found, strict=True)]
    sealed = [Counter[int]() for _ in windows]
    if knowing is Knowledge.ALL:
        sealed = _in_each(windows, _sealed_rows(windows))
    return [
        counts_by_expert(_opening_in(one), counts, at_least=one.at_least)
        for one, counts in zip(windows, sealed, strict=True)
    ]


def all_participations(at: datetime | None = None) -> Counter[int]:
    """How often each expert agreed, as far as names are public, or were ``at`` a moment: what the
    condition 参评次数 counts, wherever it is asked, at sealing, too; a batch is one."""
    rows = participations_in(Q())
    if at is not None:
        rows = rows.filter(replied_at__lte=at, draw__released_at__lte=at)
    return counts_by_expert(rows)


def _active(periods: Iterable[tuple[datetime, datetime]]) -> QuerySet[Hold]:
    overlaps = reduce(or_, (Q(during__overlap=period) for period in periods))
    return Hold.objects.filter(overlaps, active=True)


def participations_in(projects: Q) -> QuerySet[Invitation]:
    """Invitations that count as taking part, once for each of the ``projects`` (a condition below
    draw__projects): accepted, also by who went when that was over, in a draw that was not voided,
    and not only to stand by."""
    rows = Invitation.objects.filter(projects & agreed_in("draw__projects"))
    return rows.exclude(draw__status=DrawStatus.VOID).exclude(STANDBY)


def counts_by_expert(
    rows: QuerySet[Invitation], sealed: Counter[int] | None = None, *, at_least: int = 1
) -> Counter[int]:
    """Count how many of ``rows`` are whose, as far as they say so, and add those whose names are ``sealed``; of merged records
    for the one that stays. A row that a join repeats counts once."""
    sealed = sealed or Counter()
    rows = rows.filter(expert__isnull=False).order_by()
    named = (
        rows.values("expert")
        .annotate(times=Count("pk", distinct=True))
        .values_list("expert", "times")
    )
    merged = merged_records()
    if at_least > 1 and not merged:
        # Fewer are of use only of those who sit where names are sealed, too.
        named = named.filter(Q(times__gte=at_least) | Q(expert__in=list(sealed)))
    counts = sealed + Counter(dict(named))
    for pk in counts.keys() & merged.keys():
        counts[merged[pk]] += counts[pk]
    return _at_least(at_least, counts)


def _at_least(times: int, counts: Counter[int]) -> Counter[int]:
    return Counter({pk: count for pk, count in counts.items() if count >= times})


def _opening_in(window: Window) -> QuerySet[Invitation]:
    return participations_in(_opens_in(window))


def _with_openings(windows: Sequence[Window]) -> QuerySet[Invitation]:
    """Invitations that count, once for each project of their draw that opens in one of ``windows``."""
    return participations_in(reduce(or_, map(_opens_in, windows))).order_by()


def _opens_in(window: Window) -> Q:
    return Q(
        draw__projects__opening_at__gte=window.start, draw__projects__opening_at__lt=window.end
    )


def _in_each(
    windows: Sequence[Window], rows: Collection[tuple[int, int, datetime]]
) -> list[Counter[int]]:
    """Count ``rows`` (expert, invitation, opening) in each of ``windows``."""
    return [
        Counter(pk for pk, _ in {row[:2] for row in rows if one.start <= row[2] < one.end})
        for one in windows
    ]


def _rows_of(
    people: Mapping[int, int], windows: Sequence[Window], knowing: Knowledge
) -> list[tuple[int, int, datetime]]:
    keys: dict[bytes, int] = {}
    if knowing is Knowledge.ALL:
        for number in _sealed_numbers.all():
            keys |= {seat_key(number, pk): stays for pk, stays in people.items()}
    whose = {
        pk: keys[bytes(key)] if expert is None else people[expert]
        for pk, expert, key in _seats_of.all(people=list(people), keys=list(keys))
    }
    if not whose:  # as nearly everybody: when those reviews open need not be asked
        return []
    rows = _with_openings(windows).filter(pk__in=list(whose))
    return [(whose[pk], pk, at) for pk, at in rows.values_list("pk", "draw__projects__opening_at")]


_seats_of = Prepared(
    lambda: (
        Invitation.objects.filter(
            Q(Among("expert", Given("people")))
            | Q(Among("seat_key", Given("keys", BinaryField)), expert__isnull=True)
        )
        .order_by()
        .values_list("pk", "expert", "seat_key")
    )
)
_sealed_numbers = Prepared(
    lambda: (
        # Voided ones stay as they are for ever, and count for nobody (`participations_in`).
        Draw.objects.filter(released_at__isnull=True)
        .exclude(status=DrawStatus.VOID)
        .order_by()
        .values_list("number", flat=True)
    )
)


def _sealed_rows(windows: Sequence[Window]) -> list[tuple[int, int, datetime]]:
    """Those whose names are sealed, opened for the outcome only."""
    found = _with_openings(windows).filter(expert__isnull=True)
    rows = list(found.values_list("pk", "draw__projects__opening_at"))
    behind = experts_behind(Invitation.objects.filter(pk__in=found.values("pk")))
    return [(behind[pk], pk, at) for pk, at in rows]
