"""Files of any size that stand encrypted in the store, written and read in pieces, anywhere in them.

    "EPF" and 1 | bytes of the plain file (8) | salt (16) | pieces of 64 KiB, each with its tag (16)

The key stands in an encrypted column of the row to which the file belongs (`core.crypto.new_key`), which `rotate-keys`
makes anew; the file stays as it is. Each piece is authenticated with its number, the head and what ``bound_to`` says
of the row: none can be altered, moved, left out or led to another file (docs/decisions/0614).
"""

from __future__ import annotations

import io
import os
import struct
from typing import IO, Any

from django.core.files import File

from expertpool.core.crypto import TAG_BYTES, DecryptionError, Pieces
from expertpool.core.storing.ranged import RangedFile

_HEAD = struct.Struct(">4sQ16s")
_MARK, _SALT_BYTES = b"EPF\x01", 16
PIECE_BYTES = 64 * 1024
_SEALED_BYTES = PIECE_BYTES + TAG_BYTES
_DAMAGED = "无法解密：文件不完整，或不是本系统写入的。"


class SealedFile(RangedFile):
    """What was sealed in ``stored``, which is closed with it. Whatever reads raises crypto.DecryptionError where a
    piece was altered, and making it where the head was, something is missing, or key and place do not fit."""

    def __init__(self, stored: IO[bytes] | Any, key: bytes, bound_to: bytes) -> None:
        self._stored = stored
        try:
            size = self._open(key, bound_to)
        except BaseException:
            stored.close()
            raise
        super().__init__(self._plain, size)

    def _open(self, key: bytes, bound_to: bytes) -> int:
        whole = _length(self._stored)
        self._stored.seek(0)
        head = self._stored.read(_HEAD.size)
        if len(head) < _HEAD.size or not head.startswith(_MARK):
            raise DecryptionError(_DAMAGED)
        _, size, salt = _HEAD.unpack(head)
        if whole != _sealed_length(size):
            raise DecryptionError(_DAMAGED)
        self._pieces = Pieces(key, salt, head + bound_to)
        self._plain(0, 1)  # whether key and place fit is known before anything is answered
        return int(size)

    def _plain(self, start: int, end: int) -> bytes:
        first, last = start // PIECE_BYTES, (end - 1) // PIECE_BYTES
        self._stored.seek(_HEAD.size + first * _SEALED_BYTES)
        sealed = memoryview(self._stored.read((last - first + 1) * _SEALED_BYTES))
        found = b"".join(
            self._pieces.open(number, sealed[at : at + _SEALED_BYTES])
            for number, at in enumerate(range(0, max(len(sealed), 1), _SEALED_BYTES), first)
        )
        return found[start - first * PIECE_BYTES : end - first * PIECE_BYTES]

    def close(self) -> None:
        self._stored.close()
        super().close()


def opening(stored: SealedFile, name: str) -> File:
    """Return what was sealed as the store returns its files: one without a name would count as none."""
    return File(io.BufferedReader(stored, PIECE_BYTES), name)


def sealing(plain: IO[bytes] | Any, key: bytes, bound_to: bytes) -> File:
    """Return ``plain`` as the store keeps it, sealed while it is read; ``plain`` stays open."""
    size, salt = _length(plain), os.urandom(_SALT_BYTES)
    head = _HEAD.pack(_MARK, size, salt)
    pieces = Pieces(key, salt, head + bound_to)

    def fetch(start: int, end: int) -> bytes:
        first = max(start - _HEAD.size, 0) // _SEALED_BYTES
        at = _HEAD.size + first * _SEALED_BYTES  # where in the sealed file this stands
        parts = []
        if start < _HEAD.size:
            parts, at = [head], 0
        plain.seek(first * PIECE_BYTES)
        for number in range(first, (end - _HEAD.size - 1) // _SEALED_BYTES + 1):
            piece = plain.read(PIECE_BYTES)
            if len(piece) != min(size - number * PIECE_BYTES, PIECE_BYTES):
                raise ValueError("the file changed while it was read")
            parts.append(pieces.seal(number, piece))
        return b"".join(parts)[start - at : end - at]

    return File(io.BufferedReader(RangedFile(fetch, _sealed_length(size)), PIECE_BYTES), "sealed")


def _sealed_length(size: int) -> int:
    # An empty file has one empty piece: that it is empty is authenticated, too.
    count = max(-(-size // PIECE_BYTES), 1)
    return _HEAD.size + size + count * TAG_BYTES


def _length(file: IO[bytes] | Any) -> int:
    file.seek(0, os.SEEK_END)
    return int(file.tell())
