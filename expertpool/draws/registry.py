"""What the app above gives to draws: the page that a personal link opens."""

from __future__ import annotations

from collections.abc import Callable

Address = Callable[[str], str]  # token -> path of the page
_pages: list[Address] = []


def register_reply_page(address: Address) -> None:
    """Let personal links lead to ``address(token)``. Raises ValueError for a second page."""
    if _pages:
        raise ValueError("The page of personal links is registered already.")
    _pages.append(address)


def reply_path(token: str) -> str:
    """Return the path of the personal link with ``token``."""
    return _pages[0](token)
