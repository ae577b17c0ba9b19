from __future__ import annotations

from django.conf import settings
from django.db import models

from expertpool.core.fields import ProofField


class ConsentText(models.Model):
    """One version of what applicants agree to about their personal data; the highest that
    this system wrote counts. Never changed: an application names the one that its applicant has read."""

    never = ("UPDATE", "DELETE")

    number = models.PositiveIntegerField("版本", unique=True)
    text = models.TextField("内容", max_length=5000)
    created_at = models.DateTimeField("修改时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="修改人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    proof = ProofField("凭证", null=False, default=b"", says=("number", "text", "created_at"))

    class Meta:
        verbose_name = verbose_name_plural = "个人信息告知书"
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"第 {self.number} 版"
