"""One export of one user, and where its file is."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from expertpool.core.crypto import binding
from expertpool.core.fields import EncryptedTextField, ProofField, readable
from expertpool.core.waiting import HoldsFiles, WaitingFile

EXPORTS = "exports"


class ExportState(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "生成中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"


TONES = {
    ExportState.QUEUED: "grey",
    ExportState.RUNNING: "blue",
    ExportState.DONE: "green",
    ExportState.FAILED: "red",
}


class ExportRun(HoldsFiles, models.Model):
    """An export: asked for, written, downloaded by its maker until it expires.

    ``state`` changes only in `core.exporting.runs`. What the list was asked by may be somebody's telephone: it is
    encrypted (docs/decisions/0525).
    """

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="导出人",
        on_delete=models.CASCADE,
        related_name="+",
    )
    exporter = models.CharField("导出项", max_length=64)
    title = models.CharField("名称", max_length=100)
    # The query string of the list.
    params = EncryptedTextField("条件", bound_to=("uid",), at_least=256)
    address = models.CharField("IP 地址", max_length=45, blank=True)
    state = models.CharField(
        "状态", max_length=8, choices=ExportState.choices, default=ExportState.QUEUED
    )
    total = models.PositiveIntegerField("预计行数", default=0)
    rows = models.PositiveIntegerField("已写行数", default=0)
    error = models.CharField("失败原因", max_length=200, blank=True)
    created_at = models.DateTimeField("申请时间")
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    expires_at = models.DateTimeField("失效时间")
    # That he asked for it (`core.mandates`).
    proof = ProofField(
        "凭证",
        null=False,
        default=b"",
        says=(
            *("user.username", "exporter", "title", "readable_params", "address"),
            *("created_at", "expires_at"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "导出"
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["user", "-created_at"], name="core_export_user")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=ExportState.values), name="core_export_state"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ExportState.DONE) | models.Q(finished_at__isnull=False),
                name="core_export_finished",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def readable_params(self) -> str:
        """The query string, as a proof names it: of a row that somebody altered it is not what was asked."""
        return readable(self, "params")

    @property
    def is_done(self) -> bool:
        return self.state == ExportState.DONE

    @property
    def tone(self) -> str:
        """Colour of the state on a page."""
        return TONES[ExportState(self.state)]

    @property
    def file(self) -> WaitingFile:
        """The workbook, once it is written."""
        bound = binding(self._meta.db_table, "file", self.pk, self.user_id)
        return WaitingFile(f"{EXPORTS}/{self.pk}.sealed", bound)

    def waiting_files(self) -> tuple[WaitingFile, ...]:
        return (self.file,)

    @property
    def file_name(self) -> str:
        return f"{self.title}{timezone.localtime(self.created_at):%Y%m%d-%H%M}.xlsx"
