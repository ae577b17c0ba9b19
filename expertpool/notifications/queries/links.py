"""Where a text that somebody writes to others would lead them."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from expertpool.notifications.validators import foreign_addresses, in_words


def leads_elsewhere(text: str, *, allowed: Collection[str]) -> str:
    """Return in words the addresses in ``text`` that lead to other hosts than this site's and those ``allowed``;
    nothing where none does."""
    return in_words([one for one in foreign_addresses(text) if _host(one) not in allowed])


def _host(address: str) -> str:
    """Return the host to which whatever reads ``address`` goes; none where two of them may disagree: it names a
    user, has a backslash or a port that is none, or something is glued to it."""
    scheme, sign, rest = address.partition("://")
    authority = rest if sign else address
    if not address.isascii() or "\\" in address or "@" in authority.partition("/")[0]:
        return ""
    if sign and scheme.lower() not in {"http", "https"}:
        return ""
    try:
        parts = urlsplit(f"//{authority}")
        return parts.hostname or "" if parts.port is None or parts.port else ""
    except ValueError:
        return ""
