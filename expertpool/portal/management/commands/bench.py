"""`expertpool bench`: how fast the main job is, one line of JSON a measurement.

Runs in a database of its own, which is dropped at the end; nothing of the installation is touched.
"""

from __future__ import annotations

import json
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import Department, User
from expertpool.accounts.services.demo import ensure_demo_accounts
from expertpool.directory.models import Specialty
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.draws.services.plan import GroupInput, PlanInput, save_plan
from expertpool.draws.services.sealing import start_draw
from expertpool.experts.models import Expert
from expertpool.experts.services.importing import import_file
from expertpool.projects.enums import Regime
from expertpool.projects.models import Project
from expertpool.projects.services.application import (
    ProjectData,
    create_project,
    submit_project,
)
from expertpool.projects.services.approval import approve_project

DATABASE = "expertpool_bench"
RUNS = 15


class Command(BaseCommand):
    help = "测量导入、抽取、列表和搜索的耗时（在单独的数据库里，结束后删除）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, help="专家名单（.xlsx），例如 tests/data/experts_5000.xlsx"
        )

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        connection.settings_dict["TEST"]["NAME"] = DATABASE
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            ensure_demo_accounts(now=timezone.now())
            self.bench_import(file)
            self.bench_draw()
            self.bench_pages()
        finally:
            teardown_databases(databases, verbosity=0)

    def bench_import(self, file: Path) -> None:
        started = time.perf_counter()
        outcome = import_file(file, now=timezone.now())
        seconds = time.perf_counter() - started
        rows = outcome.accepted + len(outcome.refused)
        self.report("import", [seconds], aim=1.5, rows=rows, accepted=outcome.accepted)

    def bench_draw(self) -> None:
        operator, supervisor = (
            User.objects.filter(roles__code=code)[0] for code in ("operator", "supervisor")
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        seconds = []
        for number in range(RUNS):
            project = _approved_project(number, operator, supervisor)
            save_plan(
                project=project,
                settings=PlanInput(),
                groups=_groups(),
                actor=operator,
                now=timezone.now(),
            )
            started = time.perf_counter()
            draw = start_draw(
                project=project, actor=operator, now=timezone.now(), entropy=SystemEntropy()
            )
            seconds.append(time.perf_counter() - started)
        self.report("draw", seconds, aim=0.2, seats=9, candidates=draw.candidate_count)

    def bench_pages(self) -> None:
        client = Client()
        client.force_login(
            User.objects.filter(roles__code="admin")[0],
            backend="expertpool.accounts.backends.AccountBackend",
        )
        page = reverse("experts:list")
        for name, query in (("list", {}), ("search", {"q": "设计"})):
            seconds = _measure(
                lambda query=query: client.get(page, query, headers={"host": "127.0.0.1"})
            )
            self.report(name, seconds, aim=0.08, experts=Expert.objects.count())

    def report(self, name: str, seconds: list[float], *, aim: float, **facts: Any) -> None:
        """Print one line: the median is the figure to quote."""
        line = {
            "bench": name,
            "median_s": round(statistics.median(seconds), 4),
            "max_s": round(max(seconds), 4),
            "runs": len(seconds),
            "aim_s": aim,
            **facts,
        }
        self.stdout.write(json.dumps(line, ensure_ascii=False))


def _measure(call: Callable[[], Any]) -> list[float]:
    """Time ``call`` RUNS times, after one run that does not count."""
    seconds = []
    for _ in range(RUNS + 1):
        started = time.perf_counter()
        response = call()
        seconds.append(time.perf_counter() - started)
        if response.status_code != 200:
            message = f"the page answered {response.status_code}"
            raise RuntimeError(message)
    return seconds[1:]


def _approved_project(number: int, operator: User, supervisor: User) -> Project:
    """A project of its own day, so that no draw takes the experts of another."""
    now = timezone.now()
    data = ProjectData(
        number=f"BENCH-{number:03d}",
        name="性能测量项目",
        regime=Regime.INTERNAL,
        department=operator.department or Department.objects.all()[0],
        opening_at=now + timedelta(days=3 + number),
        place="一号会议室",
        contact_name="测量",
        contact_phone="010-00000000",
    )
    project = create_project(data=data, actor=operator, now=now)
    submit_project(project=project, actor=operator, now=now)
    approve_project(project=project, actor=supervisor, now=now)
    return project


def _groups() -> list[GroupInput]:
    """9 seats: six of works with a second level, three of goods."""
    works, goods = (
        {
            "field": "specialty",
            "op": "in",
            "value": [str(Specialty.objects.get(scheme__code="ndrc2018", code=code).pk)],
        }
        for code in ("A", "B")
    )
    senior, associate = (
        {"field": "title_level", "op": "gte", "value": level} for level in ("4", "3")
    )
    return [
        GroupInput("工程类", 6, [{"all": [works, senior]}, {"all": [works, associate]}]),
        GroupInput("货物类", 3, [{"all": [goods, associate]}]),
    ]
