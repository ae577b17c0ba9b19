"""Encrypting the files that lie in clear since before docs/decisions/0614, while the system runs.

A file is written anew under another name, read again and compared, and only when it is on the disk for good does its
row name it; then the old one is deleted. Killed anywhere, the row names a whole file, and the
other is one that no row names (`remove_orphans`). There is no state of its own: whatever lies in clear is still to do.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction

from expertpool.core.fields import is_vouched
from expertpool.core.locks import try_session_lock, unlock_session
from expertpool.core.storing import store
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import clear_files, stored
from expertpool.files.queries.content import digest_of
from expertpool.files.services.attaching import keep
from expertpool.files.services.layout import layout_name

logger = logging.getLogger(__name__)
AT_ONCE = 500  # rows that the database is asked for
GONE = "文件已不在存放的地方"
CHANGED = "与上传时的 SHA-256 不同，被改动过；照现状加密"
UNLIKE = "写下的与原来的不同，没有加密，原来的没有动（请检查磁盘）"


@dataclass(frozen=True)
class Tried:
    """An attachment in clear that was tried; ``fault``: what somebody has to look at."""

    pk: int
    fault: str


def seal_clear(*, now: datetime) -> Iterator[Tried]:
    """Encrypt each file that lies in clear, the oldest row first; yield after each. StoreDown."""
    after = 0
    while rows := list(clear_files().filter(pk__gt=after).order_by("pk")[:AT_ONCE]):
        for row in rows:
            fault = _alone(row, now)
            if fault:
                logger.warning("attachment %s in clear: %s", row.pk, fault)
            yield Tried(row.pk, fault)
        after = rows[-1].pk


def _alone(row: Attachment, now: datetime) -> str:
    lock = f"files:seal:{row.pk}"
    if not try_session_lock(lock):
        return ""
    try:
        return _seal(row, now)
    finally:
        unlock_session(lock)


def _seal(row: Attachment, now: datetime) -> str:
    before = str(row.file.name)
    made = Attachment(uid=row.uid, name="", created_at=row.created_at)
    try:
        with stored(row) as plain:
            keep(made, plain)
            digest = digest_of(plain)
    except FileNotFoundError:
        # Removed meanwhile, or encrypted by who had the lock before: then nothing of it is lost.
        return GONE if clear_files().filter(pk=row.pk, file=before).exists() else ""
    name = str(made.file.name)
    if not _is_like(made, digest):
        store.delete(name)
        return UNLIKE
    store.settle(name)
    if not _name(row.pk, before, made, now):
        store.delete(name)
    return "" if digest == bytes(row.sha256) else CHANGED


def _is_like(made: Attachment, digest: bytes) -> bool:
    try:
        with stored(made) as again:
            return digest_of(again) == digest
    except FileRefused:
        return False


@transaction.atomic
def _name(pk: int, before: str, made: Attachment, now: datetime) -> bool:
    """Let the row name what was made; tell whether it still named what that was made of."""
    row = Attachment.objects.select_for_update(of=("self",)).filter(pk=pk, file=before).first()
    if row is None:
        return False
    # Of one that somebody has led elsewhere nothing is vouched for that was not before.
    fields = ["file", "file_key", "sealed_at", *(["proof"] if is_vouched(row) else [])]
    layout = layout_name(row)
    row.file, row.file_key, row.sealed_at = str(made.file.name), made.file_key, now
    row.save(update_fields=fields)
    for name in (before, layout):
        transaction.on_commit(partial(store.delete, name))
    return True
