"""What an expert's own area keeps: that he lets a calendar of his follow his reviews."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from expertpool.core.fields import ProofField


class CalendarFeed(models.Model):
    """An address at which a calendar reads the reviews and leaves of an expert. ``mark`` is part of it; it
    works only with a signature (`services.feed`), and until it has ended: what he closes or replaces stays so."""

    never = ("DELETE",)
    final = ("ended_at",)

    expert = models.ForeignKey(
        "experts.Expert", verbose_name="专家", on_delete=models.PROTECT, related_name="+"
    )
    mark = models.UUIDField("标记", default=uuid.uuid4, unique=True, editable=False)
    opened_at = models.DateTimeField("开通时间")
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)
    proof = ProofField(
        "凭证", null=False, default=b"", says=("mark.hex", "expert.number", "opened_at")
    )

    class Meta:
        verbose_name = verbose_name_plural = "日历订阅"
        constraints = [
            models.UniqueConstraint(
                fields=["expert"], condition=Q(ended_at__isnull=True), name="selfservice_feed_one"
            )
        ]

    def __str__(self) -> str:
        return str(self.expert_id)
