"""Authenticated encryption and blind indexes; the keys live outside the database.

A token is bound to the place where it stands (`binding`): moved to another row, column or table
it opens no more. Its head says how it was made::

    suite (1 byte) | key id (4 bytes) | nonce (12 bytes) | ciphertext and tag

What is encrypted is as long as its bucket (`padded`), so that a token tells no length of a value.
``CRYPTO_SUITE`` chooses what new tokens are made with, AES-256-GCM (``intl``) or SM4-GCM (``gm``,
GB/T 32907), and the digest of indexes and derived keys, SHA-256 or SM3 (GB/T 32905). A secret NAME
writes; it and the secrets in NAME_OLD read (docs/decisions/0038, docs/howto/rotate-keys.md).
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from django.conf import settings

NONCE_BYTES = 12
TAG_BYTES = 16
KEY_ID_BYTES = 4
HEAD_BYTES = 1 + KEY_ID_BYTES
INDEX_BYTES = 16
CHECK_BYTES = 16
# 1 and 2 were tokens without key id and binding: nothing reads them any more.
SUITES = {"intl": b"\x05", "gm": b"\x06"}
# As long as their values: read, and padded by `rotate-keys` as if their key had changed.
BARE_SUITES = {"intl": b"\x03", "gm": b"\x04"}
LEAST_BYTES = 32  # the smallest bucket: a name, a telephone and an identity card look alike
_EIGHTHS_FROM = 1024  # up to here a bucket is a power of two, from here an eighth of one longer
APART_KEY_BYTES = {"intl": 32, "gm": 16}
_END = b"\x80"  # what follows it are zeros (ISO/IEC 7816-4)
_ALTERED_FILE = "无法解密：文件或密钥被改动，或不在它原来的位置。"
_NAMES = (str, int, UUID)  # what a row is named by


class DecryptionError(ValueError):
    """The value was altered or moved, or its key is not in the environment."""


class _Aead(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes: ...
    def decrypt(
        self, nonce: bytes, data: bytes | memoryview, associated_data: bytes | None, /
    ) -> bytes: ...


class _Sm4Gcm:
    """SM4-GCM with the interface of AESGCM."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        encryptor = Cipher(algorithms.SM4(self._key), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated_data or b"")
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(
        self, nonce: bytes, data: bytes | memoryview, associated_data: bytes | None, /
    ) -> bytes:
        body, tag = data[:-TAG_BYTES], bytes(data[-TAG_BYTES:])
        decryptor = Cipher(algorithms.SM4(self._key), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(associated_data or b"")
        return decryptor.update(body) + decryptor.finalize()


class _Ring(NamedTuple):
    """The ciphers of one secret and of those before it, by the head of the tokens they read."""

    head: bytes  # of new tokens
    ciphers: dict[bytes, _Aead]


@lru_cache(maxsize=2_000, typed=True)  # each encrypted column of a row is bound to the same
def binding(*parts: str | int | UUID) -> bytes:
    """Return the associated data of a token that stands at ``parts``: table, column and what
    names the row for good. Different parts never give the same bytes; those of the column and those
    of the row may be joined."""
    texts = []
    for part in parts:
        if not isinstance(part, _NAMES):
            message = f"a token is not bound to {part!r}: give text, a number or a UUID"
            raise TypeError(message)
        text = str(part)
        texts.append(f"{len(text)}:{text}")
    return "".join(texts).encode()


@lru_cache(maxsize=1_000)
def bucket(length: int, at_least: int = LEAST_BYTES) -> int:
    """Return how long a value of ``length`` bytes is before it is encrypted."""
    needed = max(length + len(_END), at_least)
    above = 1 << (needed - 1).bit_length()  # the power of two that holds it
    step = above if above <= _EIGHTHS_FROM else above // 16
    return -(-needed // step) * step


def padded(plain: bytes, at_least: int = LEAST_BYTES) -> bytes:
    """Return ``plain`` as long as its bucket."""
    # At once: of a file of many megabytes there is one copy more, not two.
    return b"".join((plain, _END, bytes(bucket(len(plain), at_least) - len(plain) - len(_END))))


def _unpadded(plain: bytes) -> bytes:
    return plain[: plain.rfind(_END)]


def _derive(secret: str, purpose: str, length: int, suite: str) -> bytes:
    """Derive a key for one purpose from a configured secret (HKDF-Expand, RFC 5869)."""
    digest = hashes.SM3() if suite == "gm" else hashes.SHA256()
    return HKDFExpand(digest, length, f"expertpool:{purpose}".encode()).derive(secret.encode())


def key_id(secret: str) -> bytes:
    """Return what names ``secret`` in tokens; it tells nothing about it."""
    # By the same digest in every suite: a secret keeps its id when the suite changes.
    return _derive(secret, "key-id", KEY_ID_BYTES, "intl")


def key_checks(setting: str) -> list[bytes]:
    """Return for the secret of ``setting``, then for those it had before (NAME_OLD), a value by
    which the secret is known again and that tells nothing about it."""
    # An index follows from its secret and the suite: another suite is another key.
    suite = settings.CRYPTO_SUITE if setting == "INDEX_KEY" else "intl"
    return [_derive(each, f"{setting}:check", CHECK_BYTES, suite) for each in _secrets(setting)]


def _secrets(setting: str) -> tuple[str, ...]:
    """Return the secret that writes, then those that only read."""
    return (getattr(settings, setting), *getattr(settings, f"{setting}_OLD", ()))


# Kept, since deriving keys takes longer than using them.
@lru_cache(maxsize=16)
def _ring(setting: str, secrets: tuple[str, ...], suite: str) -> _Ring:
    ciphers: dict[bytes, _Aead] = {}
    for secret in secrets:
        # Both suites: what was written before CRYPTO_SUITE changed still opens.
        both: dict[str, _Aead] = {
            "intl": AESGCM(_derive(secret, f"{setting}:aes-256-gcm", 32, "intl")),
            "gm": _Sm4Gcm(_derive(secret, f"{setting}:sm4-gcm", 16, "gm")),
        }
        for name, cipher in both.items():
            for head in (SUITES[name], BARE_SUITES[name]):
                ciphers[head + key_id(secret)] = cipher
    return _Ring(SUITES[suite] + key_id(secrets[0]), ciphers)


class Vault:
    """Encrypts and decrypts bytes under the secret of one setting (FIELD_KEY, SEAL_KEY).

    ``bound_to`` is the `binding` of the place where the token stands; ``at_least`` the bucket that
    holds what is usual there.
    """

    def __init__(self, setting: str, at_least: int = LEAST_BYTES) -> None:
        self.setting = setting
        self.at_least = at_least

    def encrypt(self, plain: bytes, bound_to: bytes) -> bytes:
        return self.encrypt_all([(plain, bound_to)])[0]

    def encrypt_all(self, pairs: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
        """Return a token for each pair of plain bytes and binding."""
        ring = self.ring()
        head, encrypt = ring.head, ring.ciphers[ring.head].encrypt
        pairs = list(pairs)
        nonces = os.urandom(NONCE_BYTES * len(pairs))  # asked of the system once
        tokens = []
        for at, (plain, bound_to) in enumerate(pairs):
            nonce = nonces[at * NONCE_BYTES : (at + 1) * NONCE_BYTES]
            # The head is authenticated, too: suite and key id cannot be exchanged.
            body = encrypt(nonce, padded(plain, self.at_least), head + bound_to)
            tokens.append(head + nonce + body)
        return tokens

    def decrypt_all(self, pairs: Iterable[tuple[bytes, bytes]]) -> Iterator[bytes | None]:
        """Yield for each pair of token and binding the plain bytes, None where they do not fit."""
        ring = self.ring()
        for token, bound_to in pairs:
            try:
                yield self.decrypt(token, bound_to, ring)
            except DecryptionError:
                yield None

    def decrypt(self, token: bytes, bound_to: bytes, ring: _Ring | None = None) -> bytes:
        """Return the plain bytes; raise DecryptionError when token, place or key do not fit. ``ring``: the keys, where
        they were read before."""
        head, nonce = token[:HEAD_BYTES], token[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES]
        cipher = (ring or self.ring()).ciphers.get(head)
        if cipher is None:
            raise DecryptionError(self._unknown(head))
        try:
            # A view: of a file of many megabytes there is no second copy.
            body = memoryview(token)[HEAD_BYTES + NONCE_BYTES :]
            plain = cipher.decrypt(nonce, body, head + bound_to)
        except (InvalidTag, ValueError) as error:
            message = "无法解密：数据被改动，或不在它原来的位置。"
            raise DecryptionError(message) from error
        del body, token  # of a file of many megabytes: before its padding is taken off
        return _unpadded(plain) if head[:1] in SUITES.values() else plain

    @property
    def head(self) -> bytes:
        """What the tokens begin with that are made now; others wait for `rotate-keys`."""
        return self.ring().head

    def key_ids(self) -> list[bytes]:
        """Return what names the secret of the setting in tokens, then those it had before."""
        return [key_id(secret) for secret in _secrets(self.setting)]

    def ring(self) -> _Ring:
        """Return the keys, for whoever opens many."""
        return _ring(self.setting, _secrets(self.setting), settings.CRYPTO_SUITE)

    def _unknown(self, head: bytes) -> str:
        if len(head) < HEAD_BYTES or head[:1] not in {*SUITES.values(), *BARE_SUITES.values()}:
            return "无法解密：数据被改动，或不是本版本写入的。"
        return (
            f"无法解密：写入时用的密钥（标识 {head[1:].hex()}）不在环境中。"
            f"请把当时的密钥填入 {self.setting}_OLD，再重启系统。"
        )


def new_key() -> bytes:
    """Return a key of its own for what is large, which goes into an encrypted column: a file stays as it is when the
    secrets change, its key is made anew."""
    return os.urandom(APART_KEY_BYTES[settings.CRYPTO_SUITE])


def seal_apart(content: bytes, bound_to: bytes) -> tuple[bytes, bytes]:
    """Return ``content`` encrypted under a `new_key`, and that key."""
    key = new_key()
    nonce = os.urandom(NONCE_BYTES)
    return key, nonce + _apart(key).encrypt(nonce, content, bound_to)


def open_apart(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """Return what `seal_apart` was given; raise DecryptionError when key, file or place do not fit."""
    try:
        return _apart(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError) as error:
        raise DecryptionError(_ALTERED_FILE) from error


class Pieces:
    """Encrypts and decrypts the numbered pieces of one file. ``salt`` is made anew each time that something is sealed
    under ``key``: no number comes twice under what is derived of both. ``bound_to``: where the file belongs."""

    def __init__(self, key: bytes, salt: bytes, bound_to: bytes) -> None:
        digest = hashes.SM3() if len(key) == APART_KEY_BYTES["gm"] else hashes.SHA256()
        own = HKDFExpand(digest, len(key), b"expertpool:file:" + salt).derive(key)
        self._cipher, self._bound = _apart(own), bound_to

    def seal(self, number: int, piece: bytes) -> bytes:
        return self._cipher.encrypt(number.to_bytes(NONCE_BYTES), piece, self._bound)

    def open(self, number: int, sealed: bytes | memoryview) -> bytes:
        """Return the piece; raise DecryptionError when key, number or place do not fit."""
        try:
            return self._cipher.decrypt(number.to_bytes(NONCE_BYTES), sealed, self._bound)
        except (InvalidTag, ValueError) as error:
            raise DecryptionError(_ALTERED_FILE) from error


def _apart(key: bytes) -> _Aead:
    """The cipher of a key of its own, by its length: both suites are read, whichever is set."""
    return _Sm4Gcm(key) if len(key) == APART_KEY_BYTES["gm"] else AESGCM(key)


@lru_cache(maxsize=64)
def _index_state(secret: str, purpose: str, suite: str) -> hmac.HMAC:
    digest = "sm3" if suite == "gm" else "sha256"
    return hmac.new(_derive(secret, f"index:{purpose}", 32, suite), digestmod=digest)


def blind_index(purpose: str, value: str) -> bytes:
    """Return a keyed digest (16 bytes) for equality search over an encrypted value.

    The same value gives the same index within one ``purpose`` and none across purposes.
    """
    # A copy of the keyed state: the key is derived once, not for each of thousands of values.
    state = _index_state(settings.INDEX_KEY, purpose, settings.CRYPTO_SUITE).copy()
    state.update(value.encode())
    return state.digest()[:INDEX_BYTES]


def proof(purpose: str, said: Sequence[Any]) -> bytes:
    """Return a keyed digest of what a row says: whoever writes rows without the key writes none that
    proves itself. ``said`` names rows by what never changes (docs/decisions/0084)."""
    return blind_index(purpose, _SAID.encode(said))


# Made once: `json.dumps` makes one for each of the hundred rows that grant an administrator something.
_SAID = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
