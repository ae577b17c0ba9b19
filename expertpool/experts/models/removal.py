from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from expertpool.core.fields import EncryptedTextField, ProofField, is_vouched, readable
from expertpool.experts.enums import AvoidanceKind
from expertpool.experts.models.avoidance import AvoidanceUnit
from expertpool.experts.models.expert import Expert


class AvoidanceRemoval(models.Model):
    """That an expert asked for an avoidance to be removed which the office has set of him, and what was
    decided. It outlives the avoidance, whose words it keeps. ``proof`` says that he asked it here, and what came
    of it (docs/decisions/0505); of an avoidance one waits, which `services.removals` sees to."""

    never = ("DELETE",)
    final = ("expert_id", "decided_at")

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="avoidance_removals")
    avoidance = models.ForeignKey(
        AvoidanceUnit,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="removals",
    )
    target = models.CharField("单位或人员", max_length=320)
    kind = models.CharField("关系", max_length=20, choices=AvoidanceKind.choices)
    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    # Led to another expert it does not open.
    reason = EncryptedTextField(
        "申请理由", bound_to=("uid", "expert_id"), at_least=512, seals_empty=True
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="申请人", on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField("申请时间")
    agreed = models.BooleanField("同意", null=True, blank=True)
    note = models.CharField("核定意见", max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="核定人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField("核定时间", null=True, blank=True)
    proof = ProofField(
        "凭证",
        says=(
            *("uid.hex", "expert.number", "target", "kind", "asked_by.username", "asked_at"),
            *("agreed", "note", "decided_by.username", "decided_at"),
        ),
        opens=("reason",),
    )

    class Meta:
        verbose_name = verbose_name_plural = "移除回避的申请"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(agreed__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(agreed__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="experts_removal_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"移除回避 {self.target}"

    @property
    def is_sound(self) -> bool:
        """Whether its expert asked it here, and it was decided here as it stands, or is not yet."""
        return is_vouched(self)

    @property
    def is_about(self) -> bool:
        """Whether the avoidance is still the one that its expert asked about: which it is, no proof can say, since it goes
        when the office agrees."""
        row = self.avoidance
        return row is not None and (row.expert_id, row.target, row.kind) == (
            self.expert_id,
            self.target,
            self.kind,
        )

    @property
    def readable_reason(self) -> str:
        """The reason as a page shows it (`core.fields.readable`)."""
        return readable(self, "reason")

    @property
    def state_label(self) -> str:
        if self.agreed is None:
            return "待核定"
        return "已同意移除" if self.agreed else "未同意"
