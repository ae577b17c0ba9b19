"""What belongs to an expert, as he downloads it: apps above add what they know of him."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from expertpool.core.catalogue import Catalogue
from expertpool.experts.models import Expert


@dataclass(frozen=True)
class OwnData:
    """A table of what is known of an expert, for himself: ``rows`` are texts, as many as ``columns``."""

    code: str
    title: str
    order: int
    columns: Sequence[str]
    rows: Callable[[Expert, datetime], Iterable[Sequence[str]]]


OWN_DATA: Catalogue[OwnData] = Catalogue("own data")
