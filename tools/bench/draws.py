"""How long a draw takes, its bare SQL, and a supplement, in a pool of any size."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from django.db import connection
from django.utils import timezone

from expertpool.core.configuration import read_once
from expertpool.draws.enums import Knowledge, ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.eligibility import evaluate
from expertpool.draws.services import state
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.replies import answer
from expertpool.draws.services.sealing import start_draw
from expertpool.projects.models import Project
from tools.bench.bare import bare_eligibility
from tools.bench.plans import (
    Staff,
    at_least,
    branches_of_one_percent,
    five_groups,
    make_plan,
    make_project,
)
from tools.bench.reporting import Reporter, timed

RUNS = 7
DECLINES = 20
_numbers = count(1)


def measure_draws(reporter: Reporter, size: int, *, now: datetime) -> None:
    """Seal, order and seat 21 seats with the stored record; the bare SQL; supplements."""
    staff = Staff.load()
    branches = branches_of_one_percent()
    plan = make_plan(_project(staff, now=now), five_groups(branches), staff, now=now)
    found = evaluate(plan, now=now, knowing=Knowledge.ALL)
    bare, bare_seconds = bare_eligibility(plan, branches, now=now), list[float]()

    def ask_bare() -> list[Any]:
        with connection.cursor() as cursor:
            rows: list[Any] = cursor.execute(*bare).fetchall()
        return rows

    candidates = sum(not row[-1] for row in ask_bare())
    if candidates != len(found.eligible):
        message = f"bare SQL finds {candidates} candidates, the product {len(found.eligible)}"
        raise RuntimeError(message)
    draw = _measure_start(
        reporter,
        size,
        "draw",
        five_groups(branches),
        staff,
        now=now,
        aim=1.5,
        # In turn, or one of them meets a database that has read everything before.
        between=lambda: bare_seconds.extend(timed(ask_bare, runs=1, warm_up=False)),
    )
    reporter.report("bare_sql", bare_seconds, size=size, candidates=candidates)
    ratio = reporter.medians["draw"][size] / statistics.median(bare_seconds)
    reporter.note("draw_to_bare_sql", size=size, ratio=round(ratio, 2), aim=2)
    reporter.report(
        "eligibility",
        timed(lambda: evaluate(plan, now=now, knowing=Knowledge.ALL), runs=RUNS),
        size=size,
        candidates=len(found.eligible),
    )
    _measure_supplement(reporter, size, "supplement", draw, aim=0.05)
    broad = [GroupInput("综合", 21, [at_least(4)])]
    draw = _measure_start(reporter, size, "draw_broad", broad, staff, now=now, runs=2)
    _measure_supplement(reporter, size, "supplement_broad", draw, aim=0.05)


def _measure_start(
    reporter: Reporter,
    size: int,
    name: str,
    groups: Sequence[GroupInput],
    staff: Staff,
    *,
    now: datetime,
    aim: float | None = None,
    runs: int = RUNS,
    between: Callable[[], None] | None = None,
) -> Draw:
    projects = [_project(staff, now=now) for _ in range(runs)]
    for project in projects:
        make_plan(project, groups, staff, now=now)
    todo, draws = iter(projects), []

    @read_once()  # as a request does
    def start() -> None:
        draws.append(
            start_draw(project=next(todo), actor=staff.operator, now=now, entropy=SystemEntropy())
        )

    seconds = timed(start, runs=runs - 1, between=between)
    draw = draws[-1]
    seats = Invitation.objects.filter(draw=draw).count()
    reporter.report(name, seconds, aim=aim, size=size, candidates=draw.candidate_count, seats=seats)
    return draw


def _measure_supplement(
    reporter: Reporter, size: int, name: str, draw: Draw, *, aim: float
) -> None:
    """Time declines, each of which seats the next at once."""

    @read_once()
    def decline() -> None:
        row = Invitation.objects.filter(draw=draw, state="invited").order_by("line")[0]
        answer(
            invitation=row,
            accept=False,
            reason="时间冲突",
            via=ReplyVia.LINK,
            now=timezone.now(),
            entropy=SystemEntropy(),
        )

    # First as in a process that has not seen this draw yet: after a restart, or on another server.
    state._orders.clear()
    cold = timed(decline, runs=1, warm_up=False)
    reporter.report(f"{name}_first", cold, size=size, candidates=draw.candidate_count)
    seconds = timed(decline, runs=DECLINES, warm_up=False)
    reporter.report(name, seconds, aim=aim, size=size)


def _project(staff: Staff, *, now: datetime) -> Project:
    """A project of its own day, so that no draw takes the experts of another."""
    number = next(_numbers)
    return make_project(f"{number:04d}", staff, days=3 + number, now=now)
