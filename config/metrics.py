"""Figures for Prometheus, at a port of their own; off unless METRICS_PORT is set (docs/decisions/0159).

Each process counts into files below HOME/metrics; `expertpool metrics` adds them up, and asks the checks when
it is asked. Loaded only where figures are wanted.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from config.environment import HOME, env_int, env_str

FOLDER = HOME / "metrics"
# Before the package is loaded: it chooses by this where figures are kept.
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(FOLDER))
FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server  # noqa: E402
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
# By the class of the answer alone: which page was asked for when would say who has replied.
REQUESTS = Histogram("expertpool_request_seconds", "网页请求用时", ["status"], buckets=SECONDS)
JOBS = Counter("expertpool_jobs", "后台任务", ["queue", "outcome"])
STATES = {"ok": 0, "off": 0, "warning": 1, "failed": 2}


def measuring(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """The middleware."""

    def answer(request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = get_response(request)
        REQUESTS.labels(f"{response.status_code // 100}xx").observe(time.monotonic() - began)
        return response

    return answer


def count_job(queue: str, outcome: str) -> None:
    """Count a job as done or failed, once each time that it is tried."""
    JOBS.labels(queue, outcome).inc()


class SystemCollector:
    """What the checks, the queues and the alerts say when somebody asks."""

    def describe(self) -> list[Any]:
        return []  # so that registering asks the database nothing

    def collect(self) -> Iterator[Any]:
        from django.db import connections  # noqa: PLC0415 - needs the settings
        from django.utils import timezone  # noqa: PLC0415 - needs the settings

        from expertpool.core.health import CHECKS, look  # noqa: PLC0415 - needs the apps
        from expertpool.core.health.program import program_version  # noqa: PLC0415 - needs the apps

        now = timezone.now()
        yield InfoMetricFamily("expertpool", "版本", value={"version": program_version()})
        checks = GaugeMetricFamily(
            "expertpool_check", "检查：0 正常，1 警示，2 故障", labels=["check"]
        )
        try:
            found = look(CHECKS, now=now)
            for one in found:
                checks.add_metric([one.check.code], STATES[one.finding.state])
            yield checks
            if not any(one.stops for one in found):
                yield from _queues(now)
        finally:
            connections.close_all()  # each question has a thread of its own


def _queues(now: Any) -> Iterator[Any]:
    from expertpool.operations.models import Alert  # noqa: PLC0415 - needs the apps
    from expertpool.operations.queries.jobs import (  # noqa: PLC0415 - needs the apps
        failed_jobs,
        queue_states,
    )

    jobs = GaugeMetricFamily("expertpool_queue_jobs", "队列中的任务", labels=["queue", "state"])
    oldest = GaugeMetricFamily(
        "expertpool_queue_oldest_seconds", "等得最久的任务", labels=["queue"]
    )
    for state in queue_states(now=now):
        for name in ("due", "doing"):
            jobs.add_metric([state.code, name], getattr(state, name))
        oldest.add_metric([state.code], state.age.total_seconds())
    yield jobs
    yield oldest
    yield GaugeMetricFamily("expertpool_failed_jobs", "失败的任务", value=failed_jobs().count())
    open_alerts = Alert.objects.filter(ended_at=None, told_at__isnull=False).count()
    yield GaugeMetricFamily("expertpool_open_alerts", "未恢复的报警", value=open_alerts)


def registry() -> CollectorRegistry:
    made = CollectorRegistry(auto_describe=False)
    MultiProcessCollector(made)  # type: ignore[no-untyped-call]
    made.register(SystemCollector())
    return made


def forget_figures() -> None:
    """Begin anew: files of processes that are gone would be added up for ever."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)


def serve_figures() -> None:
    """Answer ``/metrics`` at METRICS_HOST:METRICS_PORT until told to stop (SystemExit)."""
    host, port = env_str("METRICS_HOST", "127.0.0.1"), env_int("METRICS_PORT", default=0)
    _, thread = start_http_server(port, addr=host, registry=registry())
    thread.join()
