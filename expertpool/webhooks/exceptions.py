"""What webhooks refuse; each message says how to mend it."""

from __future__ import annotations


class ResendRefused(Exception):
    """Only a delivery that has failed goes out again."""
