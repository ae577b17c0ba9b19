from __future__ import annotations

from django.db import models

from expertpool.experts.enums import AvoidanceKind
from expertpool.experts.models.expert import Expert


class AvoidanceUnit(models.Model):
    """A unit for which an expert must not be drawn: a current or past employer with its dates, or
    a declared relation. A past employer counts for three years after ``end_date``
    (政府采购法实施条例 第九条)."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="avoidance_units")
    unit = models.ForeignKey(
        "directory.Unit", verbose_name="单位", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField("关系", max_length=20, choices=AvoidanceKind.choices)
    start_date = models.DateField("开始日期", null=True, blank=True)
    end_date = models.DateField("结束日期", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "回避单位"
        ordering = ["kind", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(start_date__isnull=True)
                | models.Q(end_date__isnull=True)
                | models.Q(end_date__gte=models.F("start_date")),
                name="experts_avoidance_dates",
            ),
        ]
        indexes = [models.Index(fields=["unit", "expert"], name="experts_avoidance_unit")]

    def __str__(self) -> str:
        return f"{self.expert_id} {self.unit_id}"
