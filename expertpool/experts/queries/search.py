"""The search box of the expert list: several keywords, all of which must fit.

What few fit is found by its indexes: first who fits, then the rest of the list among them. What
many fit would have to be gathered for seconds to show twenty: there the list is walked in its own
order, and whoever does not fit is passed over.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.lookups import IsNull

from expertpool.accounts.models import User
from expertpool.core.lookups import Among
from expertpool.core.subjects import extra_q, joined_fields
from expertpool.core.visibility import Level, level_for
from expertpool.directory.models import Specialty, Unit, UnitAlias
from expertpool.experts.models import Expert, ExpertSpecialty
from expertpool.experts.queries.criteria import SUBJECT
from expertpool.experts.queries.experts import TAIL, phone_index, phone_tail_index
from expertpool.experts.queries.tokens import keyword_tokens

# Each costs a statement and a condition of the list's.
MOST_KEYWORDS = 8
FEW = 5_000  # experts that one part of a keyword may fit to be gathered


@dataclass(frozen=True)
class Found:
    """``rows``: the experts that fit; ``some``: a part of them where they are too many to gather,
    enough to tell that they are many."""

    rows: QuerySet[Expert]
    some: QuerySet[Expert] | None = None


def search(queryset: QuerySet[Expert], text: str, user: User) -> QuerySet[Expert]:
    """Return the experts of ``queryset`` that fit every keyword of ``text``; see `find`."""
    return find(queryset, text, user).rows


def find(queryset: QuerySet[Expert], text: str, user: User) -> Found:
    """Find the experts of ``queryset`` that fit every keyword of ``text``.

    A keyword is part of the name, its pinyin initials, part of the number, of the employer's name
    or alias, of a specialty's name, a specialty's code; for those who see phone numbers plain
    also a whole phone number or its last four digits; or all that a field of text says which an
    administrator has added.
    """
    gathered: set[int] | None = None
    many: list[tuple[Q, set[int]]] = []
    keywords = text.split()[:MOST_KEYWORDS]
    added = joined_fields(SUBJECT) if keywords else []
    texts = [one.code for one in added if one.is_searched and not one.is_retired]
    for keyword in keywords:
        parts = _parts(keyword, user, texts)
        ids, complete = _gather(parts)
        if not complete:
            many.append((Q(*(part.fits for part in parts), _connector=Q.OR), ids))
        else:
            gathered = ids if gathered is None else gathered & ids
    rows = queryset.filter(*(fits for fits, _ in many))
    if gathered is not None:
        return Found(rows.filter(Among("pk", gathered)))
    if not many:
        return Found(queryset)
    (_, some), *others = many
    return Found(rows, queryset.filter(Among("pk", some), *(fits for fits, _ in others)))


@dataclass(frozen=True)
class _Part:
    """One way to fit a keyword: the rows that name in ``key`` who does, found by an index, and
    whether a given expert does."""

    rows: QuerySet[Any]
    key: str
    fits: Any


def _parts(keyword: str, user: User, texts: list[str]) -> list[_Part]:
    conditions: list[Any] = [_named(keyword), *(extra_q(code, "eq", keyword) for code in texts)]
    if units := _units(keyword):
        conditions.append(Among("employer", units))
    if len(keyword) > 2 and keyword.isalnum() and keyword.isascii():
        # Of three characters at least: for fewer an index of trigrams is of no use.
        conditions.append(Q(number__contains=keyword.upper()))
    if keyword.isdigit() and level_for(user, "experts.phone") is Level.PLAIN:
        if len(keyword) == TAIL:
            conditions.append(Q(phone_tail_index=phone_tail_index(keyword)))
        conditions.append(Q(phone_index=phone_index(keyword)))
    experts = Expert.objects.order_by()
    parts = [_Part(experts.filter(one), "pk", one) for one in conditions]
    if specialties := _specialties(keyword):
        links = ExpertSpecialty.objects.order_by().filter(specialty__in=specialties)
        # Not Exists: PostgreSQL would gather all holders to look one expert up.
        held = IsNull(Subquery(links.filter(expert=OuterRef("pk")).values("pk")[:1]), False)
        parts.append(_Part(links, "expert", held))
    return parts


def _gather(parts: list[_Part]) -> tuple[set[int], bool]:
    """Return who fits one of ``parts``, and whether that is everybody."""
    # With the place of the part, since each has its own limit; one more than that tells of more.
    first, *others = (
        part.rows.values_list(part.key, Value(at))[: FEW + 1] for at, part in enumerate(parts)
    )
    rows = list(first.union(*others, all=True))
    most = max(Counter(at for _, at in rows).values(), default=0)
    return {pk for pk, _ in rows}, most <= FEW


def _named(keyword: str) -> Q:
    tokens = keyword_tokens(keyword)
    if not tokens:
        # Only signs: fits nobody, rather than everybody.
        return Q(pk__in=[])
    q = Q(search_tokens__contains=tokens)
    # Pairs of characters may stand apart in the name; longer keywords are looked at once more.
    return q if len(keyword) <= 2 or keyword.isascii() else q & Q(name__icontains=keyword)


def _units(keyword: str) -> list[int]:
    named = {_containing(keyword): keyword}
    aliased = UnitAlias.objects.filter(**named).order_by().values_list("unit", flat=True)
    return list(Unit.objects.filter(**named).order_by().values_list("pk", flat=True).union(aliased))


def _specialties(keyword: str) -> list[int]:
    found = Specialty.objects.filter(Q(**{_containing(keyword): keyword}) | Q(code__iexact=keyword))
    return list(found.order_by().values_list("pk", flat=True))


def _containing(keyword: str) -> str:
    """Names that contain ``keyword``; most have no letters, and need not be brought to capitals."""
    return "name__contains" if keyword.upper() == keyword.lower() else "name__icontains"
