"""What files refuse; each message says how to mend it."""

from __future__ import annotations


class FileRefused(Exception):
    """The file cannot be taken: its kind, its size, or nothing in it."""


class FileBusy(FileRefused):
    """The file can be taken or shown a minute later."""
