"""A mailbox on this machine: pymap, an IMAP server that nobody here wrote."""

from __future__ import annotations

import imaplib
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path

from expertpool.notifications.channels.email.bounce_settings import (
    HOST,
    PASSWORD,
    PORT,
    SECURITY,
    USER,
)
from tests.factories.siteconfig import configure
from tests.ports import free_port

ACCOUNT = ("noreply@example.cn", "Mailbox-7")


class ImapServer:
    """Use as a context manager; its inbox is empty."""

    def __enter__(self) -> ImapServer:
        self.port = free_port()
        user, password = ACCOUNT
        self._process = subprocess.Popen(
            [
                str(Path(sys.executable).with_name("pymap")),
                *("--no-tls", "--host", "127.0.0.1", "--port", str(self.port)),
                *("dict", "--demo-user", user, "--demo-password", password),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait()
        return self

    def _wait(self) -> None:
        for _ in range(300):
            try:
                self._signed_in().logout()
            except (OSError, imaplib.IMAP4.abort):
                time.sleep(0.1)
            else:
                return
        raise AssertionError("the server of the mailbox does not answer")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)

    def _signed_in(self) -> imaplib.IMAP4:
        box = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        box.login(*ACCOUNT)
        return box

    def put(self, letter: EmailMessage | bytes) -> None:
        """Let a letter come into the inbox."""
        content = letter if isinstance(letter, bytes) else letter.as_bytes()
        box = self._signed_in()
        assert box.append("INBOX", "", "", content)[0] == "OK"
        box.logout()

    def unread(self) -> int:
        box = self._signed_in()
        box.select("INBOX", readonly=True)
        found = len(box.search(None, "UNSEEN")[1][0].split())
        box.logout()
        return found

    def empty(self) -> None:
        box = self._signed_in()
        box.select("INBOX")
        box.store("1:*", "+FLAGS", r"(\Deleted)")
        box.expunge()
        box.logout()

    def configure(self, **changes: object) -> None:
        """Make this the mailbox of the settings, with ``changes``."""
        values = {
            "host": "127.0.0.1",
            "port": self.port,
            "security": "none",
            "user": ACCOUNT[0],
            "password": ACCOUNT[1],
        } | changes
        for setting in (HOST, PORT, SECURITY, USER, PASSWORD):
            configure(setting, values[setting.code.rpartition("_")[2]])
