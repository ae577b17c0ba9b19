"""A backup in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.template.defaultfilters import filesizeformat

from expertpool.backups.enums import BackupState
from expertpool.backups.models import Backup
from expertpool.core.text import minutes_text

TONES = {BackupState.RUNNING: "blue", BackupState.DONE: "green", BackupState.FAILED: "red"}


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    backup: Backup
    note: str
    fault: str
    tone: str
    size: str
    took: str
    tried: str
    tried_tone: str


def worded(backup: Backup) -> Row:
    took = (backup.finished_at - backup.started_at).total_seconds() if backup.finished_at else None
    tried, tone = _tried(backup)
    return Row(
        backup=backup,
        note="，".join(filter(None, _marks(backup))),
        fault=(backup.fault or backup.check_fault)[:200],
        tone=TONES[BackupState(backup.state)],
        size=filesizeformat(backup.size) if backup.size is not None else "",
        took=f"{took:.0f} 秒"
        if took is not None and took < 120
        else age_in_words(timedelta(seconds=took) if took is not None else None),
        tried=tried,
        tried_tone=tone,
    )


def _marks(backup: Backup) -> tuple[str, ...]:
    return (
        str(backup.get_kind_display()),
        "加密" if backup.is_encrypted else "",
        "已清理" if backup.removed_at else "",
    )


def _tried(backup: Backup) -> tuple[str, str]:
    if backup.check_fault:
        return "试恢复不一致", "red"
    if backup.checked_at:
        return "试恢复一致", "green"
    return ("写完已核对", "grey") if backup.state == BackupState.DONE else ("", "grey")


def age_in_words(span: timedelta | None) -> str:
    """Return 3 天 4 小时, or hours and minutes within two days."""
    if span is None:
        return ""
    minutes = int(span.total_seconds()) // 60
    if minutes >= 2 * 24 * 60:
        return f"{minutes // 1440} 天 {minutes % 1440 // 60} 小时"
    return minutes_text(minutes)
