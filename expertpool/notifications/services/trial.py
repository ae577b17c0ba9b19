"""Trying a mail server before its settings are saved."""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace

from django.core.exceptions import ValidationError

from expertpool.core.configuration import Reader, TrialFailed
from expertpool.core.validators import validate_email_address
from expertpool.notifications.channels.base import Outbound, SendResult, SendStatus
from expertpool.notifications.channels.email import Smtp, mail_server

PATIENCE = 10  # seconds that somebody waits before a page, for each answer of the server
ALTOGETHER = 20  # and for all of them: a server that drips would hold the page for ever

_one_at_a_time = threading.Lock()  # in this process: what hangs, hangs once


def send_trial_mail(read: Reader, address: str) -> str:
    """Send a message to ``address`` by the settings of ``read``; return what to tell.

    Raises TrialFailed with what the server, or the network, has against it, and while another
    trial has not come to its end.
    """
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
    result = _sent_in_time(Smtp(replace(server, timeout=min(server.timeout, PATIENCE))), mail)
    if result.status is not SendStatus.ACCEPTED:
        raise TrialFailed(result.detail)
    return f"已发出，请到 {address} 的收件箱查看（也看看垃圾邮件）。"


def _sent_in_time(smtp: Smtp, mail: Outbound) -> SendResult:
    """Send ``mail`` in a thread of its own, which alone waits on when the time is over."""
    if not _one_at_a_time.acquire(blocking=False):
        raise TrialFailed("上一次测试还没有结束，请稍后再试。")
    results: list[SendResult] = []

    def send() -> None:
        try:
            results.append(smtp.send(mail))
        finally:
            _one_at_a_time.release()

    # A trial that hangs must not keep the process from ending.
    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    thread.join(ALTOGETHER)
    if not results:
        raise TrialFailed(
            f"{ALTOGETHER} 秒内没有发完，服务器答复太慢，请核对服务器、端口和加密方式。"
        )
    return results[0]
