"""Handing a letter to a mail server: text and HTML, attachments, the same Message-ID at each attempt."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formataddr
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.template.loader import render_to_string

from expertpool.core.configuration import Reader
from expertpool.core.office import Detail, office_details
from expertpool.notifications.channels.base import Outbound, SendResult, SendStatus
from expertpool.notifications.channels.email.settings import (
    HOST,
    PASSWORD,
    PORT,
    SECURITY,
    SENDER,
    SENDER_NAME,
    TIMEOUT,
    USER,
)

# Waits for an answer that a whole attempt may take: a server that sends a letter now and then is never idle.
WAITS = 3
NOT_CONNECTED = "连接邮件服务器失败："
NOT_ASCII = "邮箱账号或密码含有中文、全角等邮件服务器不认的字符，请切换到英文输入法后重新填写。"


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in, and in whose name. ``security``: ``ssl``, ``starttls``, ``none``."""

    host: str
    port: int
    user: str
    password: str
    security: str
    timeout: int  # seconds, for each answer of the server
    sender: str
    sender_name: str


def mail_server(read: Reader) -> MailServer | None:
    """Return the server of the settings, stored or just typed; None when no host is given."""
    if not read(HOST):
        return None
    return MailServer(
        host=read(HOST),
        port=read(PORT),
        user=read(USER),
        password=read(PASSWORD),
        security=read(SECURITY),
        timeout=read(TIMEOUT),
        sender=read(SENDER),
        sender_name=read(SENDER_NAME),
    )


class Smtp:
    """Hands one message to ``server``."""

    def __init__(self, server: MailServer) -> None:
        self.server = server

    def send(self, outbound: Outbound) -> SendResult:
        server = self.server
        connection = _Backend(
            host=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.security == "starttls",
            use_ssl=server.security == "ssl",
            timeout=server.timeout,
        )
        try:
            mail = compose(outbound, server)
            connection.open()
            connection.send_messages([mail])
        except OSError as error:  # smtplib's errors too; a refused certificate is also a ValueError
            return failure(error)
        except UnicodeEncodeError:  # SMTP signs in with ASCII alone
            return SendResult(SendStatus.DOWN, detail=NOT_ASCII)
        except ValueError:  # of headers that cannot be encoded
            return SendResult(SendStatus.REJECTED, detail="邮箱地址或标题无法写进邮件。")
        finally:
            # Once the server has taken the message, a bad farewell changes nothing.
            with suppress(OSError):
                connection.close()
        return SendResult(SendStatus.ACCEPTED, provider_id=message_id(outbound.reference, server))


class _InTime(smtplib.SMTP):
    """Is cut off when an attempt takes longer than `WAITS`."""

    def __init__(self, *args: Any, **more: Any) -> None:
        self._over = threading.Event()
        longest = WAITS * more["timeout"]
        threading.Thread(target=self._cut, args=(longest,), daemon=True).start()
        try:
            super().__init__(*args, **more)
        except BaseException:
            self._over.set()
            raise

    def close(self) -> None:
        self._over.set()
        super().close()

    def _cut(self, seconds: float) -> None:
        # Again and again: while it connects there is nothing to cut, while TLS begins another socket.
        while not self._over.wait(seconds):
            seconds = 1
            if self.sock is not None:
                with suppress(OSError):
                    # Of the socket itself: whoever reads from it finds its end, encrypted or not.
                    socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


class _EncryptedInTime(_InTime, smtplib.SMTP_SSL):
    pass


class _Backend(EmailBackend):
    @property
    def connection_class(self) -> type[_InTime]:
        return _EncryptedInTime if self.use_ssl else _InTime


def compose(outbound: Outbound, server: MailServer) -> EmailMultiAlternatives:
    office = office_details()
    mail = EmailMultiAlternatives(
        subject=outbound.subject,
        body=outbound.body + _signature(office),
        from_email=formataddr((server.sender_name, server.sender)),
        to=[outbound.address],
        headers={
            "Message-ID": message_id(outbound.reference, server),
            # So that no absence assistant answers (RFC 3834).
            "Auto-Submitted": "auto-generated",
        },
    )
    html = render_to_string("notifications/email.html", {"mail": outbound, "office": office})
    mail.attach_alternative(html, "text/html")
    for file in outbound.files:
        mail.attach(file.name, file.content, file.content_type)
    return mail


def _signature(office: list[Detail]) -> str:
    """Return whose letter it is, below the line by which programs know a signature (RFC 3676, 4.3)."""
    return "\n\n-- \n" + "\n".join(one.text for one in office) if office else ""


def message_id(reference: str, server: MailServer) -> str:
    return f"<{reference}@{server.sender.partition('@')[2] or 'localhost'}>"


def failure(error: OSError) -> SendResult:
    """Tell a refusal of this message for good (5xx) from trouble of the server or the network.

    A refused sign-in or sender is the administrator's to mend, so those are tried again; as a server
    that does not answer they hold up every message.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        # There is one recipient, hence one code.
        return _refusal(min(code for code, _ in error.recipients.values()))
    if isinstance(error, smtplib.SMTPDataError):
        return _refusal(error.smtp_code)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        detail = f"邮件服务器拒绝登录（{error.smtp_code}），请检查邮箱账号和密码。"
    elif isinstance(error, smtplib.SMTPSenderRefused):
        detail = f"邮件服务器不接受发件人（{error.smtp_code}），请检查发件邮箱。"
    elif isinstance(error, smtplib.SMTPNotSupportedError):
        detail = "邮件服务器不支持所选的加密方式或登录，请核对加密方式和账号。"
    elif isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 0:
        detail = f"邮件服务器暂不服务（{error.smtp_code}）。"
    else:
        detail = f"{NOT_CONNECTED}{_trouble(error)}"
    return SendResult(SendStatus.DOWN, detail=detail)


def _trouble(error: OSError) -> str:
    """Say in words what stands between us and the server, and what to look at."""
    if isinstance(error.__context__, TimeoutError):  # smtplib hides it behind a disconnection
        error = error.__context__
    for kind, words in (
        (socket.gaierror, "找不到这台主机，请核对服务器的名称。"),
        (ConnectionRefusedError, "主机拒绝连接，请核对端口，或问清防火墙是否放行。"),
        (TimeoutError, "没有在规定时间内答复，请核对服务器、端口和加密方式。"),
        (ssl.SSLCertVerificationError, "服务器的证书不可信或与名称不符，请核对服务器的名称。"),
        (ssl.SSLError, "加密连接没有建立，请核对端口和加密方式。"),
        # What it says has no code of SMTP.
        (smtplib.SMTPResponseException, "对方不是邮件服务器，请核对服务器和端口。"),
        (smtplib.SMTPServerDisconnected, "服务器断开了连接，请核对端口和加密方式。"),
    ):
        if isinstance(error, kind):
            return words
    return f"{error or type(error).__name__}。"


def _refusal(code: int) -> SendResult:
    if code >= 500:
        return SendResult(SendStatus.REJECTED, detail=f"邮件服务器拒收（{code}）。")
    return SendResult(SendStatus.RETRY, detail=f"邮件服务器暂时不收（{code}）。")
