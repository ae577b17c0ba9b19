"""What is asked about personal data."""

from django.db import models


class RequestKind(models.TextChoices):
    """What an expert asks of the office about his data."""

    ERASE = "erase", "删除个人信息"
    CORRECT = "correct", "更正（自己改不了的）"
    EXPLAIN = "explain", "说明处理规则、抽取结果"
    OTHER = "other", "其他"
