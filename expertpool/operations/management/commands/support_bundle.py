"""Writes the support bundle: `expertpool support-bundle FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from expertpool.operations.services.bundle import support_bundle


class Command(BaseCommand):
    help = "生成支持包：版本、检查、设置、失败的任务和最近日志，不含个人信息。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="写到哪里，如 支持包.zip")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        content = support_bundle(actor=None, now=timezone.now())
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError as error:
            raise CommandError(f"{path} 已经存在，请换一个名字。") from error
        except OSError as error:
            raise CommandError(f"不能写入 {path}：{error.strerror}。") from error
        self.stdout.write(f"已写入 {path}（{max(1, len(content) // 1024)} KB），可以查看后再发出。")
