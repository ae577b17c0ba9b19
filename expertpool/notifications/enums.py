from django.db import models


class ChannelCode(models.TextChoices):
    EMAIL = "email", "邮件"
    SMS = "sms", "短信"
    SITE = "site", "站内信"
    VOICE = "voice", "语音"


class DeliveryState(models.TextChoices):
    """States only move forward; UNKNOWN: sending began and nobody knows how it ended."""

    QUEUED = "queued", "待发送"
    SENDING = "sending", "发送中"
    SENT = "sent", "已发送"
    DELIVERED = "delivered", "已送达"
    READ = "read", "已读"
    FAILED = "failed", "发送失败"
    UNKNOWN = "unknown", "结果未知"
    CANCELLED = "cancelled", "已取消"
