from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import app
from expertpool.files import services


@app.periodic(cron="43 3 * * *")
@app.task(name="files.remove_orphans", queueing_lock="files.remove_orphans")
def remove_orphans(timestamp: int) -> None:
    """Every night: delete stored bytes that no row names."""
    services.remove_orphans(now=timezone.now())
