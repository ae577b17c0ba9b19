"""Finding help: by words, and for the page on which somebody is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from expertpool.core.menus import owners_of
from expertpool.core.search import SearchItem
from expertpool.manuals.queries.texts import Manual, ManualSection, manuals_visible_to


def address_of(manual: Manual, section: ManualSection) -> str:
    return f"{reverse('manuals:manual', args=[manual.code])}#{section.code}"


def find_help(user: Any, query: str, limit: int) -> list[SearchItem]:
    """Return at most ``limit`` sections that have all words of ``query``, those with them in the heading first."""
    found = sections_with(user, query)
    return [
        SearchItem(section.title, address_of(manual, section), "help-circle", manual.title)
        for manual, section in found[:limit]
    ]


def sections_with(user: Any, query: str) -> list[tuple[Manual, ManualSection]]:
    """Return the sections that ``user`` may read and that have all words of ``query``."""
    words = query.casefold().split()
    if not words:
        return []

    def has(text: str) -> bool:
        return all(word in text.casefold() for word in words)

    found = [
        # False sorts before true: those with the words in their heading first.
        (not has(section.title), place, manual, section)
        for place, (manual, section) in enumerate(_sections(user))
        if has(f"{section.title} {section.text}")
    ]
    return [(manual, section) for _, _, manual, section in sorted(found, key=lambda one: one[:2])]


def section_at(user: Any, page: str, path: str) -> tuple[Manual, ManualSection] | None:
    """Return the section that belongs to the URL name ``page`` at ``path``, of the first manual that ``user`` may read: the one
    that names it, or else the one of the menu entry under which it lies."""
    if named := _naming(user, page):
        return named
    entries = owners_of(page, path)
    return next((found for item in entries if (found := _naming(user, item.url_name))), None)


def _naming(user: Any, page: str) -> tuple[Manual, ManualSection] | None:
    return next((found for found in _sections(user) if page in found[1].pages), None)


def _sections(user: Any) -> Iterator[tuple[Manual, ManualSection]]:
    for manual in manuals_visible_to(user):
        for section in manual.sections:
            yield manual, section
