"""Jobs of this app."""

from __future__ import annotations

from expertpool.core.jobs import HEAVY, app
from expertpool.directory.services import near


@app.periodic(cron="*/5 * * * *")
@app.task(
    name="directory.compare_units",
    queue=HEAVY,
    queueing_lock="directory.compare_units",  # one waits
    lock="directory.compare_units",  # and not beside one that runs
)
def compare_units(timestamp: int) -> None:
    """Every five minutes: find which of the units that were entered or renamed are near to others."""
    while near.compare_units():
        pass
