"""Files that wait to be fetched or confirmed: encrypted on the disk, and gone after their time.

They hold what the database keeps encrypted. Each is bound to the run that it belongs to: a file put
in the place of another does not open. When a key changes, they are made anew like the columns
(`core.rekeying`).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from expertpool.core.crypto import HEAD_BYTES, DecryptionError, Vault

VAULT = Vault("FIELD_KEY")
# Younger ones may be at work, or of a transaction that has not committed yet.
UNNAMED_AGE = timedelta(days=1)


class FileGone(Exception):
    """The file was fetched, has expired, or is not what was written."""


@dataclass(frozen=True)
class WaitingFile:
    """One file of one run, which ``bound`` names."""

    path: Path
    bound: bytes

    def write(self, content: bytes) -> None:
        """Keep ``content``; a reader sees the whole or nothing, and no change of keys what was before."""
        with self._folder_held():
            self._put(content)

    def _put(self, content: bytes) -> None:
        part = self.path.with_suffix(".part")
        part.write_bytes(VAULT.encrypt(content, self.bound))
        part.replace(self.path)

    def read(self) -> bytes:
        """Return what was written; raises FileGone."""
        try:
            return VAULT.decrypt(self.path.read_bytes(), self.bound)
        except (OSError, DecryptionError):
            raise FileGone(self.path.name) from None

    def remove(self) -> None:
        """Delete the file; one that is just being made anew does not come back."""
        with self._folder_held():
            self.path.unlink(missing_ok=True)

    @property
    def waits_for_key(self) -> bool:
        """Whether there is a file, and not made with the present key and suite."""
        try:
            with self.path.open("rb") as file:
                return file.read(HEAD_BYTES) != VAULT.head
        except FileNotFoundError:
            return False

    @property
    def fault(self) -> str:
        """Why the file does not open, empty if it does or is gone."""
        try:
            VAULT.decrypt(self.path.read_bytes(), self.bound)
        except FileNotFoundError:
            return ""
        except DecryptionError as error:
            return str(error)
        return ""

    def rekey(self) -> bool:
        """Encrypt the file anew if it waits for it; tell whether it did. Raises DecryptionError."""
        with self._folder_held():
            if not self.waits_for_key:
                return False
            self._put(VAULT.decrypt(self.path.read_bytes(), self.bound))
        return True

    @contextmanager
    def _folder_held(self) -> Iterator[None]:
        """Keep others from removing a file of the folder, or making one anew, meanwhile."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)


class HoldsFiles:
    """A model whose rows have files that wait."""

    def waiting_files(self) -> tuple[WaitingFile, ...]:
        """Return those that there may be of this row."""
        raise NotImplementedError


def folder_of(name: str) -> Path:
    """Return where files of one kind wait."""
    return Path(settings.MEDIA_ROOT, name)


def folder_of_parts() -> Path:
    """Return where a workbook keeps its rows until it is whole; a killed process leaves them there."""
    folder = folder_of("parts")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def remove_unnamed(folder: Path, named: Collection[Path], *, now: datetime) -> int:
    """Delete what lies in ``folder`` for more than a day and belongs to nothing; return how many."""
    removed = 0
    for path in folder.glob("*"):
        written = datetime.fromtimestamp(path.stat().st_mtime, tz=timezone.get_current_timezone())
        if path.is_file() and path not in named and written < now - UNNAMED_AGE:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
