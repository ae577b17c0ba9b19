"""What an expert says against a rating or a caution, and what he was answered."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from expertpool.core.fields import EncryptedTextField, ProofField, is_vouched, readable
from expertpool.evaluations.models.ratings import Rating
from expertpool.evaluations.models.sanctions import Sanction


class ExpertObjection(models.Model):
    """What an expert says, once, against something. ``upheld`` says what the office found, once; ``proof`` that he
    said it here, and by whom it was answered."""

    never = ("DELETE",)
    found: ClassVar[dict[bool | None, str]] = {None: "待答复"}

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    # Filled up to that length: else a long one could be told from a short one.
    text = EncryptedTextField("申诉内容", bound_to=("uid",), at_least=512, seals_empty=True)
    asked_at = models.DateTimeField("申诉时间")
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
    # Each kind has its own, under the label of what is taken back.
    upheld: models.BooleanField[bool | None, bool | None]
    proof: ProofField

    class Meta:
        abstract = True

    @property
    def readable_text(self) -> str:
        return readable(self, "text")

    @property
    def is_sound(self) -> bool:
        """Whether its expert said it here, and the office answered as it stands, or has not yet."""
        return is_vouched(self)

    @property
    def is_forged(self) -> bool:
        """Whether nobody has said it here: it waits for an answer that nobody asked for."""
        return self.answered_at is None and not self.is_sound

    @property
    def readable_answer(self) -> str:
        return self.answer if self.is_sound else ""

    @property
    def state_label(self) -> str:
        if self.is_sound:
            return self.found[self.upheld]
        return "不是在系统中提出的" if self.answered_at is None else "答复被改动过"

    @property
    def tone(self) -> str:
        if not self.is_sound:
            return "red"
        return {None: "amber", True: "green", False: "grey"}[self.upheld]


def _answered(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        # All or none: an answer that nobody gave, or at no time, is none.
        condition=Q(upheld__isnull=True, answered_by__isnull=True, answered_at__isnull=True)
        | Q(upheld__isnull=False, answered_by__isnull=False, answered_at__isnull=False),
        name=name,
    )


class RatingObjection(ExpertObjection):
    """That its expert objects to a rating; its files are those of the rating (`evaluations.services.objections`)."""

    final = ("rating_id", "answered_at", "upheld", "answer", "answered_by_id")
    found: ClassVar[dict[bool | None, str]] = {
        **ExpertObjection.found,
        True: "已撤销评价",
        False: "维持评价",
    }

    rating = models.OneToOneField(
        Rating, verbose_name="评价", on_delete=models.PROTECT, related_name="objection"
    )
    upheld = models.BooleanField("撤销评价", null=True, blank=True)
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
        opens=("text",),
    )

    class Meta:
        verbose_name = verbose_name_plural = "评价申诉"
        ordering = ["-id"]
        constraints = [_answered("evaluations_objection_answered")]
        indexes = [models.Index(fields=["answered_at", "-id"], name="evaluations_objection_open")]

    def __str__(self) -> str:
        return f"申诉 {self.rating}"


class CautionObjection(ExpertObjection):
    """That its expert objects to a caution; its files are those of the caution. One that is upheld makes it count no
    more (`evaluations.services.caution_objections`)."""

    final = ("caution_id", "answered_at", "upheld", "answer", "answered_by_id")
    found: ClassVar[dict[bool | None, str]] = {
        **ExpertObjection.found,
        True: "已撤销警告",
        False: "维持警告",
    }

    caution = models.OneToOneField(
        Sanction, verbose_name="警告", on_delete=models.PROTECT, related_name="objection"
    )
    upheld = models.BooleanField("撤销警告", null=True, blank=True)
    proof = ProofField(
        "答复凭证",
        says=(
            *("uid.hex", "caution.expert.number", "caution.requested_at"),
            *("upheld", "answer", "answered_by.username", "answered_at"),
        ),
        opens=("text",),
    )

    class Meta:
        verbose_name = verbose_name_plural = "警告申诉"
        ordering = ["-id"]
        constraints = [_answered("evaluations_caution_objection_answered")]
        indexes = [
            models.Index(fields=["answered_at", "-id"], name="evaluations_caution_objections")
        ]

    def __str__(self) -> str:
        return f"申诉 {self.caution}"
