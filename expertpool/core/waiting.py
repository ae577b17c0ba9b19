"""Files that wait to be fetched or confirmed: encrypted in the store, and gone after their time.

They hold what the database keeps encrypted. Each is bound to the run that it belongs to, and to whose it is: a
file put in the place of another does not open, nor one whose run was led to another account. When a key changes, they are made anew like the columns
(`core.rekeying`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from expertpool.core.catalogue import Catalogue
from expertpool.core.crypto import HEAD_BYTES, DecryptionError, Vault
from expertpool.core.locks import session_lock, unlock_session
from expertpool.core.storing import store

VAULT = Vault("FIELD_KEY")
# Younger ones may be at work, or of a transaction that has not committed yet.
UNNAMED_AGE = timedelta(days=1)
AT_ONCE = 1000  # names that the database is asked for


class FileGone(Exception):
    """The file was fetched, has expired, or is not what was written."""


@dataclass(frozen=True)
class WaitingFile:
    """One file of one run, which ``bound`` names. All may raise `core.storing.StoreDown`."""

    name: str
    bound: bytes

    def write(self, content: bytes) -> None:
        """Keep ``content``; a reader sees the whole or nothing, and no change of keys what was before."""
        with self._held():
            self._put(content)

    def _put(self, content: bytes) -> None:
        store.replace(self.name, VAULT.encrypt(content, self.bound))

    def read(self) -> bytes:
        """Return what was written; raises FileGone."""
        try:
            return VAULT.decrypt(self._token(), self.bound)
        except (FileNotFoundError, DecryptionError):
            raise FileGone(self.name) from None

    def remove(self) -> None:
        """Delete the file; one that is just being made anew does not come back."""
        with self._held():
            store.delete(self.name)

    def exists(self) -> bool:
        return store.exists(self.name)

    @property
    def waits_for_key(self) -> bool:
        """Whether there is a file, and not made with the present key and suite."""
        try:
            with store.open(self.name) as file:
                return bool(file.read(HEAD_BYTES) != VAULT.head)
        except FileNotFoundError:
            return False

    @property
    def fault(self) -> str:
        """Why the file does not open, empty if it does or is gone."""
        try:
            VAULT.decrypt(self._token(), self.bound)
        except FileNotFoundError:
            return ""
        except DecryptionError as error:
            return str(error)
        return ""

    def rekey(self) -> bool:
        """Encrypt the file anew if it waits for it; tell whether it did. Raises DecryptionError."""
        with self._held():
            if not self.waits_for_key:
                return False
            self._put(VAULT.decrypt(self._token(), self.bound))
        return True

    def _token(self) -> bytes:
        with store.open(self.name) as file:
            token: bytes = file.read()
        return token

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Keep others, on whatever machine, from removing the file or making it anew meanwhile. Not for the
        transaction around: files of a run are written in no fixed order, and two would wait for each other."""
        lock = f"waiting:{self.name}"
        session_lock(lock)
        try:
            yield
        finally:
            unlock_session(lock)


class HoldsFiles:
    """A model whose rows have files that wait."""

    def waiting_files(self) -> tuple[WaitingFile, ...]:
        """Return those that there may be of this row."""
        raise NotImplementedError


@dataclass(frozen=True)
class LooseFiles:
    """Files that wait and belong to no row, by what keeps them: ``files()`` returns those that there are."""

    code: str
    files: Callable[[], Iterable[WaitingFile]]


LOOSE_FILES: Catalogue[LooseFiles] = Catalogue("kind of files that wait and belong to no row")


def folder_of_parts() -> Path:
    """Return where a workbook keeps its rows until it is whole, on the disk of this machine; a killed
    process leaves them there."""
    folder = Path(settings.MEDIA_ROOT, "parts")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def remove_unnamed(folder: str, named: Collection[str], *, now: datetime) -> int:
    """Delete what lies in ``folder`` of the store for more than a day and belongs to nothing; return how
    many."""
    return remove_unclaimed(folder, lambda _names: named, now=now)


def remove_unclaimed(
    folder: str, named_of: Callable[[Sequence[str]], Collection[str]], *, now: datetime
) -> int:
    """The same where rows name more than fit into memory: ``named_of(names)`` returns those of some names that they do."""
    removed = 0
    old = (one.name for one in store.below(f"{folder}/") if one.at < now - UNNAMED_AGE)
    while names := list(islice(old, AT_ONCE)):
        named = named_of(names)
        for name in names:
            if name not in named:
                store.delete(name)
                removed += 1
    return removed


def remove_old_parts(*, now: datetime) -> None:
    """Delete the rows of workbooks that a process of this machine left more than a day ago."""
    for path in folder_of_parts().glob("*"):
        written = datetime.fromtimestamp(path.stat().st_mtime, tz=timezone.get_current_timezone())
        if path.is_file() and written < now - UNNAMED_AGE:
            path.unlink(missing_ok=True)
