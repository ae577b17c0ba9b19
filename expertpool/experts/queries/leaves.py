"""Which leaves count: those that were filed here, until they are ended here (docs/decisions/0505).

What keeps experts from draws is asked by one statement, which cannot ask for proofs. So the statement is believed
first, and then the leaves alone are looked at that made a difference: of those whom one keeps out though they fit
(`unfiled`), and of those who could be drawn (`unended`). Whoever is concerned is asked about once more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from expertpool.core.fields import is_vouched
from expertpool.core.lookups import Among
from expertpool.core.mandates import A_LOOK, FEW, Mandate, vouched_among, vouched_keys
from expertpool.experts.models import Expert, Leave

# What the proofs say, and whose the leave is: of many rows nothing else is read.
PROVEN = (
    *("uid", "during", "is_own", "created_at", "taken_back_at", "cancelled_at"),
    *("proof", "end_proof", "expert__number", "created_by__username"),
)
ENDED = Q(cancelled_at__isnull=False)


def sound(rows: QuerySet[Leave], *, a_look: int | None = None) -> list[Leave]:
    """Return those of ``rows``, the latest first, that were filed here; ``a_look`` for a page
    (`core.mandates.vouched_among`)."""
    whole = rows.order_by("-pk").select_related("expert", "created_by")
    keys = [row.pk for row in vouched_among(whole.only(*PROVEN), a_look=a_look)]
    return list(whole.filter(pk__in=keys)) if keys else []


def leaves_of(expert: Expert) -> list[Leave]:
    """Return the leaves of ``expert``, the latest first, for his own pages."""
    return sound(expert.leaves.all(), a_look=A_LOOK)


def lasting(rows: QuerySet[Leave], *, a_look: int | None = None) -> list[Leave]:
    """Return those of ``rows`` that count: filed here, and not ended early here. ``a_look`` as in `sound`."""
    found = vouched_among(_narrow(rows), a_look=a_look)
    return [row for row in found if row.ended_at is None]


def unsound(rows: QuerySet[Leave], *, a_look: int | None = None) -> set[int]:
    """Return the keys of those of ``rows`` that nobody filed here. ``a_look`` as in `sound`."""
    found = {row.pk for row in vouched_among(_narrow(rows), a_look=a_look)}
    return set(rows.order_by().values_list("pk", flat=True)) - found


def _counts(row: Leave) -> bool:
    return is_vouched(row) and row.ended_at is None


def _narrow(rows: QuerySet[Leave]) -> QuerySet[Leave]:
    return rows.order_by("pk").select_related("expert", "created_by").only(*PROVEN)


def overlapping(periods: Iterable[tuple[datetime, datetime]]) -> Q:
    """Return which leaves lie in one of ``periods``, whoever ended them."""
    return reduce(or_, (Q(during__overlap=one) for one in periods), Q(pk__in=[]))


def unfiled(during: Q, away: Collection[int]) -> dict[int, int]:
    """Return the leaves ``during`` (id → expert) that keep one of the experts ``away``, by their rows, and that nobody
    filed here."""
    rows = _narrow(Leave.objects.filter(during, ~ENDED, Among("expert", away)))
    # Of one whose turn it is they are not asked twice; each of those who are away has one.
    if len(away) <= FEW and len(first := list(rows[: FEW + 1])) <= FEW:
        return {row.pk: row.expert_id for row in first if not _counts(row)}
    said = dict(rows.values_list("pk", "expert"))
    return {pk: said[pk] for pk in said.keys() - vouched_keys(rows)}


def unended(during: Q, of: Collection[int] | None = None) -> dict[int, int]:
    """Return the leaves ``during`` (id → expert) that were filed here, and ended by their rows alone: all, or those ``of``
    some experts."""
    rows = Leave.objects.filter(during)
    if of is not None:
        rows = rows.filter(Among("expert", of))
    return {row.pk: row.expert_id for row in going_on(rows)}


def going_on(rows: QuerySet[Leave], *, a_look: int | None = None) -> list[Leave]:
    """Return those of ``rows`` that were filed here, and ended by their rows alone: they go on. ``a_look`` as in `sound`."""
    ended = rows.filter(ENDED)
    if not ended.order_by().exists():  # each turn asks it, and mostly there is none
        return []
    return lasting(ended, a_look=a_look)


def _written(now: datetime) -> QuerySet[Leave]:
    return Leave.objects.select_related("expert", "created_by").order_by("-pk")


WRITTEN = (
    Mandate(
        "experts.leaves",
        "请假",
        _written,
        is_whole=True,
        holds=lambda row: row.is_sound and not row.is_ended_elsewhere,
    ),
)
