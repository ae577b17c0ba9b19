from __future__ import annotations

from django.conf import settings
from django.db import models

from expertpool.draws.models.draw import Draw


class PickRequest(models.Model):
    """That somebody chose experts by hand, and what a second person decided. At most one is open
    for a draw; the person who decides is never the one who chose.

    ``picks`` names the chosen, encrypted with the seal key; they are invited once it is agreed to.
    Neither agreed nor decided by anybody, but ended: its author withdrew it.
    """

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="pick_requests")
    picks = models.BinaryField("人选（加密）")
    reason = models.CharField("理由", max_length=500)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="选定人", on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField("选定时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="确认人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField("确认时间", null=True)
    agreed = models.BooleanField("同意", null=True)
    note = models.CharField("意见", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "人选申请"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["draw"],
                condition=models.Q(decided_at__isnull=True),
                name="draws_one_open_pick_request",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True)
                | ~models.Q(decided_by=models.F("requested_by")),
                name="draws_picked_by_two_persons",
            ),
            models.CheckConstraint(
                condition=~models.Q(agreed=True) | models.Q(decided_by__isnull=False),
                name="draws_picks_agreed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draw} 人选"
