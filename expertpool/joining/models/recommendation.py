from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from expertpool.core.fields import (
    BlindIndexField,
    EncryptedTextField,
    ProofField,
    is_vouched,
    readable,
)


class Recommendation(models.Model):
    """That an expert recommends a colleague, who is sent a link by which he applies; it leads there once,
    until ``expires_at``. The link stands in the message alone, here is its keyed digest. ``proof`` says that he did so
    here, when, by which link, and what became of it (docs/decisions/0505)."""

    never = ("DELETE",)
    final = ("recommender_id", "used_at", "revoked_at")

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    recommender = models.ForeignKey(
        "experts.Expert", verbose_name="推荐人", on_delete=models.PROTECT, related_name="+"
    )
    # Led to another recommender they do not open.
    name = EncryptedTextField("姓名", bound_to=("uid", "recommender_id"), at_least=64)
    phone = EncryptedTextField("手机号", bound_to=("uid", "recommender_id"))
    email = EncryptedTextField("邮箱", bound_to=("uid", "recommender_id"), at_least=64)
    contact_index = BlindIndexField("手机号索引")
    reason = EncryptedTextField("推荐理由", bound_to=("uid", "recommender_id"), at_least=256)
    digest = BlindIndexField("链接摘要", unique=True)
    sent_at = models.DateTimeField("发送时间")
    expires_at = models.DateTimeField("有效期至")
    used_at = models.DateTimeField("使用时间", null=True)
    revoked_at = models.DateTimeField("撤回时间", null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proof = ProofField(
        "凭证",
        says=(
            *("uid.hex", "recommender.number", "contact_index", "digest", "sent_at", "expires_at"),
            *("created_by.username", "used_at", "revoked_at"),
        ),
        opens=("name", "phone", "email", "reason"),
    )

    class Meta:
        verbose_name = verbose_name_plural = "同行推荐"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(used_at__lt=F("expires_at")),
                name="joining_link_used_in_time",
            ),
            # Taken back, it leads nowhere; used, it is not taken back.
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True),
                name="joining_link_used_or_revoked",
            ),
        ]
        indexes = [models.Index(fields=["recommender", "-id"], name="joining_by_recommender")]

    def __str__(self) -> str:
        return str(self.uid)

    @property
    def is_sound(self) -> bool:
        """Whether somebody recommended here as it stands, and it became here what it says."""
        return is_vouched(self)

    @property
    def readable_name(self) -> str:
        return readable(self, "name")

    @property
    def readable_reason(self) -> str:
        return readable(self, "reason")

    def is_live_at(self, now: datetime) -> bool:
        """Whether its link leads somewhere still."""
        return not self.used_at and not self.revoked_at and self.expires_at > now

    def state_at(self, now: datetime) -> tuple[str, str]:
        """Return in words, and by which tone, where it stands."""
        if self.used_at:
            return "已打开填报", "green"
        if self.revoked_at:
            return "已撤回", "grey"
        return ("已过期", "grey") if self.expires_at <= now else ("已发送", "amber")
