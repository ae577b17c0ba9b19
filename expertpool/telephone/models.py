"""Calls, and what was recorded of them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from expertpool.core.bounds import MOMENTS, within
from expertpool.core.fields import EncryptedTextField, ProofField
from expertpool.notifications.enums import Decision
from expertpool.notifications.models import Attempt
from expertpool.telephone.enums import CallOutcome

PRESSED = [(one.value, one.label) for one in (Decision.YES, Decision.NO)]


class Call(models.Model):
    """The call that an attempt over the telephone is. ``agent`` is the process that holds it and ``seen_at`` when that
    said so last: a call of which nobody has spoken for a while has lost its process. ``pressed`` is what was confirmed
    by a key, ``words`` how the other side called the end. The recording lies encrypted in the store, under ``tape_key``;
    ``sha256`` is of what it says. Who may read the message may hear it. Written by `telephone.services.calls`."""

    never = ("DELETE",)
    final = ("ended_at",)

    attempt = models.OneToOneField(
        Attempt, verbose_name="发送尝试", on_delete=models.CASCADE, related_name="+"
    )
    agent = models.CharField("电话程序", max_length=64)
    began_at = models.DateTimeField("拨出时间")
    seen_at = models.DateTimeField("最近看到")
    rang_at = models.DateTimeField("振铃时间", null=True, blank=True)
    answered_at = models.DateTimeField("接听时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    pressed = models.CharField("按键答复", max_length=8, choices=PRESSED, blank=True)
    outcome = models.CharField("结果", max_length=12, choices=CallOutcome.choices, blank=True)
    words = models.CharField("线路的说明", max_length=100, blank=True)
    tape = models.CharField("录音文件", max_length=100, blank=True)
    tape_key = EncryptedTextField("录音密钥", bound_to=("attempt_id",))
    sha256 = models.CharField("录音 SHA-256", max_length=64, blank=True)
    proof = ProofField(
        "凭证",
        null=False,
        says=(
            *("attempt.message.uid", "attempt.number", "began_at", "answered_at", "ended_at"),
            *("pressed", "outcome", "sha256"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "电话"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=["", *CallOutcome.values]), name="telephone_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at__isnull=True)
                | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="telephone_ended_with_outcome",
            ),
            within("telephone_call_bounds", began_at=MOMENTS, ended_at=MOMENTS),
        ]
        indexes = [
            models.Index(
                fields=["seen_at"], name="telephone_running", condition=Q(ended_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt} {self.get_outcome_display()}"
