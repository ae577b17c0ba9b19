"""What was backed up when, for whoever asks without looking at the disk."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from expertpool.backups.enums import BackupKind, BackupState


class Backup(models.Model):
    """One try to make a backup. What lies on the disk is told by its manifest; this row says how it
    went, and whether it was restored for a try."""

    never = ("DELETE",)

    name = models.CharField("备份", max_length=32)
    directory = models.CharField("位置", max_length=500)
    kind = models.CharField("方式", max_length=8, choices=BackupKind)
    state = models.CharField("状态", max_length=8, choices=BackupState, default=BackupState.RUNNING)
    is_encrypted = models.BooleanField("加密", default=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="提出人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("完成时间", null=True)
    size = models.BigIntegerField("大小", null=True)
    chain = models.BigIntegerField("日志条数", null=True)
    fault = models.CharField("失败原因", max_length=1000, blank=True)
    checked_at = models.DateTimeField("试恢复时间", null=True)
    check_fault = models.CharField("试恢复发现", max_length=1000, blank=True)
    removed_at = models.DateTimeField("清理时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "备份"
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["-started_at", "-id"], name="backups_newest")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=BackupState.DONE) | Q(finished_at__isnull=False),
                name="backups_done_is_finished",
            ),
        ]

    def __str__(self) -> str:
        return self.name
