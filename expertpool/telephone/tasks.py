from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import app
from expertpool.telephone.services import calls


@app.periodic(cron="53 3 * * *")
@app.task(name="telephone.remove_tapes", queueing_lock="telephone.remove_tapes")
def remove_tapes(timestamp: int) -> None:
    """Every night: delete recordings that no call names."""
    calls.remove_tapes(now=timezone.now())
