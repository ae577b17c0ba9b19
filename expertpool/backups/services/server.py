"""The server that is backed up: the embedded one, which the composition root knows."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, cast

from django.conf import settings

from expertpool.backups.exceptions import BackupRefused

FIRST_WITH_INCREMENTS = 17
FIRST_THAT_VERIFIES_TAR = 18


class Server(Protocol):
    """What backups need of `config.postgres.EmbeddedServer`."""

    home: Path
    folder: Path

    @property
    def handed_out(self) -> Path: ...

    def running(self) -> AbstractContextManager[None]: ...

    def make_home(self) -> None: ...

    def copy_to(self, folder: Path, *options: str) -> None: ...

    def take_over(self, data: Path) -> None: ...

    def remove(self) -> None: ...

    def run_tool(self, program: str, *arguments: str) -> str: ...

    def version(self) -> int: ...


def server() -> Server:
    """Return the embedded server. BackupRefused where there is none."""
    if settings.DATABASE_SERVER is None:
        message = (
            "数据库由 DATABASE_URL 指定，不是内置的：请由数据库管理员用 barman 等工具备份，"
            "附件另行复制（docs/operations/backup-server.md）。"
        )
        raise BackupRefused(message)
    return cast("Server", settings.DATABASE_SERVER)
