"""The tokens by which one index finds who holds a specialty, one by one or several together."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Q, Value

MOST_CHARS = 8  # of a token


def search_tokens(specialties: Iterable[int]) -> list[str]:
    """Return the tokens of an expert: one for each of ``specialties`` (ids) that he holds."""
    return [f"#{pk}" for pk in sorted(specialties)]


def holding_one_of(specialties: Iterable[int]) -> Q:
    """Who holds one of ``specialties`` (ids), by the tokens: as one value, since a branch has hundreds of them."""
    tokens = search_tokens(specialties)
    among = Value(tokens, output_field=ArrayField(CharField(max_length=MOST_CHARS)))
    return Q(search_tokens__overlap=among)
