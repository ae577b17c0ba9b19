"""Encrypting what leaves the machine, by age: whoever makes a backup need not be able to read it."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pyrage
from pyrage import x25519

from expertpool.backups.exceptions import BackupDamaged, BackupRefused
from expertpool.core.sizes import MEGABYTE

SUFFIX = ".age"


def digest_of(path: Path) -> str:
    """Return SHA-256 (hex) of what lies on the disk."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_recipients(recipients: Sequence[str]) -> None:
    """BackupRefused for what is no public key of age."""
    for text in recipients:
        try:
            x25519.Recipient.from_str(text)
        except pyrage.RecipientError:
            message = f"「{text}」不是 age 公钥：公钥以 age1 开头，由 age-keygen 生成。"
            raise BackupRefused(message) from None


def put(source: Path, target: Path, recipients: Sequence[str]) -> str:
    """Write ``source`` to ``target``, encrypted if there are ``recipients``; return the digest of
    what lies on the disk then."""
    with source.open("rb") as reader, target.open("xb") as writer:
        if recipients:
            keys = [x25519.Recipient.from_str(text) for text in recipients]
            pyrage.encrypt_io(reader, writer, keys)
        else:
            shutil.copyfileobj(reader, writer, MEGABYTE)
        writer.flush()
        os.fsync(writer.fileno())
    return digest_of(target)


def take(source: Path, target: Path, identities: Sequence[x25519.Identity]) -> None:
    """Write ``source`` to ``target`` in clear."""
    with source.open("rb") as reader, target.open("xb") as writer:
        if source.suffix != SUFFIX:
            shutil.copyfileobj(reader, writer, MEGABYTE)
            return
        if not identities:
            message = "这份备份是加密的：请用 --identity 给出私钥文件（age-keygen 生成的）。"
            raise BackupRefused(message)
        try:
            pyrage.decrypt_io(reader, writer, list(identities))
        except pyrage.DecryptError as error:
            raise _shut(source, error) from None
        except OSError as error:
            if error.errno is not None:  # the disk, and not the text
                raise
            raise _shut(source, error) from None


def _shut(source: Path, error: Exception) -> BackupRefused:
    if "No matching keys" in str(error):
        return BackupRefused("私钥不对：这份备份不是用它的公钥加密的。")
    return BackupDamaged(f"{source.name} 无法解密，文件已损坏（{error}）。")


def read_identities(path: Path | None) -> list[x25519.Identity]:
    """Return the private keys in the file, as age-keygen writes it."""
    if path is None:
        return []
    try:
        lines = [line.strip() for line in path.read_text().splitlines()]
        found = [x25519.Identity.from_str(line) for line in lines if line and line[0] != "#"]
    except (OSError, UnicodeDecodeError, pyrage.IdentityError) as error:
        message = f"{path} 不是能用的私钥文件（{error}）：里面应有一行 AGE-SECRET-KEY-1…。"
        raise BackupRefused(message) from None
    if not found:
        message = f"{path} 里没有私钥：应有一行 AGE-SECRET-KEY-1…。"
        raise BackupRefused(message)
    return found
