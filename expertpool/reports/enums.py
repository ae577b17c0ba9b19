from django.db import models


class ReportState(models.TextChoices):
    QUEUED = "queued", "正在计算"
    DONE = "done", "已完成"
    FAILED = "failed", "计算出错"


class StatisticPage(models.TextChoices):
    """The pages of statistics; each is also the name of its address."""

    STATISTICS = "statistics", "统计分析"
    COMPARISON = "comparison", "部门对比"
    MONTHS = "months", "部门月报"
