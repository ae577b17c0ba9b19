"""Which folders of the store hold what stays as long as its row. Backups, their journal, restoring and comparing go by
this list, and so do the guides (tests/architecture/test_stored_files.py).

KEPT_FOLDERS.add(KeptFolder("attachments", "附件", named=…, newest=…))     # in apps.ready()

Whatever else lies in the store waits to be fetched or is made of something else, and is gone in a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from expertpool.core.catalogue import Catalogue


@dataclass(frozen=True)
class KeptFolder:
    """The files below ``code`` of the store. ``named(since)`` returns the names that rows say: of those written since,
    of all with None. ``newest(count)`` opens the newest to their ends and returns the name of each, and whether it opens.
    """

    code: str
    label: str
    named: Callable[[datetime | None], Iterable[str]]
    newest: Callable[[int], Iterable[tuple[str, bool]]]

    @property
    def prefix(self) -> str:
        return f"{self.code}/"


KEPT_FOLDERS: Catalogue[KeptFolder] = Catalogue("folder of files that are kept")
