"""Materials of many items at once: a ZIP whose files and folders are named by the items' numbers."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import IO
from unicodedata import normalize

from django.core.files.uploadedfile import UploadedFile

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.files.exceptions import FileRefused
from expertpool.files.services import attach
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import Review, ReviewItem
from expertpool.reviews.queries.materials import materials_of
from expertpool.reviews.queries.sheets import items_of
from expertpool.reviews.services.organising import FIXED

MOST_FILES = 2000
MOST_BYTES = 500 * 1024 * 1024  # of all that is in it, unpacked
PART = 1024 * 1024
TOO_MANY = f"ZIP 里的文件太多，一次最多 {MOST_FILES} 个。"
MOST_LIST = MOST_FILES * 1024  # bytes of the list of files at its end
END, END_BYTES, LAST = b"PK\x05\x06", 22, 22 + 65_535  # with the longest comment
LOCATOR, LOCATOR_BYTES = b"PK\x06\x07", 20  # of a list that needs 64 bits
ENCRYPTED, IN_UTF8 = 0x1, 0x800  # bits of an entry
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)


@dataclass
class Taken:
    """What became of the files: how many were ``attached``, which belong to no item (``unmatched``), which were
    ``refused``, each with why, and how many are there already (``known``)."""

    attached: int = 0
    known: int = 0
    unmatched: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def take_materials(
    *, review: Review, archive: IO[bytes], file_name: str, actor: User, now: datetime
) -> Taken:
    """Attach the files of ``archive`` to the items of ``review`` by their numbers: the name of a folder, or the beginning
    of the name of the file. Each is looked at like any file that comes in; one with a name that the item has already is
    left out, so that the same archive can be sent again. Logged.

    Refuses (ReviewRefused) a review that is open, and what is no ZIP, has a password or is too large unpacked.
    """
    if Review.objects.filter(pk=review.pk, opened_at__isnull=False).exists():
        raise ReviewRefused(FIXED)
    items = {_key(one.number): one for one in items_of(review)}
    there = {
        pk: {one.name for one in files} for pk, files in materials_of(list(items.values())).items()
    }
    taken, left = Taken(), MOST_BYTES
    _check_list(archive)
    try:
        with zipfile.ZipFile(archive) as opened:
            for info, name in _entries(opened):
                item = _item_of(name, items)
                if item is None:
                    taken.unmatched.append(name)
                    continue
                if PurePosixPath(name).name in there.get(item.pk, set()):
                    taken.known += 1
                    continue
                there.setdefault(item.pk, set()).add(PurePosixPath(name).name)
                left -= _take(opened, info, name, item, taken, left, actor, now)
    except BROKEN as error:
        raise ReviewRefused("这个 ZIP 文件打不开或不完整，请重新压缩后上传。") from error
    record(
        "review.materials",
        actor=actor,
        now=now,
        subject=review,
        after={
            "附到评审对象": taken.attached,
            "没有对应的评审对象": len(taken.unmatched),
            "没有收": len(taken.refused),
        },
        note=file_name[:200],
    )
    return taken


def _check_list(archive: IO[bytes]) -> None:
    """Refuse (ReviewRefused) what lists far more files than may be in it, before the list is read: a million empty ones take
    half a gigabyte and half a minute of whoever reads them."""
    archive.seek(0, os.SEEK_END)
    archive.seek(max(archive.tell() - LAST, 0))
    last = archive.read()
    archive.seek(0)
    # As `zipfile` looks for it: at the very end, or before a comment.
    plain = last[-END_BYTES:]
    if plain.startswith(END) and plain.endswith(b"\0\0"):
        at = len(last) - END_BYTES
    else:
        at = last.rfind(END)
    if at < 0:
        return
    is_huge = last[max(at - LOCATOR_BYTES, 0) : at].startswith(LOCATOR)
    if is_huge or int.from_bytes(last[at + 12 : at + 16], "little") > MOST_LIST:
        raise ReviewRefused(TOO_MANY)


def _entries(opened: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    infos = [one for one in opened.infolist() if not one.is_dir()]
    if len(infos) > MOST_FILES:
        raise ReviewRefused(TOO_MANY)
    if any(one.flag_bits & ENCRYPTED for one in infos):
        raise ReviewRefused("ZIP 有密码，请去掉密码后上传。")
    for info in infos:
        name = _name(info)
        # What a Mac adds, and hidden files.
        if not any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts):
            yield info, name


def _name(info: zipfile.ZipInfo) -> str:
    """Windows writes Chinese names by its own code page, which `zipfile` reads as another."""
    if info.flag_bits & IN_UTF8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def _key(text: str) -> str:
    return normalize("NFKC", text).strip().casefold()


def _item_of(name: str, items: Mapping[str, ReviewItem]) -> ReviewItem | None:
    """Return whose file it is: that of the innermost folder called by its number, or the longest number with which the
    name begins and after which no letter or digit follows."""
    *folders, last = PurePosixPath(name).parts
    for folder in reversed(folders):
        if (item := items.get(_key(folder))) is not None:
            return item
    text = _key(last)
    fitting = [
        number
        for number in items
        if text.startswith(number) and not text[len(number) : len(number) + 1].isalnum()
    ]
    return items[max(fitting, key=len)] if fitting else None


def _take(
    opened: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    name: str,
    item: ReviewItem,
    taken: Taken,
    left: int,
    actor: User,
    now: datetime,
) -> int:
    """Attach one file; return how large it is. What an entry says of its size counts for nothing."""
    with TemporaryFile() as file, opened.open(info) as source:
        size = 0
        while part := source.read(PART):
            size += len(part)
            if size > left:
                most = MOST_BYTES // 1024 // 1024
                raise ReviewRefused(f"ZIP 解压后超过 {most} MB，请分几次上传。")
            file.write(part)
        file.seek(0)
        uploaded = UploadedFile(file, PurePosixPath(name).name, size=size)
        try:
            attach(subject=item, uploaded_file=uploaded, actor=actor, now=now)
            taken.attached += 1
        except FileRefused as refusal:
            taken.refused.append(f"{name}：{refusal}")
    return size
