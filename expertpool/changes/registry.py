"""What belongs to an expert, as he downloads it: apps above add what they know and keep of him."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from expertpool.core.catalogue import Catalogue
from expertpool.experts.models import Expert


@dataclass(frozen=True)
class OwnData:
    """A table of what is known of an expert, for himself: ``rows`` are texts, as many as ``columns``; ``count`` how many,
    for a page that shows none of them: nothing is opened for it."""

    code: str
    title: str
    order: int
    columns: Sequence[str]
    rows: Callable[[Expert, datetime], Iterable[Sequence[str]]]
    count: Callable[[Expert], int] | None = None

    def number(self, expert: Expert, now: datetime) -> int:
        """Return how many rows there are."""
        return self.count(expert) if self.count else sum(1 for _ in self.rows(expert, now))


OWN_DATA: Catalogue[OwnData] = Catalogue("own data")


@dataclass(frozen=True)
class OwnFile:
    """A file of an expert: ``path`` within its folder, ``size`` in bytes (0: made when it is opened). ``open`` may
    refuse (FileRefused); why not is said in his download instead."""

    path: str
    size: int
    open: Callable[[], IO[bytes]]


@dataclass(frozen=True)
class OwnFiles:
    """What is kept of an expert as files, in one ``folder`` of his download."""

    code: str
    folder: str
    files: Callable[[Expert, datetime], Iterable[OwnFile]]


OWN_FILES: Catalogue[OwnFiles] = Catalogue("own files")
