"""Templates, messages and their delivery. Addresses and texts are encrypted: a message names an
expert who may still be sealed."""

from __future__ import annotations

from django.db import models

from expertpool.core.fields import BlindIndexField, EncryptedTextField
from expertpool.notifications.enums import ChannelCode, DeliveryState


class MessageTemplate(models.Model):
    """An editable text with ``{{变量}}`` placeholders; the occasion (code) declares which exist."""

    occasion = models.CharField("场合", max_length=64)
    channel = models.CharField("渠道", max_length=8, choices=ChannelCode.choices)
    subject = models.CharField("标题", max_length=200, blank=True)
    body = models.TextField("正文")
    active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "通知模板"
        ordering = ["occasion", "channel"]
        constraints = [
            models.UniqueConstraint(
                fields=["occasion", "channel"], name="notifications_template_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.occasion} {self.get_channel_display()}"


class Message(models.Model):
    """One text to one recipient over one channel, with the state of its delivery.

    ``key`` makes sending idempotent: the same key never makes a second message. ``recipient_key``
    is a blind index of the recipient, so that a user finds his own messages and nobody else's.
    States move forward only, through `notifications.services.delivery`.
    """

    key = models.CharField("幂等键", max_length=100, unique=True)
    occasion = models.CharField("场合", max_length=64)
    channel = models.CharField("渠道", max_length=8, choices=ChannelCode.choices)
    recipient_key = BlindIndexField("收件人索引")
    recipient = EncryptedTextField("收件人")
    address = EncryptedTextField("地址")
    subject = EncryptedTextField("标题")
    body = EncryptedTextField("正文")
    about_type = models.CharField("相关对象类型", max_length=64, blank=True)
    about_id = models.CharField("相关对象编号", max_length=64, blank=True)
    state = models.CharField(
        "状态", max_length=12, choices=DeliveryState.choices, default=DeliveryState.QUEUED
    )
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    detail = models.CharField("结果说明", max_length=300, blank=True)
    provider_id = models.CharField("渠道流水号", max_length=100, blank=True)
    created_at = models.DateTimeField("生成时间")
    sending_at = models.DateTimeField("开始发送时间", null=True)
    sent_at = models.DateTimeField("发送时间", null=True)
    read_at = models.DateTimeField("阅读时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["about_type", "about_id", "-id"], name="notifications_about"),
            models.Index(
                fields=["recipient_key", "channel", "-id"], name="notifications_recipient"
            ),
            models.Index(fields=["state", "sending_at"], name="notifications_state"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.occasion}"
