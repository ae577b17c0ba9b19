"""The folder of one installation: keys, files, the embedded database."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from expertpool.core.disks import mend_of
from expertpool.core.lockfiles import open_lock

ANOTHER = "用 EXPERTPOOL_HOME 换一个目录"


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
        raise ImproperlyConfigured(f"不能写 {place}：{mend_of(error, ANOTHER)}") from error


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
