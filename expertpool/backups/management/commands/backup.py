"""Backs everything up: `expertpool backup [目录|s3://…] [--incremental] [--recipient age1…]`, `--check`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from expertpool.backups.exceptions import BackupRefused
from expertpool.backups.services import elsewhere
from expertpool.backups.services.elsewhere import at_hand, written_first
from expertpool.backups.services.making import Wish, make_backup, unsealed
from expertpool.backups.services.restoring import Source
from expertpool.backups.services.server import server
from expertpool.backups.services.trying import try_backup
from expertpool.core.disks import refused_as
from expertpool.core.sizes import MEGABYTE


class Command(BaseCommand):
    help = "备份数据库和附件，系统照常运行；密钥不在备份里（docs/operations/backup.md）。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "directory",
            nargs="?",
            default=str(settings.BACKUP_DIR),
            metavar="目录",
            help="默认 BACKUP_DIR；或 s3://…（BACKUP_S3）：先写在 BACKUP_DIR，再复制过去",
        )
        parser.add_argument(
            "--incremental", action="store_true", help="只备份上一份以来改变的（依靠上一份）"
        )
        parser.add_argument(
            "--recipient",
            action="append",
            default=[],
            metavar="age1…",
            help="用这个 age 公钥加密，可以多次给出；默认 BACKUP_RECIPIENTS",
        )
        parser.add_argument(
            "--check", action="store_true", help="不备份，而是把最近一份恢复到临时位置核对"
        )
        parser.add_argument("--identity", type=Path, metavar="私钥文件", help="试恢复加密的备份用")

    def handle(self, *args: Any, directory: str, **options: Any) -> None:
        try:
            with refused_as(BackupRefused):
                if options["check"]:
                    with at_hand(directory, None, "check.fetched") as place:
                        self._check(Source(place, identity=options["identity"]))
                else:
                    self._make(written_first(directory), options)
        except BackupRefused as error:
            self.stderr.write(f"没有完成：{error}")
            sys.exit(1)

    def _make(self, directory: Path, options: dict[str, Any]) -> None:
        recipients = tuple(options["recipient"]) or tuple(settings.BACKUP_RECIPIENTS)
        wish = Wish(directory, options["incremental"], recipients)
        row = make_backup(wish, actor=None, clock=timezone.now)
        seconds = (row.finished_at - row.started_at).total_seconds() if row.finished_at else 0
        self.stdout.write(
            f"备份完成并已核对：{directory / row.name}\n"
            f"{row.get_kind_display()}，{(row.size or 0) / MEGABYTE:.1f} MB，{seconds:.0f} 秒"
        )
        if settings.BACKUP_S3 and directory == settings.BACKUP_DIR:
            sent = elsewhere.send(directory)
            self.stdout.write(f"已复制到 {settings.BACKUP_S3}（{sent} 个文件）。")
        self.stdout.write(unsealed(recipients) or "已加密：恢复需要对应的私钥文件。")
        keys = server().home / "keys"
        where = keys if keys.is_dir() else ".env 或环境变量"
        self.stdout.write(f"密钥不在备份里，没有它就读不出加密的内容：{where}，请另行保管。")

    def _check(self, source: Source) -> None:
        if not try_backup(source, now=timezone.now(), tell=self.stdout.write):
            self.stderr.write("这份备份不能用：见上面的说明，请马上重新备份并查明原因。")
            sys.exit(1)
        self.stdout.write("试恢复成功，临时文件已删除。")
