from django.db import models


class Ending(models.TextChoices):
    """How a certificate ended by an act of the office; empty: it did not."""

    REPLACED = "replaced", "已换发"
    REVOKED = "revoked", "已注销"


class CertificateState(models.TextChoices):
    """Where a certificate stands on a day: never stored, it follows from the certificate and its expert."""

    VALID = "valid", "有效"
    COMING = "coming", "未到生效日"
    SUSPENDED = "suspended", "暂停使用"
    EXPIRED = "expired", "已过期"
    OVER = "over", "已失效"
    REPLACED = "replaced", "已换发"
    REVOKED = "revoked", "已注销"


class Align(models.TextChoices):
    LEFT = "left", "左对齐"
    CENTER = "center", "居中"
    RIGHT = "right", "右对齐"


class ElementKind(models.TextChoices):
    TEXT = "text", "文字"
    QR = "qr", "防伪二维码"


class RunKind(models.TextChoices):
    ISSUE = "issue", "发证"
    REISSUE = "reissue", "换发"
    PRINT = "print", "合并打印"


class RunState(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "处理中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"


class NameShown(models.TextChoices):
    """How much of a name the public page tells."""

    MASKED = "masked", "只显示姓（张**）"
    PLAIN = "plain", "完整姓名"
    HIDDEN = "hidden", "不显示"
