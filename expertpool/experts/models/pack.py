from __future__ import annotations

from django.db import models

from expertpool.core.fields import EncryptedBytesField


class SearchPack(models.Model):
    """What one encrypted column (``source``) says of up to `queries.packs.SIZE` experts, in one ciphertext, so
    that a search by part opens few of them instead of one for each expert (docs/decisions/0227). ``part``
    counts them: the experts whose ids begin at ``part * SIZE``. It may be behind who stands in `UnpackedExpert`.
    ``written`` counts how often it was, and only grows (a trigger): the content of before does not open by it."""

    never = ("DELETE",)  # a part of the pool would not be found

    source = models.CharField("内容", max_length=20)
    part = models.PositiveIntegerField("第几包")
    written = models.PositiveIntegerField("第几次写入", default=0)
    content = EncryptedBytesField(
        "检索内容", bound_to=("source", "part", "written"), rows_at_once=20
    )

    class Meta:
        verbose_name = verbose_name_plural = "检索包"
        ordering = ["source", "part"]
        constraints = [
            models.UniqueConstraint(fields=["source", "part"], name="experts_pack_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.part}"


class UnpackedExpert(models.Model):
    """That an encrypted column of an expert was written and the packs do not have it yet. Written by triggers of the
    database, whichever way the row was; no relation, since it need not hold."""

    expert_key = models.BigIntegerField("专家")

    class Meta:
        verbose_name = verbose_name_plural = "待归入检索包的专家"

    def __str__(self) -> str:
        return str(self.expert_key)
