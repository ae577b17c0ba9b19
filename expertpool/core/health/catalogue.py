"""The checks that there are: each app adds its own in ``apps.ready()``."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, models

from expertpool.core.catalogue import Catalogue

logger = logging.getLogger(__name__)


class Health(models.TextChoices):
    OK = "ok", "正常"
    OFF = "off", "未启用"
    WARNING = "warning", "警示"
    FAILED = "failed", "故障"

    @property
    def is_bad(self) -> bool:
        return self in (Health.WARNING, Health.FAILED)

    @property
    def tone(self) -> str:
        """Colour on a page."""
        return {"ok": "green", "off": "grey", "warning": "amber", "failed": "red"}[self.value]


@dataclass(frozen=True)
class Finding:
    """What a check has found, in words for whoever runs the system: ``sentence`` says how it is, ``figure``
    is the number to it, ``mend`` what to do where it is not well. ``word`` is what `/health/` says of
    it to programs, ``cause`` what the log does."""

    state: Health
    sentence: str
    figure: str = ""
    mend: str = ""
    word: str = ""
    cause: str = ""


@dataclass(frozen=True)
class CheckGroup:
    """A part of the page, under its heading."""

    code: str
    label: str
    order: int


@dataclass(frozen=True)
class Check:
    """One thing that is looked at. ``find(now)`` says how it is.

    ``probe``: the name under which `/health/` tells of it, to anybody. ``vital``: where it has FAILED, this
    process can serve nobody, and nothing else can be found out. ``url_name``: the page that shows more.
    ``readers``: whoever has one of these permissions hears of it, too, whomever alerts go to.
    """

    code: str
    label: str
    group: CheckGroup
    find: Callable[[datetime], Finding]
    order: int = 100
    probe: str = ""
    vital: bool = False
    url_name: str = ""
    readers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checked:
    check: Check
    finding: Finding

    @property
    def stops(self) -> bool:
        return self.check.vital and self.finding.state is Health.FAILED


CHECK_GROUPS: Catalogue[CheckGroup] = Catalogue("group of checks", order=lambda group: group.order)
CHECKS: Catalogue[Check] = Catalogue(
    "check",
    order=lambda check: 1000 * check.group.order + check.order,
    faults=lambda check: (
        [] if check.group.code in CHECK_GROUPS else [f"group {check.group.code!r} is not there"]
    ),
)


def look(checks: Iterable[Check], *, now: datetime) -> list[Checked]:
    """Return what ``checks`` find, in their order, up to a vital one that has failed."""
    found: list[Checked] = []
    for check in checks:
        found.append(Checked(check, _find(check, now)))
        if found[-1].stops:
            break
    return found


def _find(check: Check, now: datetime) -> Finding:
    """What cannot be checked is no reason not to look at the rest."""
    try:
        return check.find(now)
    except DatabaseError as error:
        said = str(error).strip().partition("\n")[0]
        return Finding(
            Health.FAILED,
            "数据库没有答复。",
            mend="请查看数据库服务器是否在运行、磁盘是否已满、连接数是否用尽。",
            word="no answer",
            cause=f"{type(error.__cause__ or error).__name__}: {said}",
        )
    except Exception:
        logger.exception("check %s could not be made", check.code)
        return Finding(
            Health.WARNING,
            "检查没有完成。",
            mend="请把系统日志交给技术支持。",
            word="unknown",
        )
