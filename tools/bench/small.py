"""The first benchmark: a real table of a few thousand experts, a draw of 9 seats, list and search."""

from __future__ import annotations

from pathlib import Path

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from expertpool.directory.models import Specialty
from expertpool.draws.models import Draw
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.sealing import start_draw
from expertpool.experts.models import Expert
from expertpool.experts.services.importing import import_file
from tools.bench.pages import client_of, get, pages_of_one
from tools.bench.plans import Staff, at_least, holding, make_plan, make_project
from tools.bench.reporting import Reporter, timed

RUNS = 15
AIMS = {"list": 0.05, "search": 0.08, "expert": 0.06, "project": 0.06}


def measure_small(reporter: Reporter, file: Path) -> None:
    """Import ``file`` into an empty database and measure what a clerk does with it."""
    outcomes = []
    seconds = timed(
        lambda: outcomes.append(import_file(file, now=timezone.now())), runs=1, warm_up=False
    )
    rows = outcomes[0].accepted + len(outcomes[0].refused)
    reporter.report("import", seconds, aim=1.5, rows=rows, accepted=outcomes[0].accepted)
    _measure_draw(reporter)
    client = client_of("admin")
    page, experts = reverse("experts:list"), Expert.objects.count()
    pages = {"list": (page, {}), "search": (page, {"q": "设计"})} | pages_of_one()
    for name, (address, query) in pages.items():
        seconds = timed(lambda at=address, query=query: get(client, at, query), runs=RUNS)  # type: ignore[misc]
        reporter.report(name, seconds, aim=AIMS[name], experts=experts)


def _measure_draw(reporter: Reporter) -> None:
    staff, now = Staff.load(), timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    projects = []
    for number in range(RUNS):
        project = make_project(f"{number}", staff, days=3 + number, now=now, avoiding=False)
        make_plan(project, _groups(), staff, now=now, frequency_cap=None)
        projects.append(project)
    todo = iter(projects)

    def start() -> Draw:
        return start_draw(
            project=next(todo), actor=staff.operator, now=now, entropy=SystemEntropy()
        )

    seconds = timed(start, runs=RUNS, warm_up=False)
    candidates = Draw.objects.order_by("-pk")[0].candidate_count
    reporter.report("draw", seconds, aim=0.2, seats=9, candidates=candidates)


def _groups() -> list[GroupInput]:
    """9 seats: six of works with a second level, three of goods."""
    works, goods = (
        holding(Specialty.objects.get(scheme__code="ndrc2018", code=code)) for code in ("A", "B")
    )
    return [
        GroupInput("工程类", 6, [{"all": [works, at_least(4)]}, {"all": [works, at_least(3)]}]),
        GroupInput("货物类", 3, [{"all": [goods, at_least(3)]}]),
    ]
