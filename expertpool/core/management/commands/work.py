"""Runs one of the worker processes: `expertpool worker deadlines`, `expertpool worker others`."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections
from django.utils import timezone

from expertpool.core.connector import QueueConnector
from expertpool.core.duties import keep_duties
from expertpool.core.garbage import collect_seldom
from expertpool.core.jobs import app

# Seconds between two looks for jobs whose time has come; new ones are announced.
LOOKS = {"deadlines": 0.5, "others": 5.0}
# What may be held up lets what may not go first, where there is more to do than processors.
STEPS_BACK = {"deadlines": 0, "others": 5}
WATCH_SECONDS = 60  # between two looks at the duties
SET_BACK = 30  # seconds; less is what a clock is kept right by
ENDED = (
    "后台任务自行停止（数据库连接中断，或系统时钟被调回），由 expertpool run 或 systemd 重新启动。"
)

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "运行一个后台任务进程。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=sorted(settings.WORKERS))

    def handle(self, *args: Any, **options: Any) -> None:
        os.nice(STEPS_BACK[options["name"]])
        collect_seldom()
        connector = QueueConnector()
        try:
            with app.replace_connector(connector):
                asyncio.run(_work(options["name"], connector))
        except psycopg.OperationalError as error:  # it was not there in the first place
            raise CommandError(ENDED, returncode=os.EX_TEMPFAIL) from error


async def _work(name: str, connector: QueueConnector) -> None:
    """Work on the queues of the process until a signal comes; jobs in hand may finish."""
    queues = settings.WORKERS[name]
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, told.set)
    # A thread for each job that may run, and one for the watch. As it comes, the loop has as many as
    # the machine has processors and four: jobs of one queue that hang took them from all others.
    loop.set_default_executor(ThreadPoolExecutor(sum(queues.values()) + 1))
    async with app.open_async():
        workers = [
            asyncio.create_task(
                app.run_worker_async(
                    name=f"{name}-{queue}",
                    queues=[queue],
                    concurrency=concurrency,
                    fetch_job_polling_interval=LOOKS[name],
                    install_signal_handlers=False,
                )
            )
            for queue, concurrency in queues.items()
        ]
        ends = [asyncio.create_task(one) for one in (told.wait(), connector.lost.wait(), _watch())]
        await asyncio.wait([*workers, *ends], return_when=asyncio.FIRST_COMPLETED)
        if connector.lost.is_set():
            connector.wait_no_longer()
        for task in (*ends, *workers):  # all of them, if one ended by itself
            task.cancel()
        await asyncio.gather(*workers, *ends, return_exceptions=True)
    if not told.is_set():
        # A worker that cannot listen for jobs any more ends as if it had been asked to.
        raise CommandError(ENDED, returncode=os.EX_TEMPFAIL)


async def _watch(clock: Callable[[], float] = time.time) -> None:
    """Look each minute whether the duties were done, without the queue, which may be kept from them. Ends
    when the clock was set back: whoever waits for a time waits too long, and has to begin anew."""
    before = clock() - time.monotonic()
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        ahead = clock() - time.monotonic()
        if ahead < before - SET_BACK:
            logger.error("the clock was set back by %d seconds", before - ahead)
            return
        before = ahead
        await asyncio.to_thread(_look)


def _look() -> None:
    close_old_connections()
    try:
        keep_duties(now=timezone.now())
    except Exception:
        logger.exception("the duties could not be looked at")
