"""Short messages over a direct line to an operator: SMPP 3.4.

The line stands in the process that sends messages (`keep_line`); receipts and replies come over it, too.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from expertpool.core.configuration import Reader
from expertpool.notifications.channels.base import Outbound, SendResult, SendStatus
from expertpool.notifications.channels.sms.settings import (
    PROVIDER,
    SMPP,
    SMPP_HOST,
    SMPP_ID,
    SMPP_PASSWORD,
    SMPP_PORT,
    SMPP_PREFIX,
    SMPP_SOURCE,
    SMPP_TLS,
    SMPP_TYPE,
)
from expertpool.notifications.channels.sms.smpp_line import (
    Account,
    Going,
    Line,
    Take,
    Told,
    first_reference,
)
from expertpool.notifications.channels.sms.smpp_text import parts_of

TOO_LONG = SendResult(SendStatus.REJECTED, detail="短信太长，没有发出。")

_line: Line | None = None
_lock = threading.Lock()
_references = count(first_reference())
_takes: list[Take] = []


def on_told(take: Take) -> None:
    """Let ``take`` have whatever the gateway tells."""
    _takes[:] = [take]


def _take(found: Sequence[Told]) -> None:
    for take in _takes:
        take(found)


@dataclass(frozen=True)
class Smpp:
    """Hands messages to the gateway of ``read``. ``stays``: over the line that stands; a trial has one of its own."""

    read: Reader
    stays: bool = True

    def send(self, outbound: Outbound) -> SendResult:
        read = self.read
        try:
            parts = parts_of(outbound.body, next(_references) % 256)
        except ValueError:
            return TOO_LONG
        source = f"{read(SMPP_SOURCE)}{outbound.extension}"
        going = Going(source, f"{read(SMPP_PREFIX)}{outbound.address}", parts)
        if self.stays:
            return line_to(account_of(read)).send(going)
        line = Line(account_of(read), lambda _: None)
        try:
            return line.send(going)
        finally:
            line.close()


def account_of(read: Reader) -> Account:
    return Account(
        host=read(SMPP_HOST),
        port=read(SMPP_PORT),
        is_secure=read(SMPP_TLS),
        system_id=read(SMPP_ID),
        password=read(SMPP_PASSWORD),
        system_type=read(SMPP_TYPE),
    )


def line_to(account: Account) -> Line:
    """Return the line of this process to ``account``; one that led elsewhere is closed."""
    global _line  # noqa: PLW0603 - there is one
    with _lock:
        if _line is not None and _line.account != account:
            _line.close()
            _line = None
        if _line is None:
            _line = Line(account, _take)
        return _line


def keep_line(read: Reader) -> bool:
    """See to it that the line stands where the office sends by SMPP, so that receipts and replies come also while
    nothing goes out; True if it does."""
    if read(PROVIDER) == SMPP:
        return line_to(account_of(read)).bind()
    close_line()
    return False


def close_line() -> None:
    """Take leave of the gateway, where there is a line."""
    global _line
    with _lock:
        line, _line = _line, None
    if line is not None:
        line.close()
