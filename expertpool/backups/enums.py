from __future__ import annotations

from django.db import models


class BackupKind(models.TextChoices):
    FULL = "full", "完整"
    INCREMENTAL = "incr", "增量"


class BackupState(models.TextChoices):
    RUNNING = "running", "正在备份"
    DONE = "done", "成功"
    FAILED = "failed", "失败"
