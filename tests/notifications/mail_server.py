"""A real SMTP server (aiosmtpd) whose behaviour is chosen by the address of the recipient.

``bounce@`` 550; and the first time: ``busy@`` 451, ``slow@`` no answer to the text, ``mute@`` takes
the text and does not say so.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from expertpool.notifications.channels.email.settings import (
    HOST,
    PASSWORD,
    PORT,
    SECURITY,
    SENDER,
    TIMEOUT,
    USER,
)
from tests.factories.siteconfig import configure
from tests.ports import free_port

ACCOUNT = ("noreply@example.cn", "Mail-server-7")


class MailServer:
    """Use as a context manager; ``accepted`` are the messages that got a 250."""

    host = "127.0.0.1"
    account = ACCOUNT

    def __init__(self) -> None:
        self.accepted: list[EmailMessage] = []
        self.seen: list[EmailMessage] = []
        self.tries: Counter[str] = Counter()
        self.hanging = threading.Event()
        self.port = free_port()
        self._controller = Controller(
            self,
            hostname=self.host,
            port=self.port,
            authenticator=self._authenticate,
            auth_required=True,
            auth_require_tls=False,
        )

    def __enter__(self) -> MailServer:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    def configure(self) -> None:
        """Make this the mail server of the site."""
        user, password = self.account
        configure(HOST, self.host)
        configure(PORT, self.port)
        configure(SECURITY, "none")
        configure(USER, user)
        configure(PASSWORD, password)
        configure(SENDER, user)
        configure(TIMEOUT, 5)

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        expected = LoginPassword(*(part.encode() for part in ACCOUNT))
        return AuthResult(success=data == expected, handled=False)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.tries[address] += 1
        if address.startswith("bounce@"):
            return "550 No such user"
        if address.startswith("busy@") and self.tries[address] == 1:
            return "451 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        message = BytesParser(policy=policy.default).parsebytes(content)
        assert isinstance(message, EmailMessage)
        self.seen.append(message)
        address = envelope.rcpt_tos[0]
        first = self.tries[address] == 1
        if not (first and address.startswith("slow@")):
            self.accepted.append(message)
        if first and address.startswith(("slow@", "mute@")):
            self.hanging.set()
            await asyncio.sleep(600)
        return "250 Accepted"
