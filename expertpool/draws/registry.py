"""What the app above gives to draws: the page that a personal link opens."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model

from expertpool.core.catalogue import Catalogue


@dataclass(frozen=True)
class LinkPage:
    """The page on which personal links to ``code`` end; ``address`` makes its path of a token."""

    code: str
    address: Callable[[str], str]


LINK_PAGES: Catalogue[LinkPage] = Catalogue("page of personal links")


@dataclass(frozen=True)
class Turnout:
    """Who sat in the panel of a project otherwise than its draw says, by the ids of the lines: who stood by and ``came`` in while
    it sat, and who ``went`` with nothing done that counts."""

    code: str
    came: Callable[[Any], Collection[int]]
    went: Callable[[Any], Collection[int]]


TURNOUTS: Catalogue[Turnout] = Catalogue("who came and went at the meeting")


@dataclass(frozen=True)
class AtWork:
    """Whether the panel of a project has still to do, whatever time was planned: ``until`` says until what, as a phrase
    (评审打分结束); empty: it has not. ``done_at``: since when; None where it is not known to have had anything to do.

    For lists, as queries of ids: ``projects`` whose panels have still to do, and those that have ``done_since`` a moment."""

    code: str
    until: Callable[[Any], str]
    done_at: Callable[[Any], datetime | None]
    projects: Callable[[], Collection[int]]
    done_since: Callable[[datetime], Collection[int]]


AT_WORK: Catalogue[AtWork] = Catalogue("panel at work")


@dataclass(frozen=True)
class Logged:
    """Rows of ``model`` that belong to a project, by their ids: its tab 日志 tells what was done to them, all of it or
    (``actions``) some alone."""

    code: str
    model: type[Model]
    rows: Callable[[Any], Iterable[int]]
    actions: tuple[str, ...] = ()


LOGGED: Catalogue[Logged] = Catalogue("what the log of a project tells, too")


def reply_path(token: str) -> str:
    """Return the path of the personal link with ``token``."""
    return LINK_PAGES["reply"].address(token)


# The tab 存证 of a project: upper apps register here what else proves how it was drawn.
EVIDENCE = "draws:evidence"
