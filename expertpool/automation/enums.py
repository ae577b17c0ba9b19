from django.db import models


class FiringState(models.TextChoices):
    """What has come of one action of a rule; only WAITING changes, once."""

    WAITING = "waiting", "待执行"
    DONE = "done", "已执行"
    FAILED = "failed", "失败"
    SKIPPED = "skipped", "已跳过"


STATE_TONES = {
    FiringState.WAITING: "blue",
    FiringState.DONE: "green",
    FiringState.FAILED: "red",
    FiringState.SKIPPED: "grey",
}


class Way(models.TextChoices):
    """By what a message of a rule goes out."""

    SITE = "site", "站内信"
    SMS = "sms", "短信"
    EMAIL = "email", "邮件"
    ALL = "all", "站内信，并用短信、邮件"
