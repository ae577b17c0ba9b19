"""What a backup says of itself: `manifest.json`, written last.

    DIR/20261128-020000-full/manifest.json
                             backup_manifest      of pg_basebackup; in clear, an incremental backup needs it
                             base.tar.gz[.age]    pg_wal.tar.gz[.age]
    DIR/files/ab/abcd…[.age]                      stored files of all backups, by SHA-256 of what lies there

A folder under its name is whole: it is made under another and renamed. The manifest tells nothing of
persons: counts, digests, names of files that are random.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.utils import timezone

from expertpool.backups.enums import BackupKind
from expertpool.backups.exceptions import BackupDamaged, BackupRefused
from expertpool.backups.queries import BACKUP, MANIFEST, backups_in
from expertpool.backups.services.sealing import digest_of

FORMAT = 1
NAME = MANIFEST
POOL = "files"


@dataclass(frozen=True)
class Part:
    """A file of the backup's own."""

    size: int
    sha256: str


@dataclass(frozen=True)
class StoredFile:
    """A stored file of the product: as it is, and by which name it lies among `POOL`."""

    size: int
    at: str  # when it was written
    sha256: str
    stored: str


@dataclass(frozen=True)
class Manifest:
    name: str
    kind: str
    parent: str  # what an incremental one builds on
    started_at: str
    finished_at: str
    version: str  # of the product
    postgres: int
    recipients: list[str]
    migrations: list[str]
    keys: dict[str, list[str]]  # check values, by which a key is known and that tell nothing of it
    # Before and after the copy: what is restored lies between.
    rows: dict[str, tuple[int, int]]
    heads: list[tuple[int, str]]
    parts: dict[str, Part]
    files: dict[str, StoredFile]

    @property
    def at(self) -> datetime:
        """What was written until then is in it."""
        return datetime.fromisoformat(self.started_at)

    @property
    def size(self) -> int:
        """Bytes of the backup itself; stored files are shared by all."""
        return sum(part.size for part in self.parts.values())


def write_manifest(folder: Path, manifest: Manifest) -> None:
    content = {"format": FORMAT, **asdict(manifest)}
    text = json.dumps(content | {"digest": _digest(content)}, ensure_ascii=False, indent=1)
    (folder / NAME).write_text(text + "\n")


def read_manifest(folder: Path) -> Manifest:
    """Return what the backup in ``folder`` says. BackupDamaged, BackupRefused for a later format."""
    try:
        text = (folder / NAME).read_bytes()
    except OSError as error:
        raise BackupDamaged(f"备份 {folder.name} 的清单读不出来（{error}）。") from None
    return parsed(text, folder.name)


def parsed(text: bytes, name: str) -> Manifest:
    """Return what ``text``, the manifest of the backup ``name``, says; as `read_manifest`."""
    try:
        content = json.loads(text)
        digest = content.pop("digest")
        newer = content.pop("format") > FORMAT
        if newer:
            message = (
                f"备份 {name} 由更新的版本制作（{content.get('version')}），请先安装那个版本。"
            )
            raise BackupRefused(message)
        if digest != _digest({"format": FORMAT, **content}):
            raise BackupDamaged(f"备份 {name} 的清单被改动过或已损坏。")
        return _manifest(content)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupDamaged(f"备份 {name} 的清单读不出来（{error}）。") from None


def _manifest(content: dict[str, Any]) -> Manifest:
    content["rows"] = {table: (low, high) for table, (low, high) in content["rows"].items()}
    content["heads"] = [(number, link) for number, link in content["heads"]]
    content["parts"] = {name: Part(**part) for name, part in content["parts"].items()}
    content["files"] = {path: StoredFile(**file) for path, file in content["files"].items()}
    return Manifest(**content)


def _digest(content: dict[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


# --- All of a directory ------------------------------------------------------------------------


def chosen_backup(directory: Path, to: datetime | None = None) -> tuple[Path, Manifest]:
    """Return where backups lie, and the newest of them, or that of the minute ``to``; ``directory`` may
    be a backup itself. BackupRefused for a time between backups: nothing has been kept of it."""
    if BACKUP.fullmatch(directory.name) and directory.is_dir():
        return directory.parent, read_manifest(directory)
    names = list(backups_in(directory))
    if not names:
        message = f"{directory} 里没有完整的备份（中途断掉的不算）。"
        raise BackupRefused(message)
    if to is None:
        return directory, read_manifest(names[-1])
    manifests = [read_manifest(path) for path in names]
    fitting = [one for one in manifests if _minute(one.at) == _minute(to)]
    if not fitting:
        raise BackupRefused(_nearest(manifests, to))
    return directory, fitting[-1]


def _minute(moment: datetime) -> datetime:
    return timezone.localtime(moment).replace(second=0, microsecond=0)


def _nearest(manifests: list[Manifest], to: datetime) -> str:
    """Say to which moments next to ``to`` a restore is possible."""
    said = [
        f"{side}最近的是 {_minute(one.at):%Y-%m-%d %H:%M}（--to {_minute(one.at):%Y-%m-%dT%H:%M}）"
        for side, one in (
            ("之前", next((one for one in reversed(manifests) if one.at <= to), None)),
            ("之后", next((one for one in manifests if one.at > to), None)),
        )
        if one is not None
    ]
    return (
        f"没有 {_minute(to):%Y-%m-%d %H:%M} 的备份。只能恢复到做备份的时刻，两份备份之间的没有保存："
        f"{'；'.join(said)}。"
    )


def chain_of(directory: Path, manifest: Manifest) -> list[Manifest]:
    """Return the backups that ``manifest`` builds on, the full one first, and itself."""
    chain = [manifest]
    while chain[0].kind == BackupKind.INCREMENTAL:
        folder = directory / chain[0].parent
        if not folder.is_dir():
            message = f"增量备份 {chain[0].name} 依靠的 {chain[0].parent} 不在 {directory} 里。"
            raise BackupDamaged(message)
        chain.insert(0, read_manifest(folder))
    return chain


def pool_file(directory: Path, stored: str) -> Path:
    return directory / POOL / stored[:2] / stored


def check_parts(directory: Path, manifest: Manifest) -> None:
    """Compare the parts of ``manifest`` and of what it builds on with what lies there (BackupDamaged)."""
    for backup in chain_of(directory, manifest):
        for name, part in backup.parts.items():
            path = directory / backup.name / name
            if not path.is_file() or digest_of(path) != part.sha256:
                raise BackupDamaged(f"备份 {backup.name} 的 {name} 缺失，或内容与备份时不同。")


def check_digests(directory: Path, manifest: Manifest) -> None:
    """Compare all that ``manifest`` names with what lies there (BackupDamaged)."""
    check_parts(directory, manifest)
    for path_, file in manifest.files.items():
        path = pool_file(directory, file.stored)
        if not path.is_file() or digest_of(path) != path.stem:
            raise BackupDamaged(f"备份中的文件 {path_} 缺失，或内容与备份时不同。")
