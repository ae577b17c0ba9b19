"""Figures for Prometheus: of all processes, at a port of their own, off by default."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from config.environment import BASE_DIR
from expertpool.core.jobs import defer
from tests.ports import free_port

# Two that count, in processes of their own, as web and worker do.
COUNT = """
import django; django.setup()
from django.test import Client
from django.conf import settings
from config.metrics import count_job
Client().get("/logo.png"); Client().get("/health/")
count_job("deadlines", "done")
"""


def ask(url: str) -> str:
    """Return the answer, as soon as there is one."""
    for _ in range(300):
        try:
            with urlopen(url, timeout=20) as answer:  # noqa: S310 - our own address
                return str(answer.read().decode())
        except URLError:
            time.sleep(0.1)
    raise AssertionError(url)


def test_they_are_off_by_default() -> None:
    assert settings.METRICS_PORT == 0
    assert "config.metrics.measuring" not in settings.MIDDLEWARE


@pytest.mark.django_db(transaction=True)
@pytest.mark.shows("SYS-01")
def test_prometheus_gets_the_figures_of_all_processes(tmp_path: Path) -> None:
    port = free_port()
    values = connection.settings_dict
    host = f"{values['HOST'] or ''}"
    place = f"@/{values['NAME']}?host={host}" if host.startswith("/") else ""
    if not place:
        place = f":{values['PASSWORD']}@{host}:{values['PORT']}/{values['NAME']}"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "EXPERTPOOL_HOME": str(tmp_path),
        "METRICS_PORT": str(port),
        "DATABASE_URL": f"postgres://{values['USER']}{place}",
        "ALLOWED_HOSTS": "testserver",
    }
    # Set where this process has loaded `config.metrics`: theirs are of their own home.
    environment.pop("PROMETHEUS_MULTIPROC_DIR", None)
    for _ in range(2):
        subprocess.run([sys.executable, "-c", COUNT], cwd=BASE_DIR, env=environment, check=True)
    job_id = defer("draws.sweep", timestamp=1)
    waits = timezone.now() - timedelta(hours=1)
    ProcrastinateJob.objects.filter(pk=job_id).update(scheduled_at=waits)
    command = [sys.executable, "-m", "config.cli", "metrics"]
    with subprocess.Popen(command, cwd=BASE_DIR, env=environment) as server:
        try:
            text = ask(f"http://127.0.0.1:{port}/metrics")
        finally:
            server.terminate()
    for line in (
        'expertpool_request_seconds_count{status="2xx"} 2.0',
        'expertpool_request_seconds_count{status="4xx"} 2.0',
        'expertpool_jobs_total{outcome="done",queue="deadlines"} 2.0',
        'expertpool_info{version="0.1.0"} 1.0',
        'expertpool_check{check="database"} 0.0',
        'expertpool_check{check="workers"} 2.0',
        'expertpool_queue_jobs{queue="deadlines",state="due"} 1.0',
        "expertpool_failed_jobs 0.0",
        "expertpool_open_alerts 0.0",
    ):
        assert line in text, text
    oldest = re.search(r'expertpool_queue_oldest_seconds\{queue="deadlines"\} (\d+)', text)
    assert oldest
    assert 3600 <= int(oldest[1]) < 3900
    assert "/logo.png" not in text
