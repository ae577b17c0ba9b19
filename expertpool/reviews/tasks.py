"""Jobs of reviews; each calls one service."""

from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import DEADLINES, app
from expertpool.reviews.services import replacing, watching


@app.periodic(cron="*/5 * * * *")
@app.task(name="reviews.replace_leavers", queue=DEADLINES, queueing_lock="reviews.replace_leavers")
def replace_leavers(timestamp: int) -> None:
    """Every five minutes: give on what they had whose leaving would have told who had submitted."""
    replacing.replace_leavers(now=timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="reviews.tell_altered", queue=DEADLINES, queueing_lock="reviews.tell_altered")
def tell_altered(timestamp: int) -> None:
    """Every five minutes: tell of rows of reviews that somebody wrote past the system."""
    watching.tell_altered(now=timezone.now())
