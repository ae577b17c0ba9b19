"""What happens below, as it matters to fees."""

from __future__ import annotations

from django.utils import timezone

from expertpool.experts.events import ExpertChanged
from expertpool.experts.models import Expert, ExpertVersion
from expertpool.fees.queries.lines import is_paid
from expertpool.fees.services.accounts import note_account

ACCOUNT = {"bank_name", "bank_account"}


def expert_changed(event: ExpertChanged) -> None:
    """Put another account of somebody who is paid fees before finance."""
    if not ACCOUNT & set(event.fields) or not is_paid(event.expert_id):
        return
    by = ExpertVersion.objects.select_related("actor").get(pk=event.version_id).actor
    note_account(expert=Expert.objects.get(pk=event.expert_id), actor=by, now=timezone.now())
