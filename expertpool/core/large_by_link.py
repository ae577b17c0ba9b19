"""Where whoever holds a personal link, and has not signed in, may send files: the web server takes in no other large
body of somebody whom it does not know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from expertpool.core.catalogue import Catalogue
from expertpool.core.sizes import MEGABYTE


@dataclass(frozen=True)
class LargeByLink:
    """The page ``route``, whose one argument is the link, takes files of ``most`` megabytes together. ``holder(link)``
    says by a word of his own whose the link is, "" where it is none by which somebody may send files now."""

    code: str
    route: str
    most: int
    holder: Callable[[str], str]

    @property
    def prefix(self) -> str:
        """The address of the page as far as the link."""
        return reverse(self.route, args=["-"]).removesuffix("-/")

    @property
    def most_bytes(self) -> int:
        """The same in bytes of a body, with what is written beside the files."""
        return (self.most + 1) * MEGABYTE

    @property
    def too_much(self) -> str:
        """What whoever sends more is told."""
        return f"一次最多上传 {self.most} MB，请减少或压缩文件后重新提交。"


LARGE_BY_LINK: Catalogue[LargeByLink] = Catalogue("page that takes files by a link")


def holder_at(path: str) -> tuple[str, LargeByLink] | None:
    """Return who sends files to ``path`` by a link of his, and to which page; None: nobody does."""
    for one in LARGE_BY_LINK:
        if path.startswith(one.prefix):
            link = path.removeprefix(one.prefix).removesuffix("/")
            if word := one.holder(link):
                return f"{one.code}:{word}", one
    return None
