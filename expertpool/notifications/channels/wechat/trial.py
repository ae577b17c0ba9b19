"""Trying the service account before its settings are saved."""

from __future__ import annotations

import uuid
from functools import partial

from expertpool.core.configuration import Reader, Trial, TrialFailed
from expertpool.notifications.channels.base import Outbound
from expertpool.notifications.channels.sms.posting import is_unanswered
from expertpool.notifications.channels.sms.settings import registered_in
from expertpool.notifications.channels.trial import sent_evenly, sent_in_time
from expertpool.notifications.channels.wechat.account import WHO, of_settings
from expertpool.notifications.channels.wechat.settings import LOOPBACK, TEST, WAY, WECHAT, missing

ADDRESS = "收件人的 OpenID"
MEND = "接口地址和网络"
UNANSWERED = "微信服务号接口没有答复，请核对接口地址和网络，不知道测试消息是否已发出。"


def _run(read: Reader, address: str) -> str:
    if read(WAY) == LOOPBACK:
        return "演示不连接微信，没有发出测试消息；发到微信的消息显示在发件箱（开发）。"
    if lacks := missing(read):
        raise TrialFailed(lacks)
    registered = registered_in(read, TEST)
    if not address.strip().isascii() or not address.strip():
        raise TrialFailed(f"{ADDRESS}不对：在公众平台的用户管理中可以查到。")
    outbound = Outbound(uuid.uuid4().hex, address.strip(), "", "", registered=registered)
    send = partial(
        sent_evenly,
        of_settings(read).send,
        is_unanswered=partial(is_unanswered, who=WHO),
        words=UNANSWERED,
    )
    sent_in_time(send, outbound, mend=MEND)
    return "微信已收下，请收件人在微信里查看服务号的消息。"


TRIAL = Trial(WECHAT, "发送测试消息", ADDRESS, _run, is_mail=False)
