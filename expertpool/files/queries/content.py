"""The bytes of attachments as they stand in the store: encrypted, each under a key of its own, for its row."""

from __future__ import annotations

import hashlib
from typing import IO, Any

from django.core.files import File

from expertpool.core.crypto import DecryptionError, binding
from expertpool.core.sizes import MEGABYTE
from expertpool.core.storing import store
from expertpool.core.storing.sealed import SealedFile, opening, sealing
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import SEALED, Attachment

ALTERED = "文件「{}」被改动过，或不在它原来的位置，不能打开。请联系系统管理员从备份中恢复。"
ITSELF, LAYOUT = "file", "layout"  # what is sealed under the key of one row


class _Content(SealedFile):
    """Says to whoever reads it what he can do where a piece does not open."""

    def __init__(self, refusal: str, stored: IO[bytes] | Any, key: bytes, bound_to: bytes) -> None:
        self._refusal = refusal
        super().__init__(stored, key, bound_to)

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            return super().readinto(buffer)
        except DecryptionError:
            raise FileRefused(self._refusal) from None


def digest_of(file: IO[bytes] | Any) -> bytes:
    """Return the SHA-256 of an open file, which is at its beginning afterwards."""
    digest = hashlib.sha256()
    file.seek(0)
    # In parts: a film is larger than what a process should hold.
    while piece := file.read(MEGABYTE):
        digest.update(piece)
    file.seek(0)
    return digest.digest()


def is_sealed(attachment: Attachment) -> bool:
    """Tell whether the file is encrypted. By its name, which its proof says: nobody who empties the key has a file
    in clear taken for it."""
    return str(attachment.file.name).endswith(SEALED)


def sealed(attachment: Attachment, plain: IO[bytes] | Any, what: str = ITSELF) -> File:
    """Return ``plain`` as it is stored with ``attachment``."""
    return sealing(plain, bytes(attachment.file_key or b""), _place(attachment, what))


def content(attachment: Attachment, name: str = "", what: str = ITSELF) -> File:
    """Open what is stored with ``attachment``, by the name of its file or another ``name``. FileRefused where it was
    altered or led there; FileNotFoundError, StoreDown."""
    name = name or str(attachment.file.name)
    if not is_sealed(attachment):
        return store.open(name)
    refusal = ALTERED.format(attachment.name)
    try:
        key = bytes(attachment.file_key or b"")
        return opening(_Content(refusal, store.open(name), key, _place(attachment, what)), name)
    except ValueError:  # of a key that is none, too
        raise FileRefused(refusal) from None


def _place(attachment: Attachment, what: str) -> bytes:
    return binding(Attachment._meta.db_table, what, attachment.uid)
