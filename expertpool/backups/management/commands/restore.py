"""Restores a backup: `expertpool restore 目录|s3://… [--to 时间] [--identity 私钥文件]`."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from expertpool.backups.exceptions import HINDERED, BackupDamaged, BackupRefused
from expertpool.backups.services import comparing
from expertpool.backups.services.elsewhere import at_hand
from expertpool.backups.services.restoring import Restored, Source, restore
from expertpool.backups.services.server import server
from expertpool.core.disks import refused_as


def _moment(text: str) -> datetime:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise argparse.ArgumentTypeError("时间写作 2026-12-01T08:30。")
    return timezone.make_aware(found) if timezone.is_naive(found) else found


class Command(BaseCommand):
    help = "把备份恢复到空的数据目录，并核对行数、操作日志和附件（docs/operations/restore.md）。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "directory", metavar="目录", help="备份目录，或其中一份备份；或 s3://…（BACKUP_S3）"
        )
        parser.add_argument(
            "--to", type=_moment, metavar="时间", help="恢复到这一时刻，默认能恢复的最近一刻"
        )
        parser.add_argument("--identity", type=Path, metavar="私钥文件", help="备份是加密的时需要")
        # For a try: compare, then remove all of it.
        parser.add_argument("--discard", action="store_true", help=argparse.SUPPRESS)

    def handle(self, *args: Any, directory: str, **options: Any) -> None:
        to = options["to"]
        try:
            with (
                refused_as(BackupRefused),
                at_hand(directory, to, "restore.fetched") as place,
            ):
                done = restore(Source(place, to, options["identity"]), tell=self.stdout.write)
            self._say_lost(done)
            try:
                holds = self._compare(done)
            finally:
                if options["discard"]:
                    server().remove()
        except BackupRefused as error:
            self.stderr.write(f"没有恢复：{error}")
            is_hindered = options["discard"] and not isinstance(error, BackupDamaged)
            sys.exit(HINDERED if is_hindered else 1)
        if not holds:
            self.stderr.write("恢复的内容与备份时不一致，请不要使用：换一份备份再恢复。")
            sys.exit(1)
        if not options["discard"]:
            self.stdout.write("恢复完成，用 expertpool run 启动。")

    def _say_lost(self, done: Restored) -> None:
        at = timezone.localtime(done.until)
        gap = timezone.now() - done.until
        hours, minutes = divmod(int(gap.total_seconds()) // 60, 60)
        self.stdout.write(
            f"恢复到 {at:%Y-%m-%d %H:%M:%S} 的状态（版本 {done.backup.version}）。"
            f"此后写入的都没有：到现在共 {hours} 小时 {minutes} 分钟。"
        )

    def _compare(self, done: Restored) -> bool:
        holds = True
        with server().running():
            try:
                comparing.wait_until_recovered()
                for finding in comparing.compare(done):
                    stream = self.stdout if finding.holds else self.stderr
                    stream.write(finding.sentence)
                    holds &= finding.holds
                comparing.note_restored(done, now=timezone.now())
            finally:
                connections.close_all()
        return holds
