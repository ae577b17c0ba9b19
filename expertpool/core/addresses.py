"""Addresses of pages: worked out once for each page, not for each row that leads to it."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import get_script_prefix, reverse
from django.utils.http import url_has_allowed_host_and_scheme

_MARK = 10**17  # longer than any key: stands in an address for one


def address(page: str, *keys: int) -> str:
    """Return what `reverse` does for a ``page`` (its URL name) that numbers name; raises NoReverseMatch."""
    return _form(page, len(keys), settings.ROOT_URLCONF, get_script_prefix()) % keys


def way_on(request: HttpRequest) -> str:
    """Return where to go after signing in: ``next`` if it is a path of this site, or the home page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe and wanted.startswith("/") else resolve_url(settings.LOGIN_REDIRECT_URL)


@lru_cache(maxsize=2_000)
def _form(page: str, count: int, _urlconf: str, _prefix: str) -> str:
    marks = range(_MARK, _MARK + count)
    form = reverse(page, args=marks).replace("%", "%%")
    for mark in marks:
        form = form.replace(str(mark), "%d")
    return form
