from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from expertpool.core.jobs import HEAVY, app
from expertpool.files import services

SEALING = timedelta(minutes=4)


@app.periodic(cron="43 3 * * *")
@app.task(name="files.remove_orphans", queueing_lock="files.remove_orphans")
def remove_orphans(timestamp: int) -> None:
    """Every night: delete stored bytes that no row names."""
    services.remove_orphans(now=timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(
    name="files.scan_held", queue=HEAVY, queueing_lock="files.scan_held", lock="files.scan_held"
)
def scan_held(timestamp: int) -> None:
    """Every five minutes: scan the files that were taken while the scanner gave no answer."""
    services.scan_held(now=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(
    name="files.seal_clear", queue=HEAVY, queueing_lock="files.seal_clear", lock="files.seal_clear"
)
def seal_clear(timestamp: int) -> None:
    """Every ten minutes, until none is left: encrypt files that lie in clear, some minutes long, so that others have
    their turn."""
    begun = timezone.now()
    for _ in services.seal_clear(now=begun):
        if timezone.now() - begun > SEALING:
            break
