from django.db import models


class NoticeState(models.TextChoices):
    """``SENDING``: the job goes through the experts; what is withdrawn was sent before."""

    DRAFT = "draft", "草稿"
    SENDING = "sending", "发送中"
    SENT = "sent", "已发送"
    WITHDRAWN = "withdrawn", "已撤回"


class ReceiptKind(models.TextChoices):
    READ = "read", "已读"
    CONFIRMED = "confirmed", "已确认"
