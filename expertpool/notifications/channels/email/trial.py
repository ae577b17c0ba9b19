"""Trying a mail server before its settings are saved."""

from __future__ import annotations

import uuid
from dataclasses import replace

from django.core.exceptions import ValidationError

from expertpool.core.configuration import Reader, Trial, TrialFailed
from expertpool.core.validators import validate_email_address
from expertpool.notifications.channels.base import Outbound
from expertpool.notifications.channels.email.settings import MAIL
from expertpool.notifications.channels.email.smtp import Smtp, mail_server
from expertpool.notifications.channels.trial import sent_in_time

PATIENCE = 10  # seconds that somebody waits before a page, for each answer of the server


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
    sent_in_time(smtp.send, mail, mend="服务器、端口和加密方式")
    return f"已发出，请到 {address} 的收件箱查看（也看看垃圾邮件）。"


TRIAL = Trial(MAIL, "发送测试邮件", "收件邮箱", send_trial_mail)
