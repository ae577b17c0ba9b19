"""What experts and applications announce, and this app heeds."""

from __future__ import annotations

from django.utils import timezone

from expertpool.changes.models import ChangeItem
from expertpool.changes.services.history import carry_over, take_over_jobs
from expertpool.changes.services.requests import overtake
from expertpool.experts.events import ExpertChanged, ExpertsChanged, ExpertsMerged
from expertpool.joining.events import ApplicantAdmitted


def expert_changed(event: ExpertChanged) -> None:
    overtake(
        expert_id=event.expert_id,
        fields=event.fields,
        version_id=event.version_id,
        now=timezone.now(),
    )


def experts_changed(event: ExpertsChanged) -> None:
    waiting = ChangeItem.objects.filter(
        expert__in=event.versions, is_open=True, field__in=event.fields
    )
    for pk in waiting.order_by("expert").values_list("expert", flat=True).distinct():
        overtake(
            expert_id=pk, fields=event.fields, version_id=event.versions[pk], now=timezone.now()
        )


def applicant_admitted(event: ApplicantAdmitted) -> None:
    take_over_jobs(application_id=event.application_id)


def experts_merged(event: ExpertsMerged) -> None:
    carry_over(closed_id=event.closed_id, kept_id=event.kept_id, now=timezone.now())
