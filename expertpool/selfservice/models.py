"""What an expert's own area keeps: that he lets a calendar of his follow his reviews."""

from __future__ import annotations

import uuid

from django.db import models


class CalendarFeed(models.Model):
    """That an expert has an address at which a calendar reads his reviews and leaves. ``mark`` is part of
    the address, which works only with a signature (`services.feed`); another mark ends the one before."""

    expert = models.OneToOneField(
        "experts.Expert", verbose_name="专家", on_delete=models.CASCADE, related_name="+"
    )
    mark = models.UUIDField("标记", default=uuid.uuid4, unique=True, editable=False)
    opened_at = models.DateTimeField("开通时间")

    class Meta:
        verbose_name = verbose_name_plural = "日历订阅"

    def __str__(self) -> str:
        return str(self.expert_id)
