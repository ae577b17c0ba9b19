"""Import experts from a table, as the import page does."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from expertpool.core.importing import UnreadableFile
from expertpool.experts.services.importing import ImportResult, import_file

ASKED = (
    "其中 {} 行写着退出、退休、黑名单等，或目录中没有的词，须有人决定：请用网页“批量导入”上传这个文件，每个词选一次"
    "（照常导入、当作哪一个或留空）；或在文件中改好、删去这些内容，再导入这些行。"
)


class Command(BaseCommand):
    help = "从 .xlsx、.xls、.ods 或 .csv 文件导入专家；有错的行不导入，并说明原因。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不导入")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")
        parser.add_argument("--report", type=Path, metavar="OUT.xlsx", help="写出未导入信息表")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            outcome = import_file(
                options["file"],
                now=timezone.now(),
                dry_run=options["dry_run"],
                report=options["report"],
            )
        except UnreadableFile as error:
            self.stderr.write(str(error))
            sys.exit(2)
        self.stdout.write(
            _as_json(outcome) if options["json"] else _in_words(outcome, options["dry_run"])
        )


def _as_json(outcome: ImportResult) -> str:
    return json.dumps(
        {"accepted": outcome.accepted, "refused": outcome.refused}, ensure_ascii=False
    )


def _in_words(outcome: ImportResult, dry_run: bool) -> str:
    verb = "可以导入" if dry_run else "已导入"
    lines = [f"{verb} {outcome.accepted} 位专家，{len(outcome.refused)} 行未导入。"]
    lines += [f"  第 {row['row']} 行 {row['column']}：{row['reason']}" for row in outcome.refused]
    if outcome.asked:
        lines.append(ASKED.format(outcome.asked))
    return "\n".join(lines)
