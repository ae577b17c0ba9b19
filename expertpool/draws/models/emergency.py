from __future__ import annotations

from django.conf import settings
from django.db import models

from expertpool.core.bounds import within
from expertpool.core.fields import BlindIndexField
from expertpool.draws.models.draw import Draw
from expertpool.draws.validators import EMERGENCY


class Emergency(models.Model):
    """That a running draw was declared an emergency (应急抽取): less time to reply, the operator may
    call. The order of the draw stays as it is. ``supervisor`` is who confirmed it. It lasts until it
    is taken back; one at a time."""

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="emergencies")
    reason = models.CharField("应急原因", max_length=200)
    supervisor = models.CharField("确认的监督人", max_length=50)
    minutes = models.PositiveSmallIntegerField("答复时限（分钟）", validators=[EMERGENCY])
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="宣布人", on_delete=models.PROTECT, related_name="+"
    )
    declared_at = models.DateTimeField("宣布时间")
    ended_at = models.DateTimeField("取消时间", null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="取消人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    proof = BlindIndexField("宣布凭证", null=False)  # that this system declared it

    class Meta:
        verbose_name = verbose_name_plural = "应急抽取"
        ordering = ["-id"]
        constraints = [
            within("draws_emergency_minutes", minutes=EMERGENCY),
            models.UniqueConstraint(
                fields=["draw"],
                condition=models.Q(ended_at__isnull=True),
                name="draws_one_emergency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draw} 应急抽取"
