"""The search box of the expert list: several keywords, all of which must fit."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from expertpool.accounts.models import User
from expertpool.core.visibility import Level, level_for
from expertpool.directory.models import Specialty, Unit
from expertpool.experts.models import Expert, ExpertSpecialty
from expertpool.experts.queries.experts import TAIL, phone_index, phone_tail_index
from expertpool.experts.queries.tokens import keyword_tokens

MOST_KEYWORDS = 8


def search(queryset: QuerySet[Expert], text: str, user: User) -> QuerySet[Expert]:
    """Return the experts of ``queryset`` that fit every keyword of ``text``.

    A keyword is part of the name, its pinyin initials, part of the number, of the employer's name
    or alias, of a specialty's name, a specialty's code; for those who see phone numbers plain
    also a whole phone number or its last four digits.
    """
    for keyword in text.split()[:MOST_KEYWORDS]:
        queryset = queryset.filter(pk__in=_fitting(keyword, user))
    return queryset


def _fitting(keyword: str, user: User) -> Any:
    """Return the ids of experts that fit one keyword: a union, each part of which has an index."""
    experts = Expert.objects.order_by()
    named = _named(keyword)
    parts: list[QuerySet[Any]] = [
        experts.filter(employer__in=_units(keyword)),
        ExpertSpecialty.objects.order_by().filter(specialty__in=_specialties(keyword)),
    ]
    if len(keyword) > 2 and keyword.isalnum() and keyword.isascii():
        parts.append(experts.filter(number__icontains=keyword))
    if keyword.isdigit() and level_for(user, "experts.phone") is Level.PLAIN:
        if len(keyword) == TAIL:
            parts.append(experts.filter(phone_tail_index=phone_tail_index(keyword)))
        parts.append(experts.filter(phone_index=phone_index(keyword)))
    return (
        experts.filter(named)
        .values("pk")
        .union(
            *(part.values("expert_id" if part.model is ExpertSpecialty else "pk") for part in parts)
        )
    )


def _named(keyword: str) -> Q:
    tokens = keyword_tokens(keyword)
    if not tokens:
        return Q(pk__in=[])
    q = Q(search_tokens__contains=tokens)
    # Pairs of characters may stand apart in the name; longer keywords are looked at once more.
    return q if len(keyword) <= 2 or keyword.isascii() else q & Q(name__icontains=keyword)


def _units(keyword: str) -> list[int]:
    found = Unit.objects.filter(Q(name__icontains=keyword) | Q(aliases__name__icontains=keyword))
    return list(found.order_by().values_list("pk", flat=True).distinct())


def _specialties(keyword: str) -> list[int]:
    found = Specialty.objects.filter(Q(name__icontains=keyword) | Q(code__iexact=keyword))
    return list(found.order_by().values_list("pk", flat=True))
