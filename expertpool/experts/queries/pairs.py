"""Which records of the pool may be two of one person, and which somebody has told apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Max, Min, Q, QuerySet

from expertpool.accounts.models import User
from expertpool.experts.enums import ExpertStatus, IdKind
from expertpool.experts.models import Expert, ToldApart
from expertpool.experts.queries.alike import GROUNDS, are_two, grounds_between
from expertpool.experts.queries.names import called

MOST_GROUPS = 1_000  # of one name and one thing more, that are gone through
MOST_OF_GROUP = 1_000  # pairs of one group
SHARED = "{}与账号 {} 相同"
_NUMBERED = Q(id_kind=IdKind.RESIDENT, id_number_index__isnull=False, birth_date__isnull=False)
_APART = {
    "numbered": Count("pk", filter=_NUMBERED),
    "eldest": Min("birth_date"),
    "youngest": Max("birth_date"),
}
# Surely two by their numbers (`are_two`): further apart than the days of a month of which only the month is known.
_ARE_TWO = Q(number=2, numbered=2, youngest__gt=F("eldest") + timedelta(days=31))
Pair = tuple[int, int]  # keys of two records, the smaller first


class Pairs(NamedTuple):
    """Records that may be two of one person; ``is_least``: there are more."""

    found: set[Pair]
    is_least: bool


class Ground(NamedTuple):
    """What somebody has in common, in words, with another record or with an account."""

    words: str
    other: Expert | None = None


def pairs_in(rows: QuerySet[Expert]) -> Pairs:
    """Return which two of ``rows`` may be one person's: nobody told them apart, and one is not deleted."""
    found: set[Pair] = set()
    is_least = False
    # Those that were told apart hide no others.
    told = ToldApart.objects.count()
    most = MOST_GROUPS + told
    here = ArrayAgg("pk", filter=~Q(status=ExpertStatus.DELETED))
    for field in ("employer_id", "birth_date"):
        groups = list(
            rows.filter(**{f"{field}__isnull": False}, merged_into__isnull=True)
            .order_by()
            .values("name_index", field)
            .annotate(ids=ArrayAgg("pk"), here=here, number=Count("*"), **_APART)
            .filter(number__gt=1, here__isnull=False)
            # Nor do two of whom each has a number of his own: of a large employer there are thousands.
            .exclude(_ARE_TWO)
            .values_list("ids", "here")[: most + 1]
        )
        is_least |= len(groups) > most
        for ids, kept in groups[:most]:
            two = _pairs_with(sorted(kept), sorted(ids))
            found.update(islice(two, MOST_OF_GROUP + told))
            is_least |= next(two, None) is not None
    keys = {pk for pair in found for pk in pair}
    return Pairs(found - apart_among(keys) - _two_among(found, keys), is_least)


def _two_among(pairs: Collection[Pair], keys: Collection[int]) -> set[Pair]:
    """Return which of ``pairs`` are two persons' by their numbers."""
    rows = Expert.objects.filter(pk__in=keys, id_number_index__isnull=False)
    known = rows.only("id_kind", "id_number_index", "birth_date").in_bulk()
    return {
        (one, other)
        for one, other in pairs
        if one in known and other in known and are_two(known[one], known[other])
    }


def _pairs_with(kept: Sequence[int], ids: Sequence[int]) -> Iterator[Pair]:
    """Yield the pairs of ``ids`` that hold one of ``kept``, each once."""
    here = set(kept)
    for one in kept:
        yield from (
            (min(one, other), max(one, other)) for other in ids if one < other or other not in here
        )


def apart_among(keys: Collection[int]) -> set[Pair]:
    """Return which two of ``keys`` somebody has told apart."""
    rows = ToldApart.objects.filter(first__in=keys, second__in=keys)
    return set(rows.values_list("first_id", "second_id"))


def told_apart_within(rows: QuerySet[Expert]) -> QuerySet[ToldApart]:
    """Return what was told apart of ``rows``, both of them."""
    return ToldApart.objects.filter(first__in=rows.values("pk"), second__in=rows.values("pk"))


def alike_in(
    rows: QuerySet[Expert], *, once: bool = False, pairs: Pairs | None = None
) -> QuerySet[Expert]:
    """Return those of ``rows`` that may be the same person as another of them (``pairs``, if they are known), with ``once``
    of each pair the first alone, and those whose phone or mail is another's, too."""
    rows = rows.filter(merged_into__isnull=True)
    pairs = pairs or pairs_in(rows)
    found = {pk for pair in pairs.found for pk in (pair[:1] if once else pair)}
    return rows.filter(Q(pk__in=found) | Q(pk__in=_doubled(rows)))


def _doubled(rows: QuerySet[Expert]) -> list[int]:
    """Return the keys of those whose phone or mail two have, since before it was refused."""
    twins = rows.filter(email_twin__gt=0).order_by().values("email_index")
    ids = list(rows.filter(email_index__in=twins).values_list("pk", flat=True)[:MOST_GROUPS])
    for field in ("phone_index", "email_index"):
        accounts = User.objects.filter(**{f"{field}__isnull": False}).values(field)
        held = rows.filter(**{f"{field}__in": accounts})
        of_others = held.exclude(**{f"user__{field}": F(field)})
        ids.extend(of_others.values_list("pk", flat=True))
    return ids


def grounds_of(
    experts: Collection[Expert], rows: QuerySet[Expert], *, once: bool = False
) -> dict[int, list[Ground]]:
    """Return for each of ``experts`` with whom of ``rows`` he may be one, with ``once`` at the first of each
    pair alone, and whose account has a number of his."""
    by_name: dict[Any, list[Expert]] = defaultdict(list)
    others = rows.filter(called({one.name for one in experts}), merged_into__isnull=True)
    # Of a common name there are hundreds.
    for one in others.only("number", "name", "name_index", "status", "id_kind", *GROUNDS):
        by_name[one.name_index].append(one)
    apart = apart_among({one.pk for same in by_name.values() for one in same})
    told: dict[int, list[Ground]] = {}
    for expert in experts:
        told[expert.pk] = [
            Ground(f"{'、'.join(same)}与 {one.number} 相同", one)
            for one in by_name[expert.name_index]
            if (expert.pk < one.pk if once else expert != one)
            if (same := grounds_between(expert, one))
            if _pair(expert, one) not in apart and not are_two(expert, one)
        ]
    for label, field in (("手机号", "phone_index"), ("邮箱", "email_index")):
        _tell_accounts(experts, label, field, told)
    return told


def _pair(one: Expert, other: Expert) -> Pair:
    return min(one.pk, other.pk), max(one.pk, other.pk)


def _tell_accounts(
    experts: Iterable[Expert], label: str, field: str, told: dict[int, list[Ground]]
) -> None:
    wanted = {index: one for one in experts if (index := getattr(one, field))}
    for user in User.objects.filter(**{f"{field}__in": list(wanted)}):
        expert = wanted[getattr(user, field)]
        if user.pk != expert.user_id:
            told[expert.pk].append(Ground(SHARED.format(label, user.username)))
