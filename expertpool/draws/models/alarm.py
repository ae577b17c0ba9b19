from __future__ import annotations

from django.db import models

from expertpool.draws.enums import AlarmKind
from expertpool.draws.models.draw import Draw


class DrawAlarm(models.Model):
    """That something is amiss with a draw: one row for each draw and kind, so that it is told once.
    ``done_at`` says when it was done afterwards, or held again; empty as long as it does not."""

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="alarms")
    kind = models.CharField("种类", max_length=12, choices=AlarmKind.choices)
    detail = models.CharField("说明", max_length=500, blank=True)
    raised_at = models.DateTimeField("发现时间")
    done_at = models.DateTimeField("补做时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "抽取异常"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "kind"], name="draws_alarm_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=AlarmKind.values), name="draws_alarm_kind_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["draw"], name="draws_alarm_open", condition=models.Q(done_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draw} {self.get_kind_display()}"
