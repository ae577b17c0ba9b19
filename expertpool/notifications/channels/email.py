"""E-mail over SMTP: text and HTML, attachments, the same Message-ID at each attempt."""

from __future__ import annotations

import smtplib
from contextlib import suppress
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.template.loader import render_to_string

from expertpool.notifications.channels.base import Outbound, SendResult, SendStatus, Transport
from expertpool.notifications.channels.outbox import Outbox
from expertpool.notifications.enums import ChannelCode

NOT_CONFIGURED = "没有配置邮件服务器（EMAIL_HOST），邮件没有发出。请系统管理员配置后重新通知。"


class EmailChannel:
    code = ChannelCode.EMAIL.value
    resendable = True
    carries_files = True
    missing_address = "没有邮箱"

    def send(self, outbound: Outbound) -> SendResult:
        chosen = transport()
        if chosen is None:
            return SendResult(SendStatus.REJECTED, detail=NOT_CONFIGURED)
        return chosen.send(outbound)

    def query(self, reference: str) -> SendResult | None:
        return None


def transport() -> Transport | None:
    """Return what sends in this deployment; None where nothing is configured."""
    if settings.EMAIL_HOST:
        return Smtp()
    return Outbox() if settings.DEV_PAGES else None


class Smtp:
    """Hands one message to the server of the settings ``EMAIL_*``."""

    def send(self, outbound: Outbound) -> SendResult:
        connection = EmailBackend()
        try:
            mail = compose(outbound)
            connection.open()
            connection.send_messages([mail])
        except ValueError:  # of headers that cannot be encoded
            return SendResult(SendStatus.REJECTED, detail="邮箱地址或标题无法写进邮件。")
        except OSError as error:  # smtplib's errors too
            return failure(error)
        finally:
            # Once the server has taken the message, a bad farewell changes nothing.
            with suppress(OSError):
                connection.close()
        return SendResult(SendStatus.ACCEPTED, provider_id=message_id(outbound.reference))


def compose(outbound: Outbound) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(
        subject=outbound.subject,
        body=outbound.body,
        to=[outbound.address],
        headers={
            "Message-ID": message_id(outbound.reference),
            "Auto-Submitted": "auto-generated",
        },
    )
    html = render_to_string("notifications/email.html", {"mail": outbound})
    mail.attach_alternative(html, "text/html")
    for file in outbound.files:
        mail.attach(file.name, file.content, file.content_type)
    return mail


def message_id(reference: str) -> str:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2]
    return f"<{reference}@{domain or 'localhost'}>"


def failure(error: OSError) -> SendResult:
    """Tell a refusal of this message for good (5xx) from trouble of the server or the network.

    A refused sign-in or sender is the administrator's to mend, so those are tried again.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _refusal(min(code for code, _ in error.recipients.values()))
    if isinstance(error, smtplib.SMTPDataError):
        return _refusal(error.smtp_code)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        detail = f"邮件服务器拒绝登录（{error.smtp_code}），请检查邮箱账号和密码。"
    elif isinstance(error, smtplib.SMTPSenderRefused):
        detail = f"邮件服务器不接受发件人（{error.smtp_code}），请检查 DEFAULT_FROM_EMAIL。"
    elif isinstance(error, smtplib.SMTPResponseException):
        detail = f"邮件服务器暂不服务（{error.smtp_code}）。"
    else:
        detail = f"连接邮件服务器失败（{error or type(error).__name__}）。"
    return SendResult(SendStatus.RETRY, detail=detail)


def _refusal(code: int) -> SendResult:
    if code >= 500:
        return SendResult(SendStatus.REJECTED, detail=f"邮件服务器拒收（{code}）。")
    return SendResult(SendStatus.RETRY, detail=f"邮件服务器暂时不收（{code}）。")
