"""Where a text that somebody writes to others would lead them."""

from __future__ import annotations

from collections.abc import Collection

from expertpool.notifications.validators import foreign_addresses


def addresses_elsewhere(text: str, *, allowed: Collection[str]) -> list[str]:
    """Return the addresses in ``text`` that lead to other hosts than this site's and those ``allowed``, as
    they stand there."""
    return [one for one in foreign_addresses(text) if _host(one) not in allowed]


def _host(address: str) -> str:
    _, sign, rest = address.partition("://")
    return (rest if sign else address).partition("/")[0].partition(":")[0].lower()
