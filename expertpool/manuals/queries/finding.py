"""Finding help: by words, and for the page on which somebody is."""

from __future__ import annotations

from collections.abc import Iterator
from math import log
from operator import mul
from typing import Any

from django.urls import reverse

from expertpool.core.menus import owners_of
from expertpool.core.search import SearchItem
from expertpool.manuals.queries.texts import Manual, ManualSection, manuals_visible_to

MOST_NEAR = 5
# What stands in more than one section of so many tells none from another, but for a few of a short manual.
OFTEN, FEW = 6, 2
# What a question is asked with, in pairs.
_ASKING = frozenset(
    [
        "怎么",
        "么办",
        "如何",
        "什么",
        "么时",
        "时候",
        "哪里",
        "哪儿",
        "为何",
        "这个",
        "那个",
        "没有",
        "不了",
        "不到",
        "可以",
        "能不",
        "不能",
    ]
)


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


def sections_near(user: Any, query: str) -> list[tuple[Manual, ManualSection]]:
    """Return the few sections that say most of ``query``, for words that none says as they were typed: 密码过期 is told where
    密码 and 过期 stand apart. Chinese puts no blanks between words, so that pairs of neighbours are looked for; those that
    stand in few sections count for more, and in a heading twice."""
    pairs = {word[at : at + 2] for word in query.casefold().split() for at in range(len(word) - 1)}
    sections = [
        (found, found[1].title.casefold(), found[1].text.casefold()) for found in _sections(user)
    ]
    weights = dict[str, float]()
    for pair in sorted(pairs - _ASKING):
        told = sum(pair in title or pair in text for _, title, text in sections)
        if 0 < told <= max(FEW, len(sections) // OFTEN):
            weights[pair] = log(len(sections) / told)
    near = list[tuple[float, int]]()
    for place, (_, title, text) in enumerate(sections):
        said = [(pair in title) + (pair in title or pair in text) for pair in weights]
        if 2 * sum(map(bool, said)) >= len(weights) > 0:
            near.append((-sum(map(mul, said, weights.values())), place))
    return [sections[place][0] for _, place in sorted(near)[:MOST_NEAR]]


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
