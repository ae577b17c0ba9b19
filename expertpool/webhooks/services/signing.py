"""How a receiver knows that an event is ours, and is not an old one sent again."""

from __future__ import annotations

import hashlib
import hmac
import secrets

HEADER = "X-Expertpool-Signature"


def new_secret() -> str:
    return f"whsec_{secrets.token_urlsafe(32)}"


def sign(body: bytes, *, secret: str, at: int) -> str:
    """Return the header of ``body`` sent at the Unix time ``at``: ``t=<at>,v1=<hex>``.

    ``v1`` is HMAC-SHA256 of ``<at>.<body>`` under ``secret``.
    """
    signed = str(at).encode() + b"." + body
    return f"t={at},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"
