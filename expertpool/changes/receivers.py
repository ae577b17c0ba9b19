"""What experts announce, and requests heed."""

from __future__ import annotations

from django.utils import timezone

from expertpool.changes.services.requests import overtake
from expertpool.experts.events import ExpertChanged


def expert_changed(event: ExpertChanged) -> None:
    overtake(
        expert_id=event.expert_id,
        fields=event.fields,
        version_id=event.version_id,
        now=timezone.now(),
    )
