"""Whether there is a backup that is young enough."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from expertpool.backups.occasions import READERS
from expertpool.backups.queries import (
    is_meant_elsewhere,
    last_done,
    last_failed,
    last_tried,
    lies_beside_the_data,
    unprotected_since,
)
from expertpool.backups.services.journal import waiting_since
from expertpool.backups.settings import LATE_AFTER
from expertpool.core.configuration import value_of
from expertpool.core.health import Check, Finding, Health
from expertpool.core.health.program import SERVER
from expertpool.core.text import moment_text

JOURNAL_LATE = timedelta(hours=1)
MEND_JOURNAL = (
    "请查看备份目录能否写入、是否已满，后台任务是否在运行；保存之前，只能恢复到最近一次备份。"
)
MEND_PLACE = "BACKUP_DIR 设为 {}：请核对那块磁盘或共享目录是否已挂载，没有挂载的，备份写在数据的磁盘上，坏了一起丢失。"
BAD = "最近一次试恢复不一致（{} 的备份），它和依靠它的都不算数。"
MEND = "请打开「备份」查看原因并立即备份：在这之前，服务器一旦损坏，最近的内容就无法恢复。"


def find_backup(now: datetime) -> Finding:
    """By what lies on the disk, whether or not the office wants one each day."""
    if settings.DATABASE_SERVER is None:
        return Finding(Health.OFF, "数据库不是内置的，由管理它的人备份。")
    last, failed = last_done(now=now), last_failed(now=now)
    figure = f"最近一次成功 {moment_text(last.started_at)}" if last else "还没有成功过"
    since, longest = unprotected_since(last, now=now), value_of(LATE_AFTER)
    tried = last_tried(now=now)
    bad = BAD.format(moment_text(tried.started_at)) if tried and tried.check_fault else ""
    if since is None or now - since < longest:
        if bad:
            return Finding(Health.FAILED, bad, figure, MEND)
        waiting = waiting_since()
        if last and waiting and now - waiting > JOURNAL_LATE:
            sentence = "两份备份之间的数据库日志一小时以上没有保存。"
            return Finding(Health.WARNING, sentence, figure, MEND_JOURNAL)
        if is_meant_elsewhere() and lies_beside_the_data():
            mend = MEND_PLACE.format(settings.BACKUP_DIR)
            return Finding(Health.WARNING, "备份与数据在同一块磁盘。", figure, mend)
        return Finding(Health.OK, "按时备份。" if last else "还没有到备份的时间。", figure)
    sentence = f"{longest // timedelta(hours=1)} 小时没有成功的备份。{bad}"
    if failed and (last is None or failed.started_at > last.started_at):
        sentence += f"最近一次失败（{moment_text(failed.started_at)}）：{failed.fault}"
        sentence = sentence.removesuffix("。") + "。"
    return Finding(Health.FAILED, sentence, figure, MEND)


BACKUP = Check(
    "backup", "备份", SERVER, find_backup, order=15, url_name="backups:list", readers=READERS
)
