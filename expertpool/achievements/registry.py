"""What apps above know of achievements that anybody may see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from expertpool.core.catalogue import Catalogue


@dataclass(frozen=True)
class Naming:
    """``allowed(experts)`` says who of ``experts`` (ids) agreed that his name stands on public pages; without
    anybody who says so nobody is named."""

    code: str
    allowed: Callable[[Iterable[int]], Collection[int]]


NAMING: Catalogue[Naming] = Catalogue("who may be named in public")
