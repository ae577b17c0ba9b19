from django.db import models


class Cause(models.TextChoices):
    """Where an entry comes from."""

    RULE = "rule", "规则"
    EVENT = "event", "事件规则"
    CORRECTION = "correction", "人工更正"
    COUNTER = "counter", "冲正"
    MERGED = "merged", "档案合并"


class ReviewFact(models.TextChoices):
    """What becomes of an invitation, once the review is over and the names are released."""

    CONFIRMED = "confirmed", "确认参加"
    ATTENDED = "attended", "参加评审"
    LATE = "late", "迟到"
    ABSENT = "absent", "确认后未到场"
    LEAVE = "leave", "确认后请假"
    DECLINED = "declined", "拒绝邀请"
    NO_ANSWER = "no_answer", "未答复邀请"
