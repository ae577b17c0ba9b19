from __future__ import annotations

from django.conf import settings
from django.db import models

from expertpool.core.fields import ProofField
from expertpool.joining.enums import Purpose


class ConsentText(models.Model):
    """One version of what applicants and experts agree to about their personal data, for one ``purpose``; the highest
    of it that this system wrote counts. Never changed: who agrees names the one that he has read."""

    never = ("UPDATE", "DELETE")

    purpose = models.CharField(
        "用途",
        max_length=10,
        choices=Purpose.choices,
        default=Purpose.JOINING,
        db_default=Purpose.JOINING,
    )
    number = models.PositiveIntegerField("版本")
    text = models.TextField("内容", max_length=5000)
    created_at = models.DateTimeField("修改时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="修改人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    proof = ProofField("凭证", null=False, default=b"", says=("named", "text", "created_at"))

    class Meta:
        verbose_name = verbose_name_plural = "个人信息告知书"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "number"], name="joining_consent_version_once"
            ),
            models.CheckConstraint(
                condition=models.Q(purpose__in=Purpose.values), name="joining_consent_purpose_known"
            ),
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 版"

    @property
    def named(self) -> int | str:
        """What its proof calls it: those of applications by their number alone, as before there were purposes."""
        return self.number if self.purpose == Purpose.JOINING else f"{self.purpose} {self.number}"
