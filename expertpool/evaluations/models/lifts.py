"""That a caution is taken back: one person asks, another agrees."""

from __future__ import annotations

from datetime import UTC

from django.db import models
from django.db.models import Q

from expertpool.evaluations.models.sanctions import Sanction
from expertpool.workflow.models import TwoPersonRequest


class CautionLift(TwoPersonRequest):
    """That ``caution`` be taken back, say since the rating was withdrawn on which it rested. One that was agreed to
    makes it count no more; it stays in the file, with this."""

    subject_field = "caution"
    final = ("decided_at",)

    caution = models.ForeignKey(Sanction, on_delete=models.PROTECT, related_name="+")

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
