"""What the app above gives to draws: the page that a personal link opens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from expertpool.core.catalogue import Catalogue


@dataclass(frozen=True)
class LinkPage:
    """The page on which personal links to ``code`` end; ``address`` makes its path of a token."""

    code: str
    address: Callable[[str], str]


LINK_PAGES: Catalogue[LinkPage] = Catalogue("page of personal links")


def reply_path(token: str) -> str:
    """Return the path of the personal link with ``token``."""
    return LINK_PAGES["reply"].address(token)


# The tab 存证 of a project: upper apps register here what else proves how it was drawn.
EVIDENCE = "draws:evidence"
