"""That a caution is taken back: one person asks, another agrees."""

from __future__ import annotations

from datetime import UTC

from django.db import models
from django.db.models import Q

from expertpool.core.fields import ProofField
from expertpool.evaluations.models.sanctions import Sanction
from expertpool.workflow.models import TwoPersonRequest


class CautionLift(TwoPersonRequest):
    """That ``caution`` be taken back, say since the rating was withdrawn on which it rested. One that was agreed to
    makes it count no more; it stays in the file, with this. ``decided_proof`` says who agreed."""

    subject_field = "caution"
    final = ("decided_at", "agreed", "decided_by_id", "caution_id", "reason")

    caution = models.ForeignKey(Sanction, on_delete=models.PROTECT, related_name="+")
    decided_proof = ProofField(
        "决定凭证",
        says=(
            *("caution.expert.number", "caution.requested_at", "reason"),
            *("requested_by.username", "requested_at"),
            *("agreed", "decided_by.username", "decided_at"),
        ),
    )

    class Meta(TwoPersonRequest.Meta):
        verbose_name = verbose_name_plural = "撤销警告申请"
        constraints = [
            *TwoPersonRequest.Meta.constraints,
            models.UniqueConstraint(
                fields=["caution"],
                condition=Q(decided_at__isnull=True) | Q(agreed=True),
                name="evaluations_one_lift",
            ),
        ]

    @property
    def subject_name(self) -> str:
        at = self.caution.requested_at.astimezone(UTC).isoformat()
        return f"{self.caution.expert.number} {at}"
