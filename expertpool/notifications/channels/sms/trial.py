"""Trying a provider before its settings are saved."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from functools import partial

from django.core.exceptions import ValidationError

from expertpool.core import posting
from expertpool.core.configuration import Reader, Setting, Trial, TrialFailed
from expertpool.core.validators import validate_mobile
from expertpool.notifications.channels.base import Outbound, SendResult, SendStatus, Transport
from expertpool.notifications.channels.sms import aliyun, tencent
from expertpool.notifications.channels.sms.gateway import Gateway
from expertpool.notifications.channels.sms.posting import LOST, NOT_CONNECTED
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
    pairs,
)
from expertpool.notifications.channels.sms.smpp import Smpp
from expertpool.notifications.channels.sms.smpp_line import NOT_BOUND
from expertpool.notifications.channels.trial import sent_in_time
from expertpool.notifications.occasions import Registered

MORE = 1.0  # seconds, in which an attempt that ran out of its time has ended, too
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
        registered = _registered(read(template)) if template else None
        if template and registered is None:
            raise TrialFailed(f"请先填写「{template.label}」。")
        try:
            validate_mobile(address)
        except ValidationError as error:
            raise TrialFailed("".join(error.messages)) from None
        outbound = Outbound(f"trial-{uuid.uuid4().hex}", address, "", TEXT, registered=registered)
        sent_in_time(partial(_sent, transport(read)), outbound, mend="接口地址和网络")
        return f"服务商已收下，请在 {address} 上查看短信；没有收到的，到服务商的控制台查发送记录。"

    return run


def _sent(transport: Transport, outbound: Outbound) -> SendResult:
    """Send ``outbound``. Where nobody answers, words and time are the same whatever stands there: who may set the
    address would learn which machines of the house, and which of their ports, are there."""
    began = time.monotonic()
    result = transport.send(outbound)
    if result.detail not in (NOT_CONNECTED, NOT_BOUND, LOST):
        return result
    time.sleep(max(0, posting.LONGEST + MORE - (time.monotonic() - began)))
    return SendResult(SendStatus.DOWN, detail=UNANSWERED)


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
    Trial(SMPP_SMS, LABEL, TO, _trial(SMPP, partial(Smpp, stays=False), None), is_mail=False),
)
