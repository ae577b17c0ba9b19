"""What webhooks refuse; each message says how to mend it."""

from __future__ import annotations


class AddressRefused(Exception):
    """The address is malformed, unknown, or one that may not be connected to."""


class ResendRefused(Exception):
    """Only a delivery that has failed goes out again."""
