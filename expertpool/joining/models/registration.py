from __future__ import annotations

import uuid

from django.db import models

from expertpool.core.fields import BlindIndexField, EncryptedTextField
from expertpool.core.models import TriedCode
from expertpool.experts.enums import ExpertKind
from expertpool.joining.enums import Channel, ContactKind
from expertpool.joining.models.consent import ConsentText
from expertpool.joining.models.recommendation import Recommendation


class Registration(TriedCode):
    """That a stranger asked for a code by which his phone or mail is shown to be his. Of one that is
    somebody's already the digest fits no code; nothing else tells the two apart. Kept for a day."""

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    expert_kind = models.CharField("类别", max_length=12, choices=ExpertKind.choices)
    name = EncryptedTextField("姓名", bound_to=("uid",), at_least=128)
    contact_kind = models.CharField("方式", max_length=8, choices=ContactKind.choices)
    contact = EncryptedTextField("手机号或邮箱", bound_to=("uid",), at_least=64)
    # What codes are counted by: the number itself is encrypted.
    contact_index = BlindIndexField("手机号或邮箱索引")
    address_index = BlindIndexField("网络地址索引")
    channel = models.CharField("渠道", max_length=12, choices=Channel.choices)
    in_wechat = models.BooleanField("在微信中打开", default=False)
    consent = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="+")
    recommendation = models.ForeignKey(
        Recommendation, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta(TriedCode.Meta):
        verbose_name = verbose_name_plural = "注册验证码"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["contact_index", "sent_at"], name="joining_by_contact"),
            models.Index(fields=["address_index", "sent_at"], name="joining_by_address"),
            models.Index(fields=["sent_at"], name="joining_by_time"),
        ]

    def __str__(self) -> str:
        return str(self.uid)
