"""Jobs of bundles."""

from __future__ import annotations

from django.utils import timezone

from expertpool.bundles.services import making
from expertpool.core.jobs import HEAVY, app
from expertpool.core.tasks import when_store_answers


@app.task(name="bundles.make", queue=HEAVY, retry=when_store_answers)
def make(*, bundle_id: int) -> None:
    """Make one bundle; one that is over stays as it is."""
    making.make_bundle(bundle_id=bundle_id, now=timezone.now())
