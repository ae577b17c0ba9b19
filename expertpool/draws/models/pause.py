from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models

from expertpool.core.fields import BlindIndexField
from expertpool.draws.models.draw import Draw


class DrawPause(models.Model):
    """That a running draw was paused, and resumed: at most one pause of a draw is open. Without
    ``resumed_by`` it ended with the draw itself.

    ``lost`` are the commitments of those who cannot be seated because the office changed something
    after the seal: the system pauses the draw, without a person, until a supervisor has looked at it
    (docs/decisions/0112). ``told`` is what he is told of it: how many by what kind of change, and who
    changed what. Nobody else is told. ``proof`` says, of such a pause, by a key outside the database, that it
    stands, or that it ended, as the row has it (`queries.clock.proof_of_pause`).
    """

    never = ("DELETE",)

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="pauses")
    reason = models.CharField("暂停原因", max_length=200)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="暂停人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    paused_at = models.DateTimeField("暂停时间")
    resumed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="恢复人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    resumed_at = models.DateTimeField("恢复时间", null=True, blank=True)
    lost = models.JSONField("受影响的身份承诺", default=list, blank=True)
    told = models.JSONField("告知监督人的内容", default=dict, blank=True)
    proof = BlindIndexField("凭证", null=False, default=b"", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "暂停"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["draw"],
                condition=models.Q(resumed_at__isnull=True),
                name="draws_one_open_pause",
            ),
            models.CheckConstraint(
                condition=models.Q(paused_by__isnull=False) | ~models.Q(lost=[]),
                name="draws_pause_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draw} 暂停"

    def holds(self, at: datetime) -> bool:
        """Whether nothing went out of what was written ``at`` that time, before it ended."""
        return self.paused_at <= at and (self.resumed_at is None or at < self.resumed_at)

    @property
    def is_of_pool(self) -> bool:
        """Whether it waits for a supervisor: the office changed the pool after the seal."""
        return bool(self.lost)


class QuietWaiver(models.Model):
    """That a draw's invitations go out in spite of the quiet hours that last until ``until``."""

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="waivers")
    reason = models.CharField("立即发出的原因", max_length=200)
    waived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="决定人", on_delete=models.PROTECT, related_name="+"
    )
    waived_at = models.DateTimeField("决定时间")
    until = models.DateTimeField("免打扰时段结束")

    class Meta:
        verbose_name = verbose_name_plural = "免打扰时段内发出"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.draw} 免打扰时段内发出"
