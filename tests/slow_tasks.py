"""Work that keeps a processor busy, as an import or a PDF does."""

from __future__ import annotations

import time

from expertpool.core.jobs import HEAVY, MESSAGES, app

SECONDS = 4


def _burn() -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        sorted(range(1000), key=lambda n: -n)


@app.task(name="tests.slow.heavy", queue=HEAVY)
def heavy(number: int) -> None:
    _burn()


@app.task(name="tests.slow.plain")
def plain(number: int) -> None:
    _burn()


@app.task(name="tests.slow.message", queue=MESSAGES)
def message(number: int) -> None:
    _burn()
