"""Which experts would be printed with empty boxes: characters that no font of documents has."""

from __future__ import annotations

from collections.abc import Iterable

from expertpool.core.documents import Lacking, lacking, lacking_in
from expertpool.experts.models import Expert
from expertpool.experts.queries.packs import holding_each, letters_of


def lacking_for(experts: Iterable[Expert]) -> list[Lacking]:
    """Return which of ``experts``, whom the reader sees by name, have such characters in what a sheet says of them."""
    return lacking_in((one.name, f"{one.name}{one.employer or ''}{one.title}") for one in experts)


def count_lacking() -> int:
    """Return how many experts of the whole pool have such characters in their names. No name is opened by itself: packs
    know which characters they have (docs/decisions/0790)."""
    if not (empty := lacking("\n".join(sorted(letters_of("name"))))):
        return 0
    return len(set[int]().union(*holding_each("name", "contains", empty)))
