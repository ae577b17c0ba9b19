"""`make bench`: how fast the main jobs are, one line of JSON a measurement."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from pathlib import Path

import django

from config.commands import end_on_signals
from config.database import connect_as_owner, database_running
from tools.bench.backups import measure_backups
from tools.bench.parts import BACKUP, DELIVERY, PARTS, SOAK, URGENT


def main() -> None:
    parser = ArgumentParser(
        prog="make bench",
        description="测量导入、抽取、列表和搜索的耗时（在单独的数据库里，结束后删除）。",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("file", type=Path, nargs="?", help="专家名单（.xlsx）")
    what.add_argument(
        "--sizes", type=_sizes, help="改为在这些人数的库里测量，例如 10000,100000,1000000"
    )
    parser.add_argument(
        "--only",
        choices=(*PARTS, SOAK, DELIVERY, URGENT, BACKUP),
        action="append",
        help="只测这一部分（可以多次给出）",
    )
    parser.add_argument("--minutes", type=float, default=1, help="持续抽取（--only soak）多少分钟")
    parser.add_argument("--keep", action="store_true", help="保留数据库，下次接着用")
    parser.add_argument(
        "--strict", action="store_true", help="有超出目标的，以退出码 1 结束（每晚）"
    )
    arguments = parser.parse_args()
    if BACKUP in (arguments.only or ()):
        if arguments.only != [BACKUP] or not arguments.sizes:
            parser.error("--only backup 单独用，与 --sizes 一起")
        sys.exit(measure_backups(arguments.sizes))

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    end_on_signals()
    connect_as_owner()  # it makes a database of its own, and fills it past all guards
    with database_running():
        django.setup()
        from tools.bench.run import measure_file, measure_sizes  # noqa: PLC0415 - needs Django

        if arguments.file is not None:
            missed = measure_file(arguments.file)
        else:
            parts = arguments.only or PARTS
            missed = measure_sizes(
                arguments.sizes, parts, minutes=arguments.minutes, keep=arguments.keep
            )
    if arguments.strict and missed:
        raise SystemExit("超出目标：" + "；".join(missed))


def _sizes(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


if __name__ == "__main__":
    main()
