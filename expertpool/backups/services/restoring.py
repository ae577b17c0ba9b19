"""Restoring a backup into a home that has nothing yet."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils import timezone
from pyrage.x25519 import Identity

from expertpool.audit.services import forget_head
from expertpool.backups.exceptions import BackupDamaged, BackupRefused
from expertpool.backups.services import journal
from expertpool.backups.services import manifest as manifests
from expertpool.backups.services.counting import known_migrations
from expertpool.backups.services.journal import Replay
from expertpool.backups.services.making import STATE
from expertpool.backups.services.manifest import Manifest
from expertpool.backups.services.sealing import SUFFIX, read_identities, take
from expertpool.backups.services.server import Server, server
from expertpool.backups.services.stored_files import give_files, has_files, take_files
from expertpool.core.crypto import key_checks

WORK = "restore.part"
# With it the server begins a new line of history: what is written from here on is never taken for
# what the lost system wrote after its backup, least of all by an incremental backup.
SIGNAL, AGAIN = "recovery.signal", "restore_command = 'false'\n"

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Source:
    """Which backup, and by whose keys it opens."""

    directory: Path
    to: datetime | None = None
    identity: Path | None = None


@dataclass(frozen=True)
class Restored:
    """What lies there now: a backup, and what of the journal is written over it at the first start."""

    backup: Manifest
    replay: Replay | None

    @property
    def until(self) -> datetime:
        return self.replay.until if self.replay else self.backup.at


def restore(source: Source, *, tell: Tell) -> Restored:
    """Put database and stored files of a backup into the empty home, with what the journal has besides.

    BackupRefused, with nothing put there: the home is not empty, the keys are not those of the data,
    the backup is of a later version, encrypted for somebody else, or damaged (BackupDamaged).
    """
    target = server()
    _refuse_used(target)
    directory, chosen, replay = journal.chosen(source.directory, source.to)
    chain = manifests.chain_of(directory, chosen)
    identities = read_identities(source.identity)
    tell(f"备份 {chosen.name}，{'依次用到 ' if len(chain) > 1 else ''}{len(chain)} 份备份文件。")
    files = chosen.files | (journal.noted_files(directory) if replay else {})
    if replay:
        until = timezone.localtime(replay.until)
        tell(f"数据库日志 {len(replay.pieces)} 段，恢复到 {until:%Y-%m-%d %H:%M:%S}。")
    _refuse_later(chosen, target)
    _refuse_other_keys(chosen)
    manifests.check_digests(directory, chosen)
    tell("摘要一致：备份文件与备份时相同。")
    target.make_home()
    work = target.home / WORK
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
    try:
        data = _data(target, directory, chain, work, identities)
        take_files(directory, files, work / "files", identities)
        told = journal.lay(replay, directory, data, work, identities)
        (data / SIGNAL).touch()
        with (data / "postgresql.auto.conf").open("a") as file:
            file.write(AGAIN + told)
        give_files(work / "files", files)
        # Last: where it lies, a home is not empty.
        target.take_over(data)
        forget_head()
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Restored(chosen, replay)


def _refuse_used(target: Server) -> None:
    used = ["postgres"] if _holds(target.folder) else []
    used += ["files"] if has_files() else []
    if used:
        message = (
            f"{target.home} 不是空的：已有 {'、'.join(used)}。恢复只写入空的数据目录，"
            "不覆盖任何东西：请换一个 EXPERTPOOL_HOME，或先停止系统，把它们移到别处。"
        )
        raise BackupRefused(message)


def _holds(path: Path) -> bool:
    return any(path.iterdir()) if path.is_dir() else path.exists()


def _refuse_later(chosen: Manifest, target: Server) -> None:
    if set(chosen.migrations) - known_migrations():
        message = f"备份由更新的版本制作（{chosen.version}）：请先安装那个版本，再恢复。"
        raise BackupRefused(message)
    if chosen.postgres != target.version():
        message = (
            f"备份是 PostgreSQL {chosen.postgres} 的，本机的是 {target.version()}：请装上原来的。"
        )
        raise BackupRefused(message)


def _refuse_other_keys(chosen: Manifest) -> None:
    """Before anything is written: with other keys nothing of it could be read."""
    wrong = [
        setting
        for setting, digests in chosen.keys.items()
        if not set(digests) <= {digest.hex() for digest in key_checks(setting)}
    ]
    if wrong:
        message = (
            f"{'、'.join(wrong)} 不是备份时的密钥，恢复后读不出加密的内容。备份里没有密钥：请把备份时的密钥"
            f"放到 {server().home / 'keys'} 或 .env（含 …_OLD、CRYPTO_SUITE），再恢复。"
        )
        raise BackupRefused(message)


def _data(
    target: Server, directory: Path, chain: Sequence[Manifest], work: Path, keys: list[Identity]
) -> Path:
    """Unpack all of ``chain``, verify each, and make one folder of data of them."""
    folders = [_unpack(directory, one, work, keys) for one in chain]
    for folder in folders:
        target.run_tool("pg_verifybackup", "--quiet", str(folder))
    if len(folders) == 1:
        return folders[0]
    data = work / "data"
    target.run_tool("pg_combinebackup", "-o", str(data), *map(str, folders))
    for folder in folders:
        shutil.rmtree(folder)
    return data


def _unpack(directory: Path, one: Manifest, work: Path, keys: list[Identity]) -> Path:
    folder = work / one.name
    folder.mkdir(mode=0o700)
    for name in one.parts:
        plain = work / name.removesuffix(SUFFIX)
        take(directory / one.name / name, plain, keys)
        if plain.name == STATE:
            plain.rename(folder / STATE)
            continue
        # The write-ahead log has a file of its own.
        into = folder / "pg_wal" if plain.name.startswith("pg_wal.") else folder
        try:
            with tarfile.open(plain) as packed:
                packed.extractall(into, filter="data")
        except (tarfile.TarError, EOFError) as error:
            raise BackupDamaged(f"备份 {one.name} 的 {name} 无法解开（{error}）。") from None
        plain.unlink()
    return folder
