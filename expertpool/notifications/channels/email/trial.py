"""Trying a mail server before its settings are saved."""

from __future__ import annotations

import uuid
from dataclasses import replace
from functools import partial

from django.core.exceptions import ValidationError

from expertpool.core.configuration import Reader, Trial, TrialFailed
from expertpool.core.validators import validate_email_address
from expertpool.notifications.channels.base import Outbound, SendResult
from expertpool.notifications.channels.email.settings import MAIL
from expertpool.notifications.channels.email.smtp import NOT_CONNECTED, Smtp, mail_server
from expertpool.notifications.channels.trial import sent_evenly, sent_in_time

PATIENCE = 10  # seconds that somebody waits before a page, for each answer of the server
UNANSWERED = (
    "没有得到邮件服务器的答复，请核对服务器的名称、端口、加密方式和证书，或问清防火墙是否放行。"
)


def send_trial_mail(read: Reader, address: str) -> str:
    """Send a message to ``address`` by the settings of ``read``; return what to tell. Raises TrialFailed."""
    server = mail_server(read)
    if server is None:
        raise TrialFailed("请先填写服务器。")
    try:
        validate_email_address(address)
    except ValidationError as error:
        raise TrialFailed(f"收件{''.join(error.messages)}") from None
    mail = Outbound(
        reference=f"trial-{uuid.uuid4()}",
        address=address,
        subject="测试邮件",
        body="您好：\n\n收到这封邮件，说明邮件服务器的设置可以使用。",
    )
    smtp = Smtp(replace(server, timeout=min(server.timeout, PATIENCE)))
    send = partial(sent_evenly, smtp.send, is_unanswered=_is_unanswered, words=UNANSWERED)
    sent_in_time(send, mail, mend="服务器、端口和加密方式")
    return f"已发出，请到 {address} 的收件箱查看（也看看垃圾邮件）。"


def _is_unanswered(result: SendResult) -> bool:
    return result.detail.startswith(NOT_CONNECTED)


TRIAL = Trial(MAIL, "发送测试邮件", "收件邮箱", send_trial_mail)
