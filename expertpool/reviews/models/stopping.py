"""That a review be stopped whose experts could go on."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from expertpool.reviews.models.reviews import Review
from expertpool.workflow.models import TwoPersonRequest


class StopRequest(TwoPersonRequest):
    """That ``review`` end without a result, though its panel stands: one person asks, a supervisor agrees."""

    subject_field = "review"
    final = ("decided_at", "agreed", "decided_by_id", "review_id", "reason")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")

    class Meta(TwoPersonRequest.Meta):
        verbose_name = verbose_name_plural = "停止评审申请"
        constraints = [
            *TwoPersonRequest.Meta.constraints,
            models.UniqueConstraint(
                fields=["review"], condition=Q(decided_at__isnull=True), name="reviews_one_stop"
            ),
        ]

    @property
    def subject_name(self) -> str:
        return self.review.uid.hex
