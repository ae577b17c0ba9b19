"""Encrypts everything anew with the present keys: `expertpool rotate-keys`."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from expertpool.core.rekeying import StillWaiting, may_rekey
from expertpool.portal.services.keys import Shut, rotate_keys, tokens_shut, tokens_waiting

NAMED = 50  # of the values that cannot be opened


class Command(BaseCommand):
    help = "用现在的密钥重新加密全部信息；系统可以照常运行，可以随时停止，再次运行即接着做。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="只显示还有多少没有更换、哪些无法打开"
        )
        parser.add_argument("--rows", type=int, help="每批几行")
        parser.add_argument("--pause", type=float, default=0.0, help="每批之后等几秒，减轻负担")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self._list(whole=True)
            return
        if not may_rekey():
            raise CommandError(
                "更换密钥须用数据表所有者的账号：请在 .env 填有 DATABASE_OWNER_URL 的机器上运行。"
            )
        column = ""
        try:
            for progress in rotate_keys(clock=timezone.now, rows=options["rows"]):
                if progress.column != column:
                    column = progress.column
                    self.stdout.write(f"{column} ……")
                time.sleep(options["pause"])
        except StillWaiting as error:
            message = (
                f"{error}可能还有进程在用旧密钥：请在新的环境中重启网页服务和后台任务，再运行一次。"
            )
            raise CommandError(message) from error
        self._list()

    def _list(self, *, whole: bool = False) -> None:
        """Say what is left: what waits, and apart from it what cannot be opened, of the ``whole`` also where
        it is of the present key."""
        shut = tokens_shut(named=NAMED, whole=whole)
        counts = Counter(tokens_waiting()) - Counter(shut.counts)
        for name, number in counts.items():
            self.stdout.write(f"{name}：{number} 处未更换")
        if shut.total:
            raise CommandError(_named(shut))
        if counts:
            message = f"还有 {counts.total()} 处未更换，请运行 expertpool rotate-keys。"
            raise CommandError(message)
        self.stdout.write("全部信息都用现在的密钥加密；FIELD_KEY_OLD 和 SEAL_KEY_OLD 可以删除。")


def _named(shut: Shut) -> str:
    lines = [f"{shut.total} 处无法打开，没有改动；其余的不受影响："]
    lines += [f"  {value.place}：{value.reason}" for value in shut.first]
    if shut.total > NAMED:
        lines.append(f"  ……另有 {shut.total - NAMED} 处")
    return "\n".join((*lines, "旧密钥先不要删除，处理办法见 docs/howto/rotate-keys.md。"))
