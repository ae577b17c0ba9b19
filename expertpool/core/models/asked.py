"""What somebody asked for that a job does in his name, where no page shows how far it is."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from expertpool.core.fields import ProofField


class AskedJob(models.Model):
    """That ``user`` (nobody: this system) asked for the job ``task`` with what is ``given``. Written and worked off by
    `core.asking` only. ``proof``: that he did (`core.mandates`)."""

    never = ("DELETE",)
    final = ("uid", "finished_at")

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="提出人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    task = models.CharField("任务", max_length=100)
    given = models.JSONField("内容", default=dict)
    asked_at = models.DateTimeField("提出时间")
    finished_at = models.DateTimeField("完成时间", null=True)
    proof = ProofField(
        "凭证",
        null=False,
        default=b"",
        says=("uid.hex", "user.username", "task", "given", "asked_at"),
    )

    class Meta:
        verbose_name = verbose_name_plural = "后台办理"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.task
