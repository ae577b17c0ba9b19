"""Encrypts the attachments that lie in clear since before an upgrade: `expertpool seal-files`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from expertpool.core.storing import StoreDown
from expertpool.files.queries import clear_files
from expertpool.files.services import seal_clear

TOLD = 100  # files from one word to the next


class Command(BaseCommand):
    help = "加密升级以前存下的附件；系统可以照常运行，可以随时停止，再次运行即接着做。"

    def handle(self, *args: Any, **options: Any) -> None:
        total, faults = clear_files().count(), 0
        try:
            for number, tried in enumerate(seal_clear(now=timezone.now()), 1):
                if tried.fault:
                    faults += 1
                    self.stderr.write(f"附件 {tried.pk}：{tried.fault}")
                if number % TOLD == 0:
                    self.stdout.write(f"{number} / {total}")
        except StoreDown as down:
            raise CommandError(f"{down}已经加密的有效，请再次运行。") from down
        left = clear_files().count()
        if faults:
            message = (
                f"{faults} 个附件需要核对；没有加密的还有 {left} 个。缺失的请从备份中恢复文件。"
            )
            raise CommandError(message)
        self.stdout.write("附件都已加密。" if not left else f"还有 {left} 个正由别的进程加密。")
