"""The second place of backups, an S3 server (BACKUP_S3): a copy of the directory, by the same names.

What lies there was encrypted here. A backup is whole there, too, once its manifest is: it is sent last, and
deleted first.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages

from expertpool.backups.exceptions import BackupRefused
from expertpool.backups.queries import backups_in
from expertpool.backups.services import journal
from expertpool.backups.services import manifest as manifests
from expertpool.backups.services.making import STATE
from expertpool.backups.services.manifest import POOL, Manifest
from expertpool.backups.services.server import server
from expertpool.core.sizes import MEGABYTE
from expertpool.core.storing import StoreDown
from expertpool.core.storing.base import FileStore

DOWN = "存放备份的 S3 服务器没有答复，或不收（BACKUP_S3 及其账号密码）。"


def send(directory: Path, new: Sequence[Path] | None = None) -> int:
    """Copy there what ``directory`` has and it has not, or of that ``new`` alone; return how many files.
    BackupRefused."""
    with _answering() as (store, prefix):
        there = {} if new else {kept.name: kept.size for kept in store.below(prefix)}
        sent = 0
        for path in new or _whole(directory):
            name = prefix + path.relative_to(directory).as_posix()
            if there.get(name) != path.stat().st_size:
                _send(store, name, path)
                sent += 1
        return sent


def _send(store: FileStore, name: str, path: Path) -> None:
    """Store it and read it back: nobody reads there before the day on which it is all there is."""
    grows = path.name == journal.FILES
    if grows:
        store.delete(name)
    with BytesIO(path.read_bytes()) if grows else path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
        file.seek(0)
        store.save(name, File(file))
    with store.open(name) as kept:
        if hashlib.file_digest(kept, "sha256").digest() == digest:
            return
    store.delete(name)
    raise BackupRefused(
        f"S3 服务器保存的 {name} 与送去的不同，已删除，下次备份时再送：请查看那台服务器。"
    )


def forget(names: Sequence[str]) -> None:
    """Delete the backups and pieces of the journal ``names`` there, which are not kept any more, then the stored files
    that none of those left names. Nothing else: a directory that was lost here is no reason to lose it there."""
    if not names:
        return
    with _answering() as (store, prefix):
        for name in names:
            files = [kept.name for kept in store.below(f"{prefix}{name}")]
            for file in sorted(files, key=lambda file: not file.endswith(f"/{manifests.NAME}")):
                store.delete(file)
        left = _manifests(store, prefix)
        named = {file.stored for one in left for file in one.files.values()}
        named |= {file.stored for file in journal.noted_files(settings.BACKUP_DIR).values()}
        for kept in list(store.below(f"{prefix}{POOL}/")):
            if kept.name.rpartition("/")[2] not in named:
                store.delete(kept.name)


@contextmanager
def fetched(address: str, to: datetime | None, work: Path) -> Iterator[Path]:
    """Bring the backup of the minute ``to``, or the newest, with all that it builds on into the folder ``work``
    for the time of the block. BackupRefused."""
    _refuse_other(address)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700, parents=True)
    try:
        with _answering() as (store, prefix):
            _fetch(store, prefix, to, work)
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def at_hand(place: str, to: datetime | None, folder: str) -> AbstractContextManager[Path]:
    """Return the directory that somebody has named, for the time of a block; what is elsewhere is brought into
    ``folder`` of the home. BackupRefused."""
    if not _is_address(place):
        return nullcontext(Path(place).resolve())
    target = server()
    target.make_home()
    return fetched(place, to, target.home / folder)


def written_first(place: str) -> Path:
    """Return the directory in which a backup is made that somebody wants at ``place``: to the second place it is copied
    from there, like every other (BackupRefused)."""
    if not _is_address(place):
        return Path(place).resolve()
    _refuse_other(place)
    return Path(settings.BACKUP_DIR)


def _is_address(place: str) -> bool:
    return place.startswith("s3:") or "://" in place


def _refuse_other(address: str) -> None:
    if not settings.BACKUP_S3 or address.rstrip("/") != settings.BACKUP_S3.rstrip("/"):
        message = (
            f"{address} 不是 .env 里的 BACKUP_S3（{settings.BACKUP_S3 or '没有设置'}）：请先在 .env 里写好它和"
            " BACKUP_S3_ENDPOINT、账号密码、BACKUP_RECIPIENTS。"
        )
        raise BackupRefused(message)


def _fetch(store: FileStore, prefix: str, to: datetime | None, work: Path) -> None:
    for one in store.below(prefix):
        path = work / one.name.removeprefix(prefix)
        if path.name in (manifests.NAME, STATE) or path.parent.name == journal.FOLDER:
            _take(store, one.name, path)
    _, chosen, replay = journal.chosen(work, to)
    names = [f"{one.name}/{part}" for one in manifests.chain_of(work, chosen) for part in one.parts]
    names += [
        manifests.pool_file(work, file.stored).relative_to(work).as_posix()
        for file in (chosen.files | (journal.noted_files(work) if replay else {})).values()
    ]
    for name in dict.fromkeys(names):
        _take(store, prefix + name, work / name)


def _take(store: FileStore, name: str, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with store.open(name) as reader, target.open("wb") as writer:
            shutil.copyfileobj(reader, writer, MEGABYTE)
    except FileNotFoundError:
        raise BackupRefused(f"{settings.BACKUP_S3} 里没有 {name}：那一份备份不完整。") from None


def _manifests(store: FileStore, prefix: str) -> list[Manifest]:
    found = []
    for one in list(store.below(prefix)):
        if one.name.endswith(f"/{manifests.NAME}"):
            with store.open(one.name) as reader:
                found.append(manifests.parsed(reader.read(), one.name))
    return found


def _whole(directory: Path) -> Iterator[Path]:
    """Yield the files of whole backups, manifests last."""
    folders = list(backups_in(directory))
    yield from (path for path in (directory / POOL).glob("*/*") if path.is_file())
    yield from sorted(path for path in (directory / journal.FOLDER).glob("[!.]*"))
    for folder in folders:
        files = sorted(folder.iterdir(), key=lambda path: path.name == manifests.NAME)
        yield from files


@contextmanager
def _answering() -> Iterator[tuple[FileStore, str]]:
    folder = urlsplit(settings.BACKUP_S3).path.strip("/")
    try:
        yield cast("FileStore", storages["backups"]), f"{folder}/" if folder else ""
    except StoreDown as error:
        raise BackupRefused(DOWN) from error
