"""Trying a provider before its settings are saved."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.core.exceptions import ValidationError

from expertpool.core.configuration import Reader, Setting, Trial, TrialFailed
from expertpool.core.validators import validate_mobile
from expertpool.notifications.channels.base import Outbound, Transport
from expertpool.notifications.channels.sms import aliyun, tencent
from expertpool.notifications.channels.sms.gateway import Gateway
from expertpool.notifications.channels.sms.settings import (
    ALIYUN,
    ALIYUN_SMS,
    ALIYUN_TEST,
    GATEWAY,
    GATEWAY_SMS,
    TENCENT,
    TENCENT_SMS,
    TENCENT_TEST,
    missing,
    pairs,
)
from expertpool.notifications.channels.trial import sent_in_time
from expertpool.notifications.occasions import Registered

TEXT = "测试短信：收到这条短信，说明短信的设置可以使用。"


def _trial(
    provider: str,
    transport: Callable[[Reader], Transport],
    template: Setting[str] | None,
) -> Callable[[Reader, str], str]:
    def run(read: Reader, address: str) -> str:
        if lacks := missing(provider, read):
            raise TrialFailed(lacks)
        registered = _registered(read(template)) if template else None
        if template and registered is None:
            raise TrialFailed(f"请先填写「{template.label}」。")
        try:
            validate_mobile(address)
        except ValidationError as error:
            raise TrialFailed("".join(error.messages)) from None
        outbound = Outbound(f"trial-{uuid.uuid4().hex}", address, "", TEXT, registered=registered)
        sent_in_time(transport(read).send, outbound, mend="接口地址和网络")
        return f"服务商已收下，请在 {address} 上查看短信；没有收到的，到服务商的控制台查发送记录。"

    return run


def _registered(text: str) -> Registered | None:
    code, _, values = text.partition(" ")
    return Registered(code, tuple(pairs(values))) if code else None


LABEL, TO = "发送测试短信", "手机号"
TRIALS = (
    Trial(ALIYUN_SMS, LABEL, TO, _trial(ALIYUN, aliyun.of_settings, ALIYUN_TEST), is_mail=False),
    Trial(
        TENCENT_SMS, LABEL, TO, _trial(TENCENT, tencent.of_settings, TENCENT_TEST), is_mail=False
    ),
    Trial(GATEWAY_SMS, LABEL, TO, _trial(GATEWAY, Gateway, None), is_mail=False),
)
