"""What levels of points bring, and what experts ask for."""

from __future__ import annotations

import uuid

from django.db import models

from expertpool.core.answers import Answered
from expertpool.core.bounds import ORDER, Bounds, within
from expertpool.core.fields import EncryptedTextField, ProofField, readable
from expertpool.experts.models import Expert

THRESHOLD = Bounds(0, 1_000_000)


class PointLevel(models.Model):
    """A level (等级) that an expert has from ``threshold`` points on."""

    name = models.CharField("等级", max_length=20, unique=True)
    threshold = models.PositiveIntegerField(
        "达到积分", unique=True, validators=[THRESHOLD], help_text="积分达到这个数即为该等级。"
    )
    note = models.CharField("说明", max_length=200, blank=True, help_text="专家看得到。")

    class Meta:
        verbose_name = verbose_name_plural = "积分等级"
        ordering = ["threshold"]
        constraints = [within("points_level_bounds", threshold=THRESHOLD)]

    def __str__(self) -> str:
        return self.name


class Benefit(models.Model):
    """A service (专属服务) for which experts of a level and above may ask."""

    name = models.CharField("服务", max_length=50, unique=True)
    description = models.TextField("服务内容", max_length=500, help_text="专家看得到。")
    # Protected: a level that is deleted would open the service to all.
    level = models.ForeignKey(
        PointLevel,
        verbose_name="从哪个等级起",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="留空：所有专家都可以申请。",
    )
    order = models.PositiveIntegerField("次序", default=0, validators=[ORDER])
    active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "专属服务"
        ordering = ["order", "id"]
        constraints = [within("points_benefit_bounds", order=ORDER)]

    def __str__(self) -> str:
        return self.name


class BenefitRequest(Answered):
    """What an expert asked for, and what the office answered: once, in `points.services.benefits`, which also sees to it
    that of a service one waits. ``proof`` says that he asked for it here, ``answer_proof`` that the office answered
    so (docs/decisions/0505)."""

    never = ("DELETE",)
    final = ("expert_id", "benefit_id", "asked_at", "answered_at", "agreed", "answered_by_id")

    expert = models.ForeignKey(
        Expert, verbose_name="专家", on_delete=models.PROTECT, related_name="+"
    )
    benefit = models.ForeignKey(
        Benefit, verbose_name="服务", on_delete=models.PROTECT, related_name="+"
    )
    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    # What somebody needs may tell of his health; filled up, so that its length tells nothing.
    # Led to another expert it does not open.
    text = EncryptedTextField("说明", bound_to=("uid", "expert_id"), at_least=512, seals_empty=True)
    asked_at = models.DateTimeField("申请时间")
    answer = models.CharField("答复", max_length=500, blank=True)
    # The service by its number: its name may change, and has no code behind it.
    proof = ProofField(
        "凭证", says=("expert.number", "benefit_id", "uid.hex", "asked_at"), opens=("text",)
    )
    answer_proof = ProofField(
        "答复凭证",
        says=(
            *("expert.number", "uid.hex", "agreed", "answer"),
            *("answered_by.username", "answered_at"),
        ),
    )

    class Meta(Answered.Meta):
        verbose_name = verbose_name_plural = "服务申请"
        ordering = ["-id"]
        indexes = [models.Index(fields=["answered_at", "-id"], name="points_request_open")]

    def __str__(self) -> str:
        return f"申请 {self.benefit}"

    @property
    def readable_text(self) -> str:
        """What he wrote, as a page shows it (`core.fields.readable`)."""
        return readable(self, "text")
