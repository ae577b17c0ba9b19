from __future__ import annotations

from django.conf import settings
from django.db import models

from expertpool.experts.models.expert import Expert


class ToldApart(models.Model):
    """Two records of which somebody has said that they are two persons': nobody is asked about them
    again, until it is taken back."""

    first = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField("原因", max_length=200)
    told_at = models.DateTimeField("标明时间")
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="标明人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = verbose_name_plural = "不是同一人的专家"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="experts_apart_once"),
            # One row for two, whoever was named first.
            models.CheckConstraint(
                condition=models.Q(first__lt=models.F("second")), name="experts_apart_ordered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id}"
