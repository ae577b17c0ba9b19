from django.db import models


class ReportState(models.TextChoices):
    QUEUED = "queued", "正在计算"
    DONE = "done", "已完成"
    FAILED = "failed", "计算出错"
