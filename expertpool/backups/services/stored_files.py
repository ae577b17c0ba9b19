"""The stored files (attachments, recordings of calls: `KEPT_FOLDERS`) in a backup.

They never change and have names of their own, so that each lies there once for all backups. Files that
wait to be fetched (exports, uploaded lists) are not taken: they are gone in a day, and are made anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from django.core.files import File
from pyrage.x25519 import Identity

from expertpool.backups.exceptions import BackupDamaged
from expertpool.backups.services.manifest import POOL, StoredFile, pool_file
from expertpool.backups.services.sealing import SUFFIX, digest_of, put, take
from expertpool.core.sizes import MEGABYTE
from expertpool.core.storing import KEPT_FOLDERS, Kept, store
from expertpool.core.storing.local import LocalStore

Files = dict[str, StoredFile]


def store_files(
    directory: Path, known: Mapping[str, StoredFile], to: Sequence[str], stage: Path
) -> Files:
    """Put what is not ``known`` beside the backups in ``directory``, encrypted for ``to``; return all
    that there is. It is in clear only in the folder ``stage``."""
    found: Files = {}
    for kept in _present():
        seen = known.get(kept.name)
        try:
            if seen is None or (seen.size, seen.at) != (kept.size, kept.at.isoformat()):
                seen = _store(directory, kept, to, stage)
        except FileNotFoundError:  # deleted meanwhile, and its row before it
            continue
        found[kept.name] = seen
    return found


def store_named(names: Iterable[str], directory: Path, to: Sequence[str], stage: Path) -> Files:
    """As `store_files`, those of ``names`` that are there; return them."""
    found: Files = {}
    for name in names:
        kept = next((one for one in store.below(name) if one.name == name), None)
        with suppress(FileNotFoundError):  # deleted meanwhile
            if kept:
                found[name] = _store(directory, kept, to, stage)
    return found


def _present() -> Iterator[Kept]:
    """Yield the stored files; not those that a browser is still sending, and will send again."""
    for folder in KEPT_FOLDERS:
        yield from (kept for kept in store.below(folder.prefix) if not kept.name.endswith(".part"))


def _store(directory: Path, kept: Kept, to: Sequence[str], stage: Path) -> StoredFile:
    plain, part = stage / "stored", directory / POOL / "stored.part"
    part.parent.mkdir(mode=0o700, exist_ok=True)
    part.unlink(missing_ok=True)
    with store.open(kept.name) as reader, plain.open("wb") as writer:
        shutil.copyfileobj(reader, writer, MEGABYTE)
    stored = put(plain, part, to) + (SUFFIX if to else "")
    target = pool_file(directory, stored)
    target.parent.mkdir(mode=0o700, exist_ok=True)
    part.replace(target)
    return StoredFile(kept.size, kept.at.isoformat(), digest_of(plain), stored)


def take_files(
    directory: Path, files: Mapping[str, StoredFile], into: Path, keys: Sequence[Identity]
) -> None:
    """Write the files of a backup into the folder ``into``, as they were (BackupDamaged)."""
    for name, file in files.items():
        target = into / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        take(pool_file(directory, file.stored), target, keys)
        if digest_of(target) != file.sha256:
            raise BackupDamaged(f"备份中的文件 {name} 与备份时不同。")


def has_files() -> bool:
    """Tell whether this home has stored files; a server of files may have kept its own."""
    return isinstance(store, LocalStore) and any(
        any(store.below(folder.prefix)) for folder in KEPT_FOLDERS
    )


def give_files(folder: Path, names: Collection[str]) -> None:
    """Store the files that were written into ``folder``, but those that are there still."""
    for name in names:
        if not store.exists(name):
            with (folder / name).open("rb") as file:
                store.save(name, File(file))


def forget_files(directory: Path, named: Collection[str]) -> int:
    """Delete the files that no backup names; return how many."""
    gone = [path for path in (directory / POOL).glob("*/*") if path.name not in named]
    gone += (directory / POOL).glob("*.part")
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
