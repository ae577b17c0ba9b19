"""What files refuse; each message says how to mend it."""

from __future__ import annotations


class FileRefused(Exception):
    """The file cannot be taken: its kind, its size, or nothing in it."""
