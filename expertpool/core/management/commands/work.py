"""Runs one of the worker processes: `expertpool worker deadlines`, `expertpool worker others`."""

from __future__ import annotations

import asyncio
import gc
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from procrastinate.contrib.django.django_connector import DjangoConnector

from expertpool.core.jobs import app

# Seconds between two looks for jobs whose time has come; new ones are announced.
LOOKS = {"deadlines": 0.5, "others": 5.0}


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
            for queue, concurrency in settings.WORKERS[name].items()
        ]

        def stop() -> None:
            for worker in workers:
                worker.cancel()

        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, stop)
        await asyncio.wait(workers, return_when=asyncio.FIRST_COMPLETED)
        stop()  # all of them, if one ended by itself
        for ended in await asyncio.gather(*workers, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended
