"""`expertpool bench`: how fast the main jobs are, one line of JSON a measurement.

Runs in a database of its own, which is dropped at the end; nothing of the installation is touched.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.test.utils import override_settings, setup_databases, teardown_databases
from django.utils import timezone

from expertpool.accounts.services.demo import ensure_demo_accounts
from expertpool.portal.bench.draws import measure_draws
from expertpool.portal.bench.files import measure_import, measure_record
from expertpool.portal.bench.narrow import measure_narrow
from expertpool.portal.bench.pages import measure_pages
from expertpool.portal.bench.pools import ensure_pool
from expertpool.portal.bench.reporting import Reporter
from expertpool.portal.bench.small import measure_small
from expertpool.portal.bench.soak import measure_soak

DATABASE = "expertpool_bench"
PARTS = ("draws", "pages", "narrow", "import", "record")
SOAK = "soak"  # on demand only: it takes as long as it is told


class Command(BaseCommand):
    help = "测量导入、抽取、列表和搜索的耗时（在单独的数据库里，结束后删除）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file",
            type=Path,
            nargs="?",
            help="专家名单（.xlsx），例如 tests/data/experts_5000.xlsx",
        )
        parser.add_argument(
            "--sizes", type=_sizes, help="改为在这些人数的库里测量，例如 10000,100000,1000000"
        )
        parser.add_argument(
            "--only", choices=(*PARTS, SOAK), action="append", help="只测这一部分（可以多次给出）"
        )
        parser.add_argument(
            "--minutes", type=float, default=1, help="持续抽取（--only soak）多少分钟"
        )
        parser.add_argument("--keep", action="store_true", help="保留数据库，下次接着用")

    def handle(
        self,
        *args: Any,
        file: Path | None,
        sizes: list[int] | None,
        only: list[str] | None,
        minutes: float,
        keep: bool,
        **options: Any,
    ) -> None:
        # As in service: DEBUG writes every query down and renders templates with more care.
        with override_settings(DEBUG=False, TEMPLATES=settings.TEMPLATES):
            self._measure(file, sizes, only or list(PARTS), minutes=minutes, keep=keep)

    def _measure(
        self,
        file: Path | None,
        sizes: list[int] | None,
        parts: list[str],
        *,
        minutes: float,
        keep: bool,
    ) -> None:
        if (file is None) == (sizes is None):
            raise CommandError("请给出专家名单，或用 --sizes 给出人数。")
        reporter = Reporter(self.stdout.write)
        if file is not None:
            with _database(DATABASE, keep=False):
                measure_small(reporter, file)
            return
        own = connection.settings_dict["NAME"]
        for size in sizes or []:
            with _database(f"{own}_bench_{size}", keep=keep):
                _measure(reporter, size, parts, minutes=minutes)
        reporter.report_growth()


def _sizes(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


@contextmanager
def _database(name: str, *, keep: bool) -> Iterator[None]:
    connection.settings_dict["TEST"]["NAME"] = name
    databases = setup_databases(verbosity=0, interactive=False, keepdb=keep, serialized_aliases=())
    try:
        ensure_demo_accounts(now=timezone.now())
        yield
    finally:
        teardown_databases(databases, verbosity=0, keepdb=keep)


def _measure(reporter: Reporter, size: int, parts: list[str], *, minutes: float) -> None:
    now = timezone.now()
    reporter.note("pool", size=size, seconds=round(ensure_pool(size, now=now), 1))
    if "draws" in parts:
        measure_draws(reporter, size, now=now)
    if "pages" in parts:
        measure_pages(reporter, size)
    if "narrow" in parts:
        measure_narrow(reporter, size, now=now)
    if "import" in parts:
        measure_import(reporter, size, now=now)
    if "record" in parts:
        measure_record(reporter)
    if SOAK in parts:
        measure_soak(reporter, size, minutes=minutes)
