"""Trying a provider before its settings are saved."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial

from django.core.exceptions import ValidationError

from expertpool.core.configuration import Reader, Setting, Trial, TrialFailed
from expertpool.core.validators import validate_mobile
from expertpool.notifications.channels.base import Outbound, SendResult, Transport
from expertpool.notifications.channels.sms import aliyun, tencent
from expertpool.notifications.channels.sms.gateway import Gateway
from expertpool.notifications.channels.sms.posting import is_unanswered
from expertpool.notifications.channels.sms.settings import (
    ALIYUN,
    ALIYUN_SMS,
    ALIYUN_TEST,
    GATEWAY,
    GATEWAY_SMS,
    SMPP,
    SMPP_SMS,
    TENCENT,
    TENCENT_SMS,
    TENCENT_TEST,
    missing,
    registered_in,
)
from expertpool.notifications.channels.sms.smpp import Smpp
from expertpool.notifications.channels.sms.smpp_line import NOT_BOUND
from expertpool.notifications.channels.trial import sent_evenly, sent_in_time

UNANSWERED = "短信服务商没有答复，请核对接口地址（主机、端口、证书；SMPP 的账号、密码）和网络，不知道测试短信是否已发出。"
TEXT = "测试短信：收到这条短信，说明短信的设置可以使用。"


def _trial(
    provider: str,
    transport: Callable[[Reader], Transport],
    template: Setting[str] | None,
) -> Callable[[Reader, str], str]:
    def run(read: Reader, address: str) -> str:
        if lacks := missing(provider, read):
            raise TrialFailed(lacks)
        registered = registered_in(read, template) if template else None
        try:
            validate_mobile(address)
        except ValidationError as error:
            raise TrialFailed("".join(error.messages)) from None
        outbound = Outbound(f"trial-{uuid.uuid4().hex}", address, "", TEXT, registered=registered)
        send = partial(
            sent_evenly,
            transport(read).send,
            is_unanswered=_is_unanswered,
            words=UNANSWERED,
        )
        sent_in_time(send, outbound, mend="接口地址和网络")
        return f"服务商已收下，请在 {address} 上查看短信；没有收到的，到服务商的控制台查发送记录。"

    return run


def _is_unanswered(result: SendResult) -> bool:
    return is_unanswered(result) or result.detail == NOT_BOUND


LABEL, TO = "发送测试短信", "手机号"
TRIALS = (
    Trial(ALIYUN_SMS, LABEL, TO, _trial(ALIYUN, aliyun.of_settings, ALIYUN_TEST), is_mail=False),
    Trial(
        TENCENT_SMS, LABEL, TO, _trial(TENCENT, tencent.of_settings, TENCENT_TEST), is_mail=False
    ),
    Trial(GATEWAY_SMS, LABEL, TO, _trial(GATEWAY, Gateway, None), is_mail=False),
    Trial(SMPP_SMS, LABEL, TO, _trial(SMPP, partial(Smpp, stays=False), None), is_mail=False),
)
