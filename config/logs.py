"""The lines of the log: whoever reads them can do nothing by the links in them."""

from __future__ import annotations

import logging
import re

# What acts for whoever has it: the last part of a personal link, a token of the interface.
LIVE = re.compile(r"(/(?:r|activate|phone)/)[^/\s\"'?#]+|(\bep_)[\w-]+")


def without_links(text: str) -> str:
    """Return ``text`` with the living part of each link and token left out."""
    return LIVE.sub(lambda found: f"{found[1] or found[2]}[…]", text)


class LineFormatter(logging.Formatter):
    """A line, with its traceback, without living links: Django names the path of what it refuses."""

    def format(self, record: logging.LogRecord) -> str:
        return without_links(super().format(record))
