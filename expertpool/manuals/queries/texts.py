"""The manuals as they stand in `docs/user/`: read once, shown as HTML, searched as plain text."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from expertpool.core.registry import may_use
from expertpool.manuals.queries.links import inside

logger = logging.getLogger(__name__)

EVERYBODY = "everybody"
_MARK = re.compile(
    r"^<!-- code: ([a-z-]+)(?:; pages: ([a-z0-9_:, ]+))?(?:; also: ([a-z0-9_:, ]+))? -->$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class ManualSection:
    """What stands below one heading. ``pages`` are the URL names to which it belongs, ``also`` those of which it
    tells besides."""

    code: str
    title: str
    html: SafeString
    text: str
    pages: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Manual:
    """One file. ``permissions``: whoever has one of them reads it; ``is_public``: also who has not signed in."""

    code: str
    title: str
    order: int
    lead: SafeString
    permissions: tuple[str, ...]
    is_public: bool
    sections: tuple[ManualSection, ...]
    pictures: frozenset[str]

    def section(self, code: str) -> ManualSection | None:
        return next((section for section in self.sections if section.code == code), None)


def manuals_visible_to(user: Any) -> list[Manual]:
    """Return the manuals of what ``user`` may do, in their order; a visitor has those for everybody."""
    return [manual for manual in all_manuals() if _is_visible(user, manual)]


def manual_visible_to(user: Any, code: str) -> Manual | None:
    return next((manual for manual in manuals_visible_to(user) if manual.code == code), None)


def _is_visible(user: Any, manual: Manual) -> bool:
    return manual.is_public or (user.is_authenticated and may_use(user, manual.permissions))


@cache
def all_manuals() -> tuple[Manual, ...]:
    """Return all manuals of this version, in their order."""
    found = (parse(code, source) for code, source in sources().items())
    return tuple(sorted(found, key=lambda manual: (manual.order, manual.code)))


@cache
def sources() -> dict[str, str]:
    """Return the files by code. They are read when the program starts, which may be replaced while it runs."""
    files = Path(settings.MANUALS).glob("*.md")
    found = {path.stem: path.read_text(encoding="utf-8") for path in files}
    if not found:  # the page of help would be empty without a word
        logger.warning("no manuals in %s: the help is empty", settings.MANUALS)
    return found


def parse(code: str, source: str) -> Manual:
    """Read the manual ``code``; ValueError says what is wrong with how it is written."""
    _, front, body = source.split("---\n", 2)
    given = dict(line.split(": ", 1) for line in front.strip().splitlines())
    # Only the second level: what stands below it belongs to its section.
    lead, *parts = re.split(r"^## ", body, flags=re.MULTILINE)
    tokens = [token for part in (lead, *parts) for token in _markdown().parse(part)]
    readers = tuple(one.strip() for one in given["for"].split(","))
    is_public = readers == (EVERYBODY,)
    return Manual(
        code=code,
        title=given["title"],
        order=int(given["order"]),
        lead=_html(lead),
        permissions=() if is_public else readers,
        is_public=is_public,
        sections=tuple(_section(part) for part in parts),
        pictures=frozenset(_pictures(tokens)),
    )


def _section(part: str) -> ManualSection:
    title, _, body = part.partition("\n")
    mark = _MARK.search(body)
    # A section without a code has no address: links and help would lead nowhere.
    if mark is None:
        raise ValueError(f"「{title}」 has no <!-- code: … --> below it")
    body = _MARK.sub("", body)
    return ManualSection(
        mark[1], title.strip(), _html(body), _plain(body), _names(mark[2]), _names(mark[3])
    )


def _names(given: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (given or "").split(",") if name.strip())


@cache
def _markdown() -> MarkdownIt:
    """CommonMark with tables; HTML in a text is shown as it is written, never passed on."""
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _walk(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _walk(token.children or [])


def _html(source: str) -> SafeString:
    tokens = _markdown().parse(source)
    for token in _walk(tokens):
        if token.type == "image":
            token.attrs |= {"src": inside(str(token.attrs["src"])), "loading": "lazy"}
        elif token.type == "link_open":
            token.attrs["href"] = inside(str(token.attrs["href"]))
    rendered: str = _markdown().renderer.render(tokens, _markdown().options, {})
    # The library escapes all but its own tags (html=False), and refuses addresses that run something.
    return mark_safe(rendered)  # noqa: S308


def _plain(source: str) -> str:
    said = (token.content for token in _walk(_markdown().parse(source)) if token.type == "text")
    return " ".join(said)


def _pictures(tokens: list[Token]) -> Iterator[str]:
    for token in _walk(tokens):
        if token.type == "image":
            yield Path(str(token.attrs["src"])).stem
