"""Encrypts everything anew with the present keys: `expertpool rotate-keys`."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from expertpool.core.crypto import DecryptionError
from expertpool.core.rekeying import StillWaiting
from expertpool.portal.services.keys import rotate_keys, tokens_waiting


class Command(BaseCommand):
    help = "用现在的密钥重新加密全部信息；系统可以照常运行，可以随时停止，再次运行即接着做。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="只显示还有多少没有更换")
        parser.add_argument("--rows", type=int, help="每批几行")
        parser.add_argument("--pause", type=float, default=0.0, help="每批之后等几秒，减轻负担")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self._list()
            return
        column = ""
        try:
            for progress in rotate_keys(now=timezone.now(), rows=options["rows"]):
                if progress.column != column:
                    column = progress.column
                    self.stdout.write(f"{column} ……")
                time.sleep(options["pause"])
        except DecryptionError as error:
            raise CommandError(str(error)) from error
        except StillWaiting as error:
            message = (
                f"{error}可能还有进程在用旧密钥：请在新的环境中重启网页服务和后台任务，再运行一次。"
            )
            raise CommandError(message) from error
        self._list()

    def _list(self) -> None:
        counts = tokens_waiting()
        for name, number in counts.items():
            self.stdout.write(f"{name}：{number} 处未更换")
        if not counts:
            self.stdout.write(
                "全部信息都用现在的密钥加密；FIELD_KEY_OLD 和 SEAL_KEY_OLD 可以删除。"
            )
