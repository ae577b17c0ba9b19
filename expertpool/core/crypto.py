"""Encryption of columns, blind indexes and sealed names; the keys live outside the database.

``CRYPTO_SUITE`` chooses AES-256-GCM with HMAC-SHA-256 (``intl``) or SM4-GCM with HMAC-SM3
(``gm``, GB/T 32907 and GB/T 32905). A token starts with one byte that names its suite, so both
can be read after a change.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
TAG_BYTES = 16
SUITES = {"intl": b"\x01", "gm": b"\x02"}


class DecryptionError(ValueError):
    """The value was altered, or its key is not the one in the environment."""


def _derive(secret: str, purpose: str, length: int) -> bytes:
    """Derive a key for one purpose from a configured secret (HMAC as a PRF, RFC 5869 expand)."""
    block = hmac.new(secret.encode(), f"expertpool:{purpose}\x01".encode(), hashlib.sha256).digest()
    return block[:length]


class _Sm4Gcm:
    """SM4-GCM with the interface of AESGCM."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def encrypt(self, nonce: bytes, data: bytes, associated: bytes | None) -> bytes:
        encryptor = Cipher(algorithms.SM4(self._key), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated or b"")
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated: bytes | None) -> bytes:
        body, tag = data[:-TAG_BYTES], data[-TAG_BYTES:]
        decryptor = Cipher(algorithms.SM4(self._key), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(associated or b"")
        return decryptor.update(body) + decryptor.finalize()


@lru_cache(maxsize=32)
def _cipher(secret: str, purpose: str, suite: bytes) -> Any:
    if suite == SUITES["intl"]:
        return AESGCM(_derive(secret, f"{purpose}:aes", 32))
    if suite == SUITES["gm"]:
        return _Sm4Gcm(_derive(secret, f"{purpose}:sm4", 16))
    message = f"unknown suite {suite!r}"
    raise ValueError(message)


class Vault:
    """Encrypts and decrypts bytes under one configured secret.

    ``secret_setting`` names the setting (FIELD_KEY, SEAL_KEY); ``purpose`` separates uses.
    """

    def __init__(self, secret_setting: str, purpose: str) -> None:
        self._secret_setting = secret_setting
        self._purpose = purpose

    def encrypt(self, plain: bytes) -> bytes:
        return self.encrypt_all([plain])[0]

    def encrypt_all(self, plains: Iterable[bytes]) -> list[bytes]:
        suite = SUITES[settings.CRYPTO_SUITE]
        cipher = _cipher(getattr(settings, self._secret_setting), self._purpose, suite)
        tokens = []
        for plain in plains:
            nonce = os.urandom(NONCE_BYTES)
            tokens.append(suite + nonce + cipher.encrypt(nonce, plain, None))
        return tokens

    def decrypt(self, token: bytes) -> bytes:
        """Return the plain bytes; raise DecryptionError when token or key do not fit."""
        suite, nonce, body = token[:1], token[1 : 1 + NONCE_BYTES], token[1 + NONCE_BYTES :]
        try:
            cipher = _cipher(getattr(settings, self._secret_setting), self._purpose, suite)
            return bytes(cipher.decrypt(nonce, body, None))
        except (InvalidTag, ValueError) as error:
            message = "无法解密：数据被改动，或密钥与写入时不同。"
            raise DecryptionError(message) from error


@lru_cache(maxsize=64)
def _index_state(secret: str, purpose: str, suite: str) -> hmac.HMAC:
    digest = "sm3" if suite == "gm" else "sha256"
    return hmac.new(_derive(secret, f"index:{purpose}", 32), digestmod=digest)


def blind_index(purpose: str, value: str) -> bytes:
    """Return a keyed digest (16 bytes) for equality search over an encrypted value.

    The same value gives the same index within one ``purpose`` and none across purposes.
    """
    state = _index_state(settings.INDEX_KEY, purpose, settings.CRYPTO_SUITE).copy()
    state.update(value.encode())
    return state.digest()[:16]
