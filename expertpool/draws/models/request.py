"""What two persons decide about a draw: one asks with a reason, another agrees or not."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from expertpool.core.fields import EncryptedBytesField
from expertpool.draws.models.draw import Draw


class TwoPersonRequest(models.Model):
    """That somebody asked for something with a draw, and what a second person decided. At most one
    of a kind is open for a draw; the person who decides is never the one who asked.

    ``decided_at`` is written by one conditional update in `draws.services.two_persons`. Neither
    agreed nor decided by anybody, but ended: its author withdrew it, or the draw ended.
    """

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField("理由", max_length=500)
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
        abstract = True
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["draw"],
                condition=Q(decided_at__isnull=True),
                name="draws_one_open_%(class)s",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="draws_%(class)s_by_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(agreed=True) | Q(decided_by__isnull=False),
                name="draws_%(class)s_agreed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draw} {self._meta.verbose_name}"


class VoidRequest(TwoPersonRequest):
    """That a draw be voided."""

    class Meta(TwoPersonRequest.Meta):
        verbose_name = verbose_name_plural = "作废申请"


class ReleaseRequest(TwoPersonRequest):
    """That the names be made public before their time."""

    class Meta(TwoPersonRequest.Meta):
        verbose_name = verbose_name_plural = "提前公开申请"


class PickRequest(TwoPersonRequest):
    """That experts chosen by hand be invited. ``picks`` names them, encrypted with the seal key."""

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    picks = EncryptedBytesField("人选", key="SEAL_KEY", bound_to=("draw_id", "uid"))

    class Meta(TwoPersonRequest.Meta):
        verbose_name = verbose_name_plural = "人选申请"
