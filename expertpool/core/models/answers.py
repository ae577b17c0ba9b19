"""Answers of the interface that are given again when a call is repeated."""

from __future__ import annotations

from django.db import models

from expertpool.core.fields import EncryptedBytesField


class StoredAnswer(models.Model):
    """The answer to one call under its Idempotency-Key; written by `core.api.idempotency` in the
    transaction of the call. ``owner`` names the token, ``fingerprint`` is SHA-256 of the request. Or that something signed
    was used, and for what, without an answer (`core.once`). What was answered is of persons as often as not: it is
    encrypted for its token and key (docs/decisions/0525)."""

    owner = models.CharField("令牌", max_length=40)
    key = models.CharField("幂等键", max_length=100)
    fingerprint = models.BinaryField("请求摘要", max_length=32)
    status = models.PositiveSmallIntegerField("状态码", default=0)
    content_type = models.CharField("类型", max_length=100, blank=True)
    content = EncryptedBytesField(
        "内容", bound_to=("owner", "key"), at_least=1024, seals_empty=True, default=bytes
    )
    created_at = models.DateTimeField("时间")
    expires_at = models.DateTimeField("失效时间")

    class Meta:
        verbose_name = verbose_name_plural = "接口答复"
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="core_answer_once")]
        indexes = [models.Index(fields=["expires_at"], name="core_answer_expires")]

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"
