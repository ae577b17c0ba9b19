"""A fee that was paid and found wrong: what two persons decide about it."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q

from expertpool.core.bounds import Bounds, within
from expertpool.fees.models.lines import FeeLine
from expertpool.workflow.models import TwoPersonRequest

CORRECTIONS = Bounds(Decimal(-100_000), Decimal(100_000))


class CorrectionRequest(TwoPersonRequest):
    """That the fee ``line``, which was paid, be corrected by ``gross`` (yuan, less than nothing: too much was paid). Agreed to, it
    becomes a fee of its own (`FeeLine.corrects`)."""

    subject_field = "line"
    final = ("decided_at", "agreed", "decided_by_id", "line_id", "gross", "reason")

    line = models.ForeignKey(FeeLine, on_delete=models.PROTECT, related_name="+")
    gross = models.DecimalField(
        "更正金额（元）", max_digits=8, decimal_places=2, validators=[CORRECTIONS]
    )

    class Meta(TwoPersonRequest.Meta):
        verbose_name = verbose_name_plural = "劳务费更正申请"
        constraints = [
            *TwoPersonRequest.Meta.constraints,
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(decided_at__isnull=True),
                name="fees_one_correction_request",
            ),
            models.CheckConstraint(condition=~Q(gross=0), name="fees_correction_is_some"),
            within("fees_correction_bounds", gross=CORRECTIONS),
        ]

    @property
    def subject_name(self) -> str:
        return self.line.uid_text
