"""What is wrong with a public page: its HTML by the rules of the standard, and what search engines read of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from django.conf import settings
from django.http import HttpResponse
from justhtml import JustHTML

from expertpool.core.registry import PUBLIC_PAGES

DESCRIBED = re.compile(r'<meta name="description" content="([^"]{15,160})">')
CANONICAL = re.compile(r'<link rel="canonical" href="([^"]+)">')
NOINDEX = '<meta name="robots" content="noindex, nofollow">'


def faults(name: str, response: HttpResponse) -> Iterator[str]:
    """Name what is wrong with the page ``name`` (of its URL)."""
    page = response.content.decode()
    yield from (
        f"{error.code} in line {error.line}" for error in JustHTML(page, collect_errors=True).errors
    )
    yield from _beyond_parsing(page)
    public = PUBLIC_PAGES.get(name)
    is_found = public is not None and public.listed
    if (NOINDEX in page) is is_found or ("X-Robots-Tag" in response.headers) is is_found:
        yield "search engines are told otherwise than the catalogue says"
    described, canonical = DESCRIBED.search(page), CANONICAL.search(page)
    if public is None:
        if described or canonical:
            yield "is described, and nobody shall find it"
    elif not described:
        yield "has no description"
    elif not canonical or not canonical[1].startswith(f"{settings.SITE_URL}/"):
        yield "has no address of its own"


def _beyond_parsing(page: str) -> Iterator[str]:
    """What a parser mends without a word."""
    if not re.search(r"<title>[^<]{4,}</title>", page):
        yield "has no title"
    if not re.search(r'<html lang="zh-CN"', page):
        yield "has no language"
    if len(re.findall(r"<h1[\s>]", page)) != 1:
        yield "has no heading, or several"
    for twice, times in Counter(re.findall(r'\sid="([^"]+)"', page)).items():
        if times > 1:
            yield f"the id {twice} stands there {times} times"
    for image in re.findall(r"<img\b[^>]*>", page):
        if " alt=" not in image:
            yield f"{image} says nothing to whoever does not see it"
