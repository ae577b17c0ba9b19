"""Files on the disk of this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from expertpool.core.storing.base import FileStore, Kept, StoreDown

FULL = "存放文件的磁盘写不进去（可能已满），文件没有保存。请联系系统管理员。"


class LocalStore(FileSystemStorage, FileStore):
    def replace(self, name: str, content: bytes) -> None:
        path = Path(self.path(name))
        # Its own for each writer: two that write at once do not mix.
        part = path.with_name(f"{path.name}.{uuid4().hex}.part")
        with _writing():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                part.write_bytes(content)
                part.chmod(0o600)
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)

    def settle(self, name: str) -> None:
        path = Path(self.path(name))
        with _writing():
            for one in (path, path.parent):
                number = os.open(one, os.O_RDONLY)
                try:
                    os.fsync(number)
                finally:
                    os.close(number)

    def below(self, prefix: str) -> Iterator[Kept]:
        root = Path(self.location)
        folder = root / prefix.rpartition("/")[0]
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(root).as_posix()
            if not name.startswith(prefix):
                continue
            try:
                found = path.stat()
            except FileNotFoundError:
                continue
            if path.is_file():
                yield Kept(name, found.st_size, _moment(found))

    def _save(self, name: str, content: Any) -> str:
        with _writing():
            return str(super()._save(name, content))  # type: ignore[misc]


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreDown(FULL) from error


def _moment(found: os.stat_result) -> datetime:
    return datetime.fromtimestamp(found.st_mtime, tz=timezone.get_current_timezone())
