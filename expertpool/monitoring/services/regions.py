"""To which regions networks belong, as the office says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from expertpool.audit.services import record, record_change, snapshot
from expertpool.monitoring.models import RegionNetwork

FIELDS = ("network", "region")


@transaction.atomic
def save_region(*, row: RegionNetwork, actor: Any, now: datetime) -> RegionNetwork:
    """Write ``row``; visits from now on are told by it, those before stay. Refuses what is no network, and one
    that is there already (ValidationError)."""
    kept = RegionNetwork.objects.filter(pk=row.pk).first()
    before = snapshot(kept, *FIELDS) if kept else None
    row.full_clean()
    row.save()
    action = "monitoring.region_edit" if kept else "monitoring.region_create"
    record_change(
        action, actor=actor, subject=row, before=before, after=snapshot(row, *FIELDS), now=now
    )
    return row


@transaction.atomic
def delete_region(*, row: RegionNetwork, actor: Any, now: datetime) -> None:
    """Forget what the office said of a network."""
    before = snapshot(row, *FIELDS)
    record("monitoring.region_delete", actor=actor, subject=row, before=before, now=now)
    row.delete()
