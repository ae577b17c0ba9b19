from __future__ import annotations


class JobRefused(Exception):
    """A job cannot be done again, or left; the message says why."""
