"""What an authenticator shows, and what a passkey signs."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from datetime import datetime
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.twofactor.totp import TOTP


def code_of(secret: str, at: datetime) -> str:
    """Return the code that an app with ``secret`` (base32) shows at ``at``."""
    app = TOTP(base64.b32decode(secret), 6, SHA1(), 30)  # noqa: S303 (what apps know)
    return app.generate(int(at.timestamp())).decode()


class SoftKey:
    """A passkey in a program (WebAuthn, ES256, attestation ``none``): it signs for whatever site it is told to."""

    def __init__(self, handle: bytes | None = None) -> None:
        self.handle = handle or secrets.token_bytes(16)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.count = 0

    def made(self, challenge: str, host: str, origin: str, kind: str = "create") -> dict[str, Any]:
        """Return what the browser answers when it has made this passkey for ``challenge``."""
        numbers = self.key.public_key().public_numbers()
        x, y = (one.to_bytes(32, "big") for one in (numbers.x, numbers.y))
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        about = bytes(16) + len(self.handle).to_bytes(2, "big") + self.handle + public
        data = _data(host, 0x41, self.count) + about
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            clientDataJSON=_client(f"webauthn.{kind}", challenge, origin),
            attestationObject=attested,
        )

    def signed(
        self, challenge: str, host: str, origin: str, kind: str = "get", flags: int = 0x01
    ) -> dict[str, Any]:
        """Return what it signs for ``challenge``; ``flags`` 0: nobody has touched it."""
        self.count += 1
        data = _data(host, flags, self.count)
        client = _client(f"webauthn.{kind}", challenge, origin)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _answer(self, **response: bytes) -> dict[str, Any]:
        handle = _text(self.handle)
        told = {name: _text(value) for name, value in response.items()}
        return {"id": handle, "rawId": handle, "type": "public-key", "response": told}


def _data(host: str, flags: int, count: int) -> bytes:
    return hashlib.sha256(host.encode()).digest() + bytes([flags]) + count.to_bytes(4, "big")


def _client(kind: str, challenge: str, origin: str) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
