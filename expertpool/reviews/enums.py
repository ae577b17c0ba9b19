from django.db import models


class ReviewState(models.TextChoices):
    """How far a review has come."""

    DRAFT = "draft", "准备中"
    OPEN = "open", "评审中"
    ENDED = "ended", "已结束"


class ReviewerState(models.TextChoices):
    """How far one of its experts has come."""

    WAITING = "waiting", "未开始"
    SCORING = "scoring", "评分中"
    SUBMITTED = "submitted", "已提交"
    LEFT = "left", "已退出"
