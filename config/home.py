"""The folder of one installation: keys, files, the embedded database."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from expertpool.core.lockfiles import open_lock

_MENDS = {
    errno.EROFS: "它所在的磁盘是只读的，请改为可写，或用 EXPERTPOOL_HOME 换一个目录。",
    errno.ENOSPC: "磁盘已满，请先清理。",
    errno.EDQUOT: "磁盘配额已满，请先清理。",
    errno.EEXIST: "它是一个文件，不是目录，请用 EXPERTPOOL_HOME 换一个目录。",
    errno.ENOTDIR: "它的上级是一个文件，不是目录，请用 EXPERTPOOL_HOME 换一个目录。",
}
_OTHERWISE = "请用创建它的那个系统用户运行，或更改其所有者。"


@contextmanager
def writable(home: Path) -> Iterator[None]:
    """Make ``home`` if it is missing; whatever cannot be written there inside the block is refused in words
    (ImproperlyConfigured)."""
    try:
        # The account of the embedded database has to come through where we are root.
        home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        yield
    except OSError as error:
        place = error.filename or home
        mend = _MENDS.get(error.errno or 0, _OTHERWISE)
        raise ImproperlyConfigured(f"不能写 {place}：{mend}") from error


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Be the only `expertpool run` of ``home`` inside the block; the kernel forgets a killed one."""
    with writable(home):
        lock = open_lock(home / "run.lock")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = (
                f"数据目录 {home} 已有一个 expertpool run 在运行：请用那一个，或先停止它；"
                "要另开一套，请用 EXPERTPOOL_HOME 换一个目录。"
            )
            raise ImproperlyConfigured(message) from error
        yield
