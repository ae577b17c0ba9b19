"""What happens below, as it matters to fees."""

from __future__ import annotations

from django.utils import timezone

from expertpool.experts.events import ExpertChanged, ExpertsChanged
from expertpool.experts.models import Expert, ExpertVersion
from expertpool.fees.queries.accounts import FIELDS
from expertpool.fees.queries.lines import was_told
from expertpool.fees.services.accounts import note_account


def expert_changed(event: ExpertChanged) -> None:
    """Put another account of somebody who was told of a fee, be it reversed since, before finance."""
    if FIELDS.isdisjoint(event.fields) or not was_told(event.expert_id):
        return
    by = ExpertVersion.objects.select_related("actor").get(pk=event.version_id).actor
    note_account(expert=Expert.objects.get(pk=event.expert_id), actor=by, now=timezone.now())


def experts_changed(event: ExpertsChanged) -> None:
    """Do the same for each of many."""
    if FIELDS.isdisjoint(event.fields):
        return
    for expert, version in event.versions.items():
        expert_changed(ExpertChanged(expert, version, event.fields))
