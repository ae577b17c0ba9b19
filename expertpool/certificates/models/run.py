"""Issuing, reissuing or printing many certificates at once."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from expertpool.certificates.enums import RunKind, RunState
from expertpool.core.crypto import binding
from expertpool.core.fields import EncryptedJSONField, ProofField
from expertpool.core.waiting import HoldsFiles, WaitingFile

FOLDER = "certificates"


class CertificateRun(HoldsFiles, models.Model):
    """What one user has done to many: asked for, worked off as a job, its PDF fetched until it expires.

    ``chosen`` are the keys of experts (issue) or certificates; ``refused`` pairs of name and reason. ``proof``: that
    he asked for it, and what came of it (`core.mandates`); emptied when it expires.
    """

    never = ("DELETE",)
    final = ("uid", "finished_at")

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="办理人", on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField("事项", max_length=8, choices=RunKind.choices)
    chosen = models.JSONField("所选")
    refused = EncryptedJSONField("未办理", bound_to=("uid",), at_least=256, rows_at_once=20)
    state = models.CharField(
        "状态", max_length=8, choices=RunState.choices, default=RunState.QUEUED
    )
    total = models.PositiveIntegerField("总数")
    done = models.PositiveIntegerField("已处理", default=0)
    made = models.PositiveIntegerField("证书数", default=0)
    error = models.CharField("失败原因", max_length=200, blank=True)
    created_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    expires_at = models.DateTimeField("失效时间")
    proof = ProofField(
        "凭证",
        null=False,
        default=b"",
        says=(
            *("uid.hex", "user.username", "kind", "chosen", "total"),
            *("created_at", "expires_at"),
            *("state", "done", "made", "refused", "error", "finished_at"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "证书批量办理"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=RunState.values), name="certificates_run_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.total} 份"

    @property
    def is_over(self) -> bool:
        return self.state in {RunState.DONE, RunState.FAILED}

    @property
    def file(self) -> WaitingFile:
        """The PDF of all, once it is made."""
        bound = binding(self._meta.db_table, "file", self.pk, self.user_id)
        # Sealed to the row and its user: a file that is put in its place does not open.
        return WaitingFile(f"{FOLDER}/{self.pk}.sealed", bound)

    def waiting_files(self) -> tuple[WaitingFile, ...]:
        return (self.file,)

    @property
    def file_name(self) -> str:
        at = timezone.localtime(self.created_at)
        return f"专家证书{at:%Y%m%d-%H%M}（{self.made} 份）.pdf"
