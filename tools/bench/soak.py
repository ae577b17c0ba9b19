"""Drawing for a while from several processes that compete for the same experts.

Each process is a clerk who draws one project after the other while the invited answer: some decline
and are supplemented. All reviews fall into the same few hours, so that whoever sits in one draw is
missing in the next. At the end the database is asked whether anybody sits twice, and every record is
replayed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from random import Random
from typing import Any

from django.db import connection
from django.utils import timezone

from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.replies import answer
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.state import load_state
from expertpool.projects.models import Project
from tools.bench.plans import Staff, at_least, make_plan, make_project
from tools.bench.processes import in_children
from tools.bench.reporting import Reporter

AIM = 100  # draws a minute, of all processes together
HOURS = 8  # of one day, into which the reviews fall by quarters of an hour
DRAWS_A_DAY = 60  # of one process; then the next day is taken, before its experts run out
SEATS = 5
DECLINING = 0.2  # the share of the invited who do

# The last line of defence is the constraint on holds; this asks past it.
_TWICE = """
SELECT count(DISTINCT (a.invitation_id, b.invitation_id)) FROM draws_hold a JOIN draws_hold b
ON a.holder = b.holder AND a.id < b.id AND a.during && b.during
WHERE a.active AND b.active
"""


@dataclass(frozen=True)
class Work:
    """What one process did: the seconds of each draw, each answer and each declined answer."""

    draws: list[float]
    answers: list[float]
    supplements: list[float]


@dataclass(frozen=True)
class Checks:
    """What was found at the end: ``twice`` counts pairs of seats of one expert at one time."""

    draws: int
    seats: int
    twice: int
    replayed: int


def measure_soak(
    reporter: Reporter, size: int, *, minutes: float, workers: int = 2, most: int | None = None
) -> Checks:
    """Draw from ``workers`` processes for ``minutes`` (or ``most`` draws each), print, check.

    Raises RuntimeError when somebody sits twice, and EngineError for a record that does not replay.
    """
    last = Draw.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    started = time.perf_counter()
    calls = [
        partial(_work, number, until=time.time() + 60 * minutes, most=most)
        for number in range(workers)
    ]
    works: Sequence[Work] = in_children(calls)
    seconds = time.perf_counter() - started
    draws, answers, supplements = (
        [value for work in works for value in getattr(work, name)]
        for name in ("draws", "answers", "supplements")
    )
    rate = 60 * len(draws) / seconds
    reporter.note("soak", size=size, workers=workers, draws_a_minute=round(rate, 1), aim=AIM)
    for name, values in (
        ("soak_draw", draws),
        ("soak_answer", answers),
        ("soak_supplement", supplements),
    ):
        if values:
            reporter.report(name, values, size=size)
    checks = check_since(last)
    reporter.note("soak_checks", **vars(checks))
    if checks.twice or checks.replayed != checks.draws:
        message = f"somebody sits twice, or a draw is lost: {checks}"
        raise RuntimeError(message)
    return checks


def check_since(last: int) -> Checks:
    """Look at everything that was drawn after the draw with the id ``last``."""
    draws = Draw.objects.filter(pk__gt=last)
    replayed = sum(_replays(draw) for draw in draws.order_by("pk"))
    with connection.cursor() as cursor:
        cursor.execute(_TWICE)
        (twice,) = cursor.fetchone()
    seats = Invitation.objects.filter(draw__in=draws).count()
    return Checks(draws=draws.count(), seats=seats, twice=twice, replayed=replayed)


def _replays(draw: Draw) -> bool:
    """Tell whether the record gives those who sit, all of them and nobody else."""
    seated = {seat.commit for seat in load_state(draw).seats}
    states = (InvitationState.INVITED, InvitationState.ACCEPTED)
    rows = Invitation.objects.filter(draw=draw, state__in=states)
    return seated == set(rows.values_list("commit", flat=True))


def _work(number: int, *, until: float, most: int | None) -> Work:
    work, random = Work([], [], []), Random(number)  # noqa: S311 (nobody's draw)
    staff, now = Staff.load(), timezone.now()
    while time.time() < until and (most is None or len(work.draws) < most):
        project = _prepare(number, len(work.draws), staff, random, now)
        started = time.perf_counter()
        draw = start_draw(project=project, actor=staff.operator, now=now, entropy=SystemEntropy())
        work.draws.append(time.perf_counter() - started)
        _answer_all(draw, random, work)
    return work


def _prepare(number: int, count: int, staff: Staff, random: Random, now: datetime) -> Project:
    days = 5 + count // DRAWS_A_DAY + random.randrange(4 * HOURS) / 4 / 24
    label = f"SOAK-{number}-{now:%H%M%S}-{count:05d}"
    project = make_project(label, staff, days=days, now=now, avoiding=False)
    group = GroupInput("综合", SEATS, [{"all": [at_least(3), _narrow(random)]}])
    make_plan(project, [group], staff, now=now, frequency_cap=None)
    return project


def _narrow(random: Random) -> dict[str, Any]:
    """One of a few small circles of experts, so that the draws want the same ones."""
    years = random.choice((5, 12, 25))
    return {"field": "practice_years", "op": "between", "value": [years, years + 1]}


def _answer_all(draw: Draw, random: Random, work: Work) -> None:
    waiting = Invitation.objects.filter(draw=draw, state=InvitationState.INVITED)
    for row in waiting.order_by("line"):
        accept = random.random() >= DECLINING
        started = time.perf_counter()
        answer(
            invitation=row,
            accept=accept,
            reason="" if accept else "时间冲突",
            via=ReplyVia.LINK,
            now=timezone.now(),
            entropy=SystemEntropy(),
        )
        (work.answers if accept else work.supplements).append(time.perf_counter() - started)
