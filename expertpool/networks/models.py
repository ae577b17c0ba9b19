"""From where nobody may come, and from where somebody always may."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from expertpool.core.bounds import MOMENTS, within
from expertpool.core.fields import ProofField
from expertpool.networks.enums import RuleKind


class NetworkRule(models.Model):
    """A network (CIDR) that is blocked or allowed, by somebody's hand or, ``is_automatic``, after too many failed
    sign-ins. It holds until ``until`` (None: until it is ended) or until somebody ends it; the row stays. ``proof``: that
    this system made and ended it so; one that it did not holds for nobody (docs/decisions/0397)."""

    never = ("DELETE",)
    final = ("ended_at",)

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("类别", max_length=8, choices=RuleKind.choices)
    network = models.CharField("地址或网段", max_length=43)
    reason = models.CharField("原因", max_length=200)
    is_automatic = models.BooleanField("自动", default=False)
    made_at = models.DateTimeField("加入时间")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="操作人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    until = models.DateTimeField("自动解除时间", null=True, blank=True, validators=[MOMENTS])
    ended_at = models.DateTimeField("解除时间", null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="解除人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    proof = ProofField(
        "凭证",
        says=(
            *("uid.hex", "kind", "network", "reason", "is_automatic", "made_at"),
            *("made_by.username", "until", "ended_at", "ended_by.username"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "网络地址规则"
        ordering = ["-id"]
        indexes = [models.Index(fields=["network", "-id"], name="networks_rule_of")]
        constraints = [
            within("networks_rule_bounds", until=MOMENTS),
            # What is decided by hand has somebody who decided it.
            models.CheckConstraint(
                condition=Q(is_automatic=True) | Q(made_by__isnull=False),
                name="networks_rule_made_by",
            ),
        ]

    def __str__(self) -> str:
        return self.network

    def stands(self, now: datetime) -> bool:
        return self.ended_at is None and (self.until is None or self.until > now)
