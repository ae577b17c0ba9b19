"""What an authenticator shows."""

from __future__ import annotations

import base64
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP


def code_of(secret: str, at: datetime) -> str:
    """Return the code that an app with ``secret`` (base32) shows at ``at``."""
    app = TOTP(base64.b32decode(secret), 6, SHA1(), 30)  # noqa: S303 (what apps know)
    return app.generate(int(at.timestamp())).decode()
