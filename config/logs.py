"""The lines of the log: whoever reads them can do nothing by the links in them, and finds no values."""

from __future__ import annotations

import logging
import re

# What acts for whoever has it: the last part of a personal link, a token of the interface.
LIVE = re.compile(r"(/(?:r|activate|phone)/)[^/\s\"'?#]+|(\bep_)[\w-]+")

# What PostgreSQL adds to a refusal: the whole row, or the value that is there already.
DETAIL = re.compile(
    r"(DETAIL:\s+)(?:Failing row contains \(.*?\)\.$|[^\n]*)", re.DOTALL | re.MULTILINE
)


def without_links(text: str) -> str:
    """Return ``text`` with the living part of each link and token left out."""
    return LIVE.sub(lambda found: f"{found[1] or found[2]}[…]", text)


def without_values(text: str) -> str:
    """Return ``text`` without the values of the rows that the database refused."""
    return DETAIL.sub(r"\1[…]", text)


class LineFormatter(logging.Formatter):
    """A line, with its traceback, without living links: Django names the path of what it refuses; and
    without rows: the database names what breaks a constraint."""

    def format(self, record: logging.LogRecord) -> str:
        return without_values(without_links(super().format(record)))
