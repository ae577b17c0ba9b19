"""What every store can do beyond Django's own `Storage`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.files.storage import Storage


class StoreDown(OSError):
    """The store does not answer, or takes nothing more; what was asked of it can be asked again later."""


@dataclass(frozen=True)
class Kept:
    """A stored file: ``at`` is when it was written."""

    name: str
    size: int
    at: datetime


class FileStore(Storage):
    """All methods raise StoreDown, and `open` FileNotFoundError for what is not there."""

    def replace(self, name: str, content: bytes) -> None:
        """Store ``content`` by exactly this name: a reader sees what was there, or all of the new."""
        raise NotImplementedError

    def settle(self, name: str) -> None:
        """Return once the file outlives a power cut: what it was made from may go then. A server answers no earlier."""

    def below(self, prefix: str) -> Iterator[Kept]:
        """Yield the files whose names begin with ``prefix``, by name; what goes meanwhile may be missing."""
        raise NotImplementedError
