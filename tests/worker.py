"""A real worker process over the test's database, and ways to kill it at a chosen moment."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import psutil
from django.conf import settings
from django.db import connection, connections
from procrastinate.contrib.django.procrastinate_app import app

from expertpool.core.jobs import retry_stalled

Done = TypeVar("Done")

ROOT = Path(__file__).resolve().parent.parent


class Worker:
    """`expertpool worker` as its own process; ``environment`` adds settings to it."""

    def __init__(self, **environment: str) -> None:
        self._environment = environment

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """Start the worker; whatever still runs at the end is killed."""
        with program("worker", **self._environment) as process:
            yield process


def environment_of(**more: str) -> dict[str, str]:
    """Return the environment of a process over the test's database, as the application's role; what
    works as the owner finds him, too."""
    place = connection.settings_dict
    query = urlencode({"host": place["HOST"]} if place["HOST"] else {})
    port = f":{place['PORT']}" if place["PORT"] else ""
    roles = {"DATABASE_URL": settings.DATABASE_APPLICATION, "DATABASE_OWNER_URL": place["USER"]}
    urls = {
        name: f"postgres://{role}@{port}/{quote(place['NAME'])}?{query}"
        for name, role in roles.items()
    }
    return os.environ | {
        **urls,
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
        **more,
    }


@contextmanager
def program(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `expertpool` with ``arguments`` over the test's database; kill what runs at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "config.cli", *arguments],
        cwd=ROOT,
        env=environment_of(**environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL the program and everything it started, whose sessions are their own."""
    if process.poll() is None:
        family = [*psutil.Process(process.pid).children(recursive=True), process]
        process.send_signal(signal.SIGSTOP)  # it starts nothing more
        for one in family:
            try:
                one.kill()
            except psutil.NoSuchProcess:
                pass
    process.wait()


def wait_for(condition: Callable[[], object], *, seconds: float = 90) -> None:
    """Wait until ``condition`` holds; fail when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "what was waited for did not happen"
        time.sleep(0.05)


def notice_dead_workers() -> None:
    """Queue the jobs of killed workers again, as the minutely job does once they are silent."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"
        )
    with app.replace_connector(app.connector.get_worker_connector()):
        run_async(_retry_stalled())


async def _retry_stalled() -> None:
    async with app.open_async():
        await retry_stalled(app.job_manager)


def run_async(work: Coroutine[Any, Any, Done]) -> Done:
    """Run ``work`` to its end in a thread: a browser test may have left a loop in this one."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(lambda: asyncio.run(work)).result()


def work_off(*queues: str) -> None:
    """Run the jobs of ``queues`` that are due, in this process, until none is left."""
    with app.replace_connector(app.connector.get_worker_connector()):
        run_async(_work_off(queues))


async def _work_off(queues: tuple[str, ...]) -> None:
    async with app.open_async():
        await app.run_worker_async(
            queues=list(queues),
            wait=False,
            concurrency=1,
            install_signal_handlers=False,
            listen_notify=False,
            task_middleware=[closing_connections, *app.worker_defaults["task_middleware"]],
        )


def closing_connections(call_next: Callable[[], Any], _context: Any, _worker: Any) -> Any:
    """Leave no connection of the job's thread open: the thread ends with the test."""
    try:
        return call_next()
    finally:
        connections.close_all()
