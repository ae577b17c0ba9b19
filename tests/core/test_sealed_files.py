"""Files that stand encrypted in pieces: read anywhere, never held as a whole, and refused once they are altered."""

from __future__ import annotations

import hashlib
import hmac
import io
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from expertpool.core.crypto import DecryptionError, new_key
from expertpool.core.sizes import GIGABYTE, MEGABYTE
from expertpool.core.storing import sealed
from expertpool.core.storing.sealed import PIECE_BYTES, SealedFile, opening, sealing

HERE = b"here"
PIECE = PIECE_BYTES + 16
HEAD = 28
SIZES = (0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 5 * PIECE_BYTES + 7)


@pytest.fixture(params=["intl", "gm"])
def key(request: pytest.FixtureRequest, settings: Any) -> bytes:
    settings.CRYPTO_SUITE = request.param
    return new_key()


def sealed_of(plain: bytes, key: bytes, bound_to: bytes = HERE) -> bytes:
    with sealing(io.BytesIO(plain), key, bound_to) as file:
        return b"".join(file.chunks())


def opened(stored: bytes, key: bytes, bound_to: bytes = HERE) -> bytes:
    with opening(SealedFile(io.BytesIO(stored), key, bound_to), "file") as file:
        assert file  # as the store's own: one without a name counts as none
        content: bytes = file.read()
    return content


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_comes_back(key: bytes, size: int) -> None:
    plain = os.urandom(size)
    stored = sealed_of(plain, key)
    assert opened(stored, key) == plain
    assert size < 8 or plain[:8] not in stored
    with sealing(io.BytesIO(plain), key, HERE) as file:
        assert file.size == len(stored)
        file.seek(HEAD + size // 2)
        rest = file.read()
        file.seek(0)
        assert file.read().endswith(rest)  # a store that begins anew sends the same


def test_each_boundary_can_be_read(key: bytes) -> None:
    plain = os.urandom(3 * PIECE_BYTES + 100)
    edges = [0, PIECE_BYTES, 2 * PIECE_BYTES, 3 * PIECE_BYTES, len(plain)]
    near = sorted({at + by for at in edges for by in (-1, 0, 1) if 0 <= at + by <= len(plain)})
    with opening(SealedFile(io.BytesIO(sealed_of(plain, key)), key, HERE), "file") as file:
        for start in near:
            for end in near:
                if start < end:
                    file.seek(start)
                    assert file.read(end - start) == plain[start:end]
        file.seek(-10, os.SEEK_END)
        assert (file.read(100), file.read(1)) == (plain[-10:], b"")


@pytest.mark.parametrize("size", SIZES)
def test_nothing_of_an_altered_file_is_taken_for_what_was_stored(key: bytes, size: int) -> None:
    stored = sealed_of(os.urandom(size), key)
    places = {0, 4, 11, 12, HEAD - 1, HEAD, HEAD + PIECE - 1, HEAD + PIECE, len(stored) - 1}
    for at in (one for one in places if one < len(stored)):
        altered = stored[:at] + bytes([stored[at] ^ 1]) + stored[at + 1 :]
        with pytest.raises(DecryptionError):
            opened(altered, key)
    pieces = [stored[at : at + PIECE] for at in range(HEAD, len(stored), PIECE)]
    head = stored[:HEAD]
    forged = [
        stored[:-1],
        stored + b"\0",
        stored + bytes(PIECE),
        head + b"".join(pieces[:-1]),  # cut off where a piece ends
        head,
        b"",
        bytes(len(stored)),
    ]
    if len(pieces) > 2:
        forged += [
            head + b"".join([pieces[1], pieces[0], *pieces[2:]]),
            head + b"".join([pieces[0], pieces[0], *pieces[2:]]),
            head + b"".join([*pieces[1:-1], pieces[0], pieces[-1]]),
        ]
    for one in forged:
        with pytest.raises(DecryptionError):
            opened(one, key)
    for other, place in ((new_key(), HERE), (key, b"there"), (b"", HERE)):
        with pytest.raises(ValueError):  # noqa: PT011 - a key that is none is no decryption
            opened(stored, other, place)


def test_the_same_sealed_twice_shares_nothing(key: bytes) -> None:
    """What is made anew under the key of its row, a layout, tells nothing of what was there before."""
    plain = os.urandom(2 * PIECE_BYTES)
    first, second = sealed_of(plain, key), sealed_of(plain, key)
    assert first[HEAD : HEAD + 64] != second[HEAD : HEAD + 64]
    mixed = first[: HEAD + PIECE] + second[HEAD + PIECE :]
    with pytest.raises(DecryptionError):
        opened(mixed, key)


def test_what_is_cut_short_while_it_is_stored_is_not_sealed(key: bytes) -> None:
    plain = io.BytesIO(os.urandom(2 * PIECE_BYTES))
    with sealing(plain, key, HERE) as file:
        plain.truncate(PIECE_BYTES + 5)
        with pytest.raises(ValueError, match="changed while it was read"):
            file.read()


class Zeros(io.RawIOBase):
    """So many bytes that lie nowhere."""

    def __init__(self, size: int) -> None:
        self._size, self._at = size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence] + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        count = max(min(len(buffer), self._size - self._at), 0)
        buffer[:count] = bytes(count)
        self._at += count
        return count


def test_a_film_of_a_gigabyte_takes_no_memory(settings: Any, tmp_path: Path) -> None:
    """Through both at once, as a copy goes: what is sealed is opened again."""
    settings.CRYPTO_SUITE = "intl"
    key, read = new_key(), 0
    tracemalloc.start()
    try:
        stored = sealing(io.BufferedReader(Zeros(GIGABYTE)), key, HERE)
        with opening(SealedFile(stored, key, HERE), "film") as film:
            while piece := film.read(MEGABYTE):
                read += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert read == GIGABYTE
    assert peak < 40 * MEGABYTE


def test_the_stored_file_is_closed_with_what_is_read_of_it(key: bytes) -> None:
    stored = io.BytesIO(sealed_of(b"film", key))
    opening(SealedFile(stored, key, HERE), "film").close()
    assert stored.closed
    refused = io.BytesIO(b"nothing of ours")
    with pytest.raises(DecryptionError):
        SealedFile(refused, key, HERE)
    assert refused.closed


def test_what_was_stored_opens_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worked out apart from the product: HKDF-Expand (RFC 5869) by `hmac`, pieces by AES-256-GCM."""
    key, salt, plain = bytes(range(32)), bytes(range(16)), bytes(range(256)) * 300
    head = b"EPF\x01" + len(plain).to_bytes(8) + salt
    own = hmac.digest(key, b"expertpool:file:" + salt + b"\x01", hashlib.sha256)
    pieces = [plain[at : at + 65536] for at in range(0, len(plain), 65536)]
    by_hand = head + b"".join(
        AESGCM(own).encrypt(number.to_bytes(12), piece, head + HERE)
        for number, piece in enumerate(pieces)
    )
    assert opened(by_hand, key) == plain
    monkeypatch.setattr(sealed.os, "urandom", lambda count: salt[:count])
    assert sealed_of(plain, key) == by_hand
