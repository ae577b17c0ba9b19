"""What happened, as panorama pages tell it: the one type behind the ``timeline`` component.

The log gives such entries by `audit.queries.timeline_of`; whatever else happens to a subject
(decisions, progress, changes of a setting) its app maps to the same type.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class TimelineFile:
    """A file that belongs to an entry. ``preview_url`` is empty for what no browser shows."""

    name: str
    url: str
    preview_url: str = ""


@dataclass(frozen=True)
class TimelineEntry:
    """When, what, who, and what else is to say: a note of several lines, a link, files."""

    at: datetime
    title: str
    who: str = ""
    note: str = ""
    url: str = ""
    tone: str = "grey"
    icon: str = ""  # in place of the dot
    files: Sequence[TimelineFile] = ()
