"""Runs one of the worker processes: `expertpool worker deadlines`, `expertpool worker others`."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections
from django.utils import timezone
from procrastinate.contrib.django.django_connector import DjangoConnector

from expertpool.core.duties import keep_duties
from expertpool.core.jobs import app

# Seconds between two looks for jobs whose time has come; new ones are announced.
LOOKS = {"deadlines": 0.5, "others": 5.0}
WATCH_SECONDS = 60  # between two looks at the duties

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "运行一个后台任务进程。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=sorted(settings.WORKERS))

    def handle(self, *args: Any, **options: Any) -> None:
        gc.freeze()  # as in config.wsgi: an import's collections need not go through what is loaded
        connector = app.connector
        assert isinstance(connector, DjangoConnector)  # noqa: S101 (for the type checker)
        with app.replace_connector(connector.get_worker_connector()):
            asyncio.run(_work(options["name"]))


async def _work(name: str) -> None:
    """Work on the queues of the process until a signal comes; jobs in hand may finish."""
    queues = settings.WORKERS[name]
    loop = asyncio.get_running_loop()
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

        def stop() -> None:
            for worker in workers:
                worker.cancel()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, stop)
        watch = asyncio.create_task(_watch())
        await asyncio.wait(workers, return_when=asyncio.FIRST_COMPLETED)
        watch.cancel()
        stop()  # all of them, if one ended by itself
        for ended in await asyncio.gather(*workers, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended


async def _watch() -> None:
    """Look each minute whether the duties were done, without the queue, which may be kept from them."""
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        await asyncio.to_thread(_look)


def _look() -> None:
    close_old_connections()
    try:
        keep_duties(now=timezone.now())
    except Exception:
        logger.exception("the duties could not be looked at")
