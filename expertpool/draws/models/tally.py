from __future__ import annotations

from django.conf import settings
from django.db import models


class CountTally(models.Model):
    """How often a user let experts be counted for a project within the hour that began at ``hour``,
    and what he asked ``last``: counts come with each change of a form, too many for the chained log."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="查询人", on_delete=models.PROTECT, related_name="+"
    )
    hour = models.DateTimeField("小时")
    times = models.PositiveIntegerField("次数")
    last = models.CharField("最后一次", max_length=500)
    last_at = models.DateTimeField("最后一次时间")

    class Meta:
        verbose_name = verbose_name_plural = "人数查询"
        ordering = ["-hour", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "hour", "project"], name="draws_tally_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.times} 次"
