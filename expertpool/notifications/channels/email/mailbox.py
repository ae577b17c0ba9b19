"""What came into a mailbox since it was last read, over IMAP (RFC 3501); nothing in it is changed."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from expertpool.core.configuration import Reader
from expertpool.core.sizes import MEGABYTE
from expertpool.notifications.channels.email.bounce_settings import (
    HOST,
    PASSWORD,
    PORT,
    SECURITY,
    USER,
)

PATIENCE = 15  # seconds for each answer
ALTOGETHER = 60  # seconds: a server that drips holds the worker no longer
MOST_READ = (
    128 * MEGABYTE
)  # bytes of one reading: all that a server may send of the letters that are read at once
AT_ONCE = 200  # letters in one reading; the others in the next
MOST = 256 * 1024  # bytes of a letter: what went wrong stands before the letter that came back
LOOKS_BACK = timedelta(days=7)  # when a mailbox is read for the first time
_LITERAL = re.compile(rb"UID (\d+)")
# Of the language of IMAP, whatever the clock of the machine speaks.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class MailboxUnreadable(Exception):
    """The mailbox cannot be read now; the message says why, in Chinese."""


@dataclass(frozen=True)
class MailAccount:
    host: str
    port: int
    security: str  # ``ssl`` or ``none``
    user: str
    password: str


@dataclass(frozen=True)
class Place:
    """How far a mailbox has been read: up to the letter ``uid`` of the numbering ``validity`` (RFC 3501, 2.3.1.1)."""

    validity: int
    uid: int


def mail_account(read: Reader) -> MailAccount | None:
    """Return the mailbox of the settings; None when no host is given."""
    if not read(HOST):
        return None
    return MailAccount(read(HOST), read(PORT), read(SECURITY), read(USER), read(PASSWORD))


def read_new(
    account: MailAccount, since: Place | None, *, wanted: Callable[[bytes], bool], now: datetime
) -> tuple[list[bytes], Place]:
    """Return the beginnings of the letters since ``since`` whose headers are ``wanted``, and how far was read.

    Raises MailboxUnreadable.
    """
    try:
        with _opened(account) as box:
            validity, following = _number(box, "UIDVALIDITY"), _number(box, "UIDNEXT")
            if since is None or since.validity != validity:
                uids = _search(box, "SINCE", _day(now - LOOKS_BACK))
            else:
                # A range to the end names the last letter even where it is an old one.
                uids = [uid for uid in _search(box, "UID", f"{since.uid + 1}:*") if uid > since.uid]
            here = sorted(uids)[:AT_ONCE]
            heads = _fetch(box, here, "BODY.PEEK[HEADER]")
            found = [uid for uid, head in heads if wanted(head[:MOST])]
            letters = [one for _, one in _fetch(box, found, f"BODY.PEEK[]<0.{MOST}>")]
    except (OSError, imaplib.IMAP4.error, UnicodeError, ValueError) as error:
        raise MailboxUnreadable(_trouble(error)) from error
    if len(uids) > len(here):
        return letters, Place(validity, here[-1])
    known = since.uid if since and since.validity == validity else 0
    return letters, Place(validity, max([known, following - 1, *here]))


@contextmanager
def _opened(account: MailAccount) -> Iterator[imaplib.IMAP4]:
    """Sign in and open the inbox, which stays as it is."""
    if account.security == "ssl":
        tls = ssl.create_default_context()
        box: _InTime = _EncryptedInTime(
            account.host, account.port, ssl_context=tls, timeout=PATIENCE
        )
    else:
        box = _InTime(account.host, account.port, timeout=PATIENCE)
    try:
        box.login(account.user, account.password)
        kind, said = box.select("INBOX", readonly=True)
        if kind != "OK":
            raise imaplib.IMAP4.error(said)
        yield box
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            box.logout()
        with suppress(OSError):
            box.shutdown()
        box.end()


class _InTime(imaplib.IMAP4):
    """Is cut off once it has taken `ALTOGETHER`, from the first letter of its greeting to its farewell, or more than
    `MOST_READ`: a server that sends a letter now and then, or never ends, is never idle."""

    def __init__(self, *args: Any, **more: Any) -> None:
        self._over, self._left = threading.Event(), MOST_READ
        threading.Thread(target=self._cut, args=(ALTOGETHER,), daemon=True).start()
        try:
            super().__init__(*args, **more)
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        self._over.set()

    def read(self, size: int) -> bytes:
        if size > self._left:
            raise self.abort("too much")
        return self._counted(super().read(size))

    def readline(self) -> bytes:
        return self._counted(super().readline())

    def _counted(self, found: bytes) -> bytes:
        self._left -= len(found)
        if self._left < 0:
            raise self.abort("too much")
        return found

    def _cut(self, seconds: float) -> None:
        # Again and again: while it connects there is nothing to cut, while TLS begins another socket.
        while not self._over.wait(seconds):
            seconds = 1
            if (sock := getattr(self, "sock", None)) is not None:
                with suppress(OSError):
                    # Of the socket itself: whoever reads from it finds its end, encrypted or not.
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)


class _EncryptedInTime(_InTime, imaplib.IMAP4_SSL):
    pass


def _number(box: imaplib.IMAP4, code: str) -> int:
    number = int(box.response(code)[1][0] or b"0")
    if not 0 <= number < 2**32:  # RFC 3501, 9
        raise ValueError(code)
    return number


def _search(box: imaplib.IMAP4, *criteria: str) -> list[int]:
    kind, found = box.uid("SEARCH", *criteria)
    if kind != "OK":
        raise imaplib.IMAP4.error(found)
    return [int(uid) for uid in (found[0] or b"").split()]


def _fetch(box: imaplib.IMAP4, uids: list[int], what: str) -> list[tuple[int, bytes]]:
    """Return what was asked for of each letter, with its number."""
    if not uids:
        return []
    kind, rows = box.uid("FETCH", ",".join(map(str, uids)), f"(UID {what})")
    if kind != "OK":
        raise imaplib.IMAP4.error(rows)
    return [
        (int(number[1]), row[1])
        for row in rows
        if isinstance(row, tuple) and (number := _LITERAL.search(row[0]))
    ]


def _day(at: datetime) -> str:
    return f"{at.day}-{_MONTHS[at.month - 1]}-{at.year}"


def _trouble(error: Exception) -> str:
    """Say in words what is wrong, and what to look at: of a server that does not serve always the same, since
    whoever sets one would find the open ports of the network by it."""
    if isinstance(error, UnicodeError):
        return "账号或密码含有中文、全角等收信服务器不认的字符，请切换到英文输入法后重新填写。"
    if isinstance(error, imaplib.IMAP4.error) and not isinstance(error, imaplib.IMAP4.abort):
        return "收信服务器拒绝登录或打开收件箱，请核对账号、密码（授权码），并开启 IMAP。"
    return "没有得到收信服务器的答复，请核对服务器、端口和加密方式，或问清防火墙是否放行。"
