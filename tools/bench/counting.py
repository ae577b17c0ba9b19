"""How long statistics take: keeping the sums of large topics, then the page of each topic by each dimension, and
departments side by side. Beside a million experts stand 50,000 projects."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.reports.queries.statistics import TOPICS
from expertpool.reports.services.tallies import tally_all
from tools.bench.history import ensure_history
from tools.bench.pages import client_of, get
from tools.bench.reporting import Reporter, timed

RUNS = 3
AIM = 1.0
WALL_AIM = 0.2
EXPERTS_PER_PROJECT = 20


def measure_statistics(reporter: Reporter, size: int, *, now: datetime) -> None:
    admin, client = User.objects.get(username="admin"), client_of("admin")
    ensure_history(
        size // EXPERTS_PER_PROJECT, operator=User.objects.get(username="operator"), now=now
    )
    reporter.report("tallies", timed(lambda: tally_all(now=timezone.now()), runs=1), size=size)
    page = reverse("reports:statistics")
    for topic in TOPICS:
        for one in topic.dimensions_for(admin):
            query = {"topic": topic.code, "by": one.code}
            seconds = timed(lambda query=query: get(client, page, query), runs=RUNS)  # type: ignore[misc]
            reporter.report(f"statistics_{topic.code}_{one.code}", seconds, aim=AIM, size=size)
    beside = timed(lambda: get(client, reverse("reports:comparison")), runs=RUNS)
    reporter.report("statistics_departments", beside, aim=AIM, size=size)
    wall = timed(lambda: get(client, reverse("reports:wall")), runs=RUNS)
    reporter.report("wall", wall, aim=WALL_AIM, size=size)
