"""What an expert says against a rating, and what he was answered."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from expertpool.core.fields import EncryptedTextField, ProofField, is_vouched, readable
from expertpool.evaluations.models.ratings import Rating


class RatingObjection(models.Model):
    """That its expert objects to a rating, once; its files are those of the rating. ``upheld`` says what the office
    found, once (`evaluations.services.objections`), of which ``proof`` says by whom."""

    never = ("DELETE",)
    final = ("rating_id", "answered_at", "upheld", "answer", "answered_by_id")

    rating = models.OneToOneField(
        Rating, verbose_name="评价", on_delete=models.PROTECT, related_name="objection"
    )
    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    text = EncryptedTextField("申诉内容", bound_to=("uid",), at_least=512)
    asked_at = models.DateTimeField("申诉时间")
    upheld = models.BooleanField("撤销评价", null=True, blank=True)
    answer = models.CharField("答复", max_length=500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="答复人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    proof = ProofField(
        "答复凭证",
        says=(
            "uid.hex",
            "rating.uid.hex",
            "upheld",
            "answer",
            "answered_by.username",
            "answered_at",
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "评价申诉"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(upheld__isnull=True, answered_by__isnull=True, answered_at__isnull=True)
                | Q(upheld__isnull=False, answered_by__isnull=False, answered_at__isnull=False),
                name="evaluations_objection_answered",
            ),
        ]
        indexes = [models.Index(fields=["answered_at", "-id"], name="evaluations_objection_open")]

    def __str__(self) -> str:
        return f"申诉 {self.rating}"

    @property
    def readable_text(self) -> str:
        return readable(self, "text")

    @property
    def is_sound(self) -> bool:
        """Whether the office answered as it stands here, or has not yet."""
        return self.answered_at is None or is_vouched(self)

    @property
    def readable_answer(self) -> str:
        return self.answer if self.is_sound else ""

    @property
    def state_label(self) -> str:
        if not self.is_sound:
            return "答复被改动过"
        return {None: "待答复", True: "已撤销评价", False: "维持评价"}[self.upheld]

    @property
    def tone(self) -> str:
        if not self.is_sound:
            return "red"
        return {None: "amber", True: "green", False: "grey"}[self.upheld]
