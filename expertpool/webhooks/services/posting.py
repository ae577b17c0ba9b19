"""Posting to an address that somebody typed: checked first."""

from __future__ import annotations

from collections.abc import Mapping

from expertpool.core import posting
from expertpool.webhooks.services.addresses import resolve_target


def post(url: str, body: bytes, headers: Mapping[str, str], *, read: int = 0) -> posting.Answer:
    """Do `core.posting.post`. Raises AddressRefused, too, for where nothing may be sent to."""
    return posting.post(url, body, headers, read=read, find=resolve_target)
