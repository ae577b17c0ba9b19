"""The tokens by which one index finds who holds a specialty, one by one or several together."""

from __future__ import annotations

from collections.abc import Iterable

MOST_CHARS = 8  # of a token


def search_tokens(specialties: Iterable[int]) -> list[str]:
    """Return the tokens of an expert: one for each of ``specialties`` (ids) that he holds."""
    return [f"#{pk}" for pk in sorted(specialties)]
