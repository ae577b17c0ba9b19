"""The result of a review as it was sealed."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.db import models

import vdraw
from expertpool.core.fields import ProofField, is_vouched
from expertpool.reviews.models.reviews import Review


def digest_of(content: dict[str, Any]) -> str:
    """Return SHA-256 (hex) of a record as canonical JSON."""
    return hashlib.sha256(vdraw.canonical_json(content)).hexdigest()


class ReviewResult(models.Model):
    """The public record of what ``review`` came to, made when it ended; its ``digest`` (SHA-256 of the record as canonical
    JSON) stands in the log's chain. It is never changed."""

    never = ("UPDATE", "DELETE")

    review = models.OneToOneField(
        Review, verbose_name="评审", on_delete=models.PROTECT, related_name="result"
    )
    content = models.JSONField("结果记录")
    digest = models.CharField("结果摘要", max_length=64)
    sealed_at = models.DateTimeField("封存时间")
    sealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="封存人", on_delete=models.PROTECT, related_name="+"
    )
    # Not the content, which may be megabytes: its digest stands for it.
    proof = ProofField("凭证", null=False, says=("review.uid.hex", "digest", "sealed_at"))

    class Meta:
        verbose_name = verbose_name_plural = "评审结果"
        ordering = ["-sealed_at"]

    def __str__(self) -> str:
        return f"{self.review.project.name} 评审结果"

    @property
    def is_altered(self) -> bool:
        """Whether somebody else than this system has written what it says."""
        # Both: the proof is of the digest, and the digest of what is shown.
        return not is_vouched(self) or self.digest != digest_of(self.content)
