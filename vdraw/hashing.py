"""The two hash functions a rule may name."""

import hashlib
from collections.abc import Callable, Iterable

from vdraw.exceptions import EngineError
from vdraw.sm3 import sm3_digest

HashFunction = Callable[[bytes], bytes]

HASH_NAMES = ("sha256", "sm3")


def hash_function(name: str) -> HashFunction:
    """The function bytes → 32 bytes that the rule's ``hash`` names."""
    if name == "sha256":
        return _sha256
    if name == "sm3":
        # OpenSSL's where there is one: plain Python is far slower.
        return _openssl_sm3 if _openssl_has_sm3() else sm3_digest
    raise EngineError(f"不支持的哈希算法：{name}（可用 sha256、sm3）")


def hash_all(name: str, values: Iterable[bytes]) -> list[bytes]:
    """The hash of each value: of a hundred thousand without a call of ours for each."""
    if name == "sha256":
        return [hashlib.sha256(value).digest() for value in values]
    digest = hash_function(name)
    return [digest(value) for value in values]


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _openssl_sm3(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()


def _openssl_has_sm3() -> bool:
    try:
        hashlib.new("sm3")
    except ValueError:
        return False
    return True
