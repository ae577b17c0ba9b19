from __future__ import annotations

from django.conf import settings
from django.db import models

from expertpool.draws.models.draw import Draw
from expertpool.draws.settings import EMERGENCY_MINUTES


class Emergency(models.Model):
    """That a running draw was declared an emergency (应急抽取): less time to reply, answers taken by
    telephone in the presence of a supervisor. The order of the draw stays as it is."""

    draw = models.OneToOneField(Draw, on_delete=models.CASCADE, related_name="emergency")
    reason = models.CharField("应急原因", max_length=200)
    supervisor = models.CharField("在场监督人", max_length=50)
    minutes = models.PositiveSmallIntegerField("答复时限（分钟）")
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="宣布人", on_delete=models.PROTECT, related_name="+"
    )
    declared_at = models.DateTimeField("宣布时间")

    class Meta:
        verbose_name = verbose_name_plural = "应急抽取"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__range=(EMERGENCY_MINUTES.low, EMERGENCY_MINUTES.high)),
                name="draws_emergency_minutes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draw} 应急抽取"
