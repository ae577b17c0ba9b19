from django.db import models


class ReviewState(models.TextChoices):
    """How far a review has come."""

    DRAFT = "draft", "准备中"
    OPEN = "open", "评审中"
    ENDED = "ended", "已结束"
    STOPPED = "stopped", "已停止"  # ended without a result


class ReviewerState(models.TextChoices):
    """How far one of its experts has come."""

    WAITING = "waiting", "未开始"
    SCORING = "scoring", "评分中"
    SUBMITTED = "submitted", "已提交"
    LEFT = "left", "已退出"


class AssignmentState(models.TextChoices):
    """How far it has come that items are given to experts."""

    DRAFT = "draft", "未封存"
    SEALED = "sealed", "已封存"
    DRAWN = "drawn", "已分配"
    VOID = "void", "已放弃"
