"""Whether a file that comes in has a virus.

Every door by which a stranger's file comes in calls `scan` before anything is kept of it, outside of
the transaction that keeps it: the scanner takes its time, and what it finds is logged though nothing
else is written. Where the machine's environment names no scanner (CLAMD), nothing is asked.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.conf import settings

from expertpool.core.aftermath import leave_behind
from expertpool.core.configuration import value_of
from expertpool.core.events import publish
from expertpool.core.scanning.clamd import ScannerDown, TooLarge, ask
from expertpool.core.settings import SCAN_SECONDS, WHILE_DOWN, WhileDown

__all__ = ["Infected", "NotScanned", "ScanRefused", "VirusFound", "scan"]

logger = logging.getLogger(__name__)

INFECTED = (
    "文件“{}”含有病毒（{}），没有接收，已记入日志并报告安全管理员。请先给存放它的电脑查杀病毒。"
)
DOWN = "病毒查杀程序现在没有答复，“{}”没有接收。请稍后再试；一直如此，请联系系统管理员。"
TOO_LARGE = (
    "“{}”太大，病毒查杀程序查不了，没有接收。请分成几个文件，或请系统管理员按《运行》文档的“病毒查杀”一节"
    "调大查杀程序的大小限制。"
)


class ScanRefused(Exception):
    """The file is not taken; the message says why."""


class Infected(ScanRefused):
    """There is a virus in it: ``virus`` is its name."""

    def __init__(self, name: str, virus: str) -> None:
        super().__init__(INFECTED.format(name, virus))
        self.virus = virus


class NotScanned(ScanRefused):
    """The scanner gave no answer."""


@dataclass(frozen=True)
class VirusFound:
    """A file with a virus was sent by ``user_id`` and not taken; or, ``kept``, had been taken unread
    and is removed. ``door`` says where it came in."""

    name: str
    virus: str
    door: str
    user_id: int | None
    kept: bool
    at: datetime


def scan(
    file: IO[bytes] | Any,
    *,
    name: str,
    door: str,
    user_id: int | None,
    now: datetime,
    may_wait: bool = False,
    kept: bool = False,
) -> bool:
    """Ask the scanner about ``file``, which stands at its beginning afterwards; return whether it was clean.

    Raises Infected (announces VirusFound, whatever is undone around it), and NotScanned while there is
    no answer; where that ``may_wait``, and the office wants it so, False is returned instead: the file
    must be kept from everybody until it was scanned. ScanRefused for what the scanner cannot take.
    """
    if not settings.CLAMD:
        return True
    file.seek(0)
    try:
        virus = ask(settings.CLAMD, file, seconds=value_of(SCAN_SECONDS))
    except TooLarge:
        raise ScanRefused(TOO_LARGE.format(name)) from None
    except ScannerDown as error:
        logger.warning("the virus scanner gave no answer: %s", error)
        if may_wait and value_of(WHILE_DOWN) == WhileDown.WAIT:
            return False
        raise NotScanned(DOWN.format(name)) from None
    finally:
        file.seek(0)
    if virus:
        found = VirusFound(name, virus, door, user_id, kept, now)
        leave_behind(lambda: publish(found))
        raise Infected(name, virus)
    return True
