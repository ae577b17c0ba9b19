"""Addresses of pages: worked out once for each page, not for each row that leads to it."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.urls import get_script_prefix, reverse

_MARK = 10**17  # longer than any key: stands in an address for one


def address(page: str, *keys: int) -> str:
    """Return what `reverse` does for a ``page`` (its URL name) that numbers name; raises NoReverseMatch."""
    return _form(page, len(keys), settings.ROOT_URLCONF, get_script_prefix()) % keys


@lru_cache(maxsize=2_000)
def _form(page: str, count: int, _urlconf: str, _prefix: str) -> str:
    marks = range(_MARK, _MARK + count)
    form = reverse(page, args=marks).replace("%", "%%")
    for mark in marks:
        form = form.replace(str(mark), "%d")
    return form
