"""What the machine has for the product."""

from __future__ import annotations

import ctypes
import errno
import os
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pylopdf_fonts_zh_cn
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config.commands import host
from config.environment import HOME, port
from config.server import bound
from expertpool.core.documents.fonts import files
from expertpool.core.health import Check, CheckGroup, Finding, Health
from expertpool.core.health.program import find_disk
from expertpool.core.health.words import size_text
from expertpool.core.sizes import MEGABYTE

MACHINE = CheckGroup("machine", "机器", 10)
# Machines sold as 2 and 4 GB have less.
LITTLE_MEMORY, ENOUGH_MEMORY = 1_500 * MEGABYTE, 3_500 * MEGABYTE
WRITTEN = datetime(
    2026, 11, 1, tzinfo=UTC
)  # no right clock shows a time before this program was written
UNSYNCHRONISED = 5  # TIME_ERROR of adjtimex(2)


def find_memory(_now: datetime) -> Finding:
    total = psutil.virtual_memory().total
    figure, mend = size_text(total), "请把内存加到 4 GB 以上；专家一百万人时，请用 8 GB。"
    if total < LITTLE_MEMORY:
        return Finding(Health.FAILED, "内存不够。", figure, mend)
    if total < ENOUGH_MEMORY:
        return Finding(Health.WARNING, "内存偏少：大的导入和文档会很慢。", figure, mend)
    return Finding(Health.OK, "内存够用。", figure)


def find_home(_now: datetime) -> Finding:
    """Whether we may write where everything is kept, and nobody else may read there."""
    folder = next(path for path in (HOME, *HOME.parents) if path.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        mend = "请用创建它的那个系统用户运行、更改其所有者，或用 EXPERTPOOL_HOME 换一个目录。"
        return Finding(Health.FAILED, f"不能写 {folder}。", mend=mend)
    return Finding(Health.OK, f"可以写 {HOME}。")


def find_backup_disk(_now: datetime) -> Finding:
    """One disk that fails takes a backup with it that lies beside its original."""
    if settings.DATABASE_SERVER is None:
        return Finding(Health.OFF, "数据库不是内置的，由管理它的人备份，附件另行复制。")
    ours, backups = (_device(Path(folder)) for folder in (HOME, settings.BACKUP_DIR))
    if ours == backups:
        mend = "请用 BACKUP_DIR 指定另一块磁盘或另一台机器的共享目录。"
        return Finding(Health.WARNING, "备份和数据在同一块磁盘上，磁盘坏了会一起丢失。", mend=mend)
    return Finding(Health.OK, f"备份在另一块磁盘上：{settings.BACKUP_DIR}。")


def _device(folder: Path) -> int:
    return next(path for path in (folder, *folder.parents) if path.exists()).stat().st_dev


def find_clock(now: datetime) -> Finding:
    """Reply deadlines, times of release and the log live by it."""
    figure = f"{now.astimezone():%Y-%m-%d %H:%M:%S}"
    if now < WRITTEN:
        return Finding(Health.FAILED, "系统时间不对。", figure, "请先校准系统时间。")
    if _kernel_clock() == UNSYNCHRONISED:
        mend = "请启用 chrony 或 systemd-timesyncd，与本单位的时间服务器同步。"
        return Finding(Health.WARNING, "系统时间没有与时间服务器同步。", figure, mend)
    return Finding(Health.OK, "系统时间正常。", figure)


def _kernel_clock() -> int:
    """Return what adjtimex(2) says of the clock; 0 where the kernel cannot be asked."""
    try:
        # The structure has 208 bytes; all zero it changes nothing.
        return int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(256)))
    except (OSError, AttributeError):
        return 0


def find_fonts(_now: datetime) -> Finding:
    """Chinese text on sheets and certificates."""
    brought = Path(pylopdf_fonts_zh_cn.__file__).parent
    if not any(brought.rglob("*.[ot]t[fc]")):
        mend = "程序目录不完整：请重新运行 make setup。"
        return Finding(Health.FAILED, "没有中文字体，打印的文档会没有文字。", mend=mend)
    own = {path for path, _ in files() if path.is_relative_to(settings.FONT_DIR)}
    further = f"另有 {len(own)} 个放在 {settings.FONT_DIR}" if own else ""
    return Finding(Health.OK, "自带中文字体。", further)


def find_port(_now: datetime) -> Finding:
    """In the words with which a start would be refused."""
    try:
        bound(host(), port()).close()
    except ImproperlyConfigured as refused:
        said, _, mend = str(refused).partition("：")
        if isinstance(refused.__cause__, OSError) and refused.__cause__.errno == errno.EADDRINUSE:
            mend = f"本系统正在运行的，可以不理会；否则{mend}"
            return Finding(Health.WARNING, f"{said}。", mend=mend)
        return Finding(Health.FAILED, f"{said}。", mend=mend)
    return Finding(Health.OK, f"{host()}:{port()} 可以使用。")


CHECKS = (
    Check("memory", "内存", MACHINE, find_memory),
    Check("home", "数据目录", MACHINE, find_home),
    Check("disk", "磁盘", MACHINE, find_disk),
    Check("backup_disk", "备份的磁盘", MACHINE, find_backup_disk),
    Check("clock", "时钟", MACHINE, find_clock),
    Check("fonts", "字体", MACHINE, find_fonts),
    Check("port", "端口", MACHINE, find_port),
)
