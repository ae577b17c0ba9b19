from __future__ import annotations

from django.conf import settings
from django.db import models

from expertpool.draws.models.draw import Draw


class VoidRequest(models.Model):
    """That somebody asked to void a draw, and what a second person decided. At most one is open
    for a draw; the person who decides is never the one who asked."""

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="void_requests")
    reason = models.CharField("作废原因", max_length=500)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="申请人", on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField("申请时间")
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
        verbose_name = verbose_name_plural = "作废申请"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["draw"],
                condition=models.Q(decided_at__isnull=True),
                name="draws_one_open_void_request",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True)
                | ~models.Q(decided_by=models.F("requested_by")),
                name="draws_void_by_two_persons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draw} 作废申请"
