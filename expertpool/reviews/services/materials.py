"""Materials of many items at once: a ZIP whose files and folders are named by the items' numbers."""

from __future__ import annotations

import os
import shutil
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import IO, Any
from unicodedata import normalize

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.bulk import ACTIONS, BulkResult, Kept, start_run
from expertpool.core.models import BulkRun
from expertpool.core.sizes import MEGABYTE
from expertpool.files.exceptions import FileRefused
from expertpool.files.services import attach
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import Review, ReviewItem
from expertpool.reviews.permissions import MANAGE
from expertpool.reviews.queries.materials import materials_of
from expertpool.reviews.queries.reviews import reviews_visible_to
from expertpool.reviews.queries.sheets import items_of
from expertpool.reviews.services.organising import FIXED

MOST_FILES = 2000
MOST_BYTES = 500 * MEGABYTE  # of all that is in it, unpacked
PART = MEGABYTE
TOO_MANY = f"ZIP 里的文件太多，一次最多 {MOST_FILES} 个。"
MOST_LIST = MOST_FILES * 1024  # bytes of the list of files at its end
END, END_BYTES, LAST = b"PK\x05\x06", 22, 22 + 65_535  # with the longest comment
LOCATOR, LOCATOR_BYTES = b"PK\x06\x07", 20  # of a list that needs 64 bits
ENCRYPTED, IN_UTF8 = 0x1, 0x800  # bits of an entry
CHINESE = "\u2e80"  # the first sign
BROKEN_ENTRY = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError)
BROKEN = (*BROKEN_ENTRY, OSError)
NAMED = 5  # files that a message names
LONGEST = 200  # characters of each: a ZIP may call one as it likes


ACTION = "reviews.materials"


def send_materials(
    *, review: Review, archive: IO[bytes], file_name: str, actor: User, now: datetime
) -> BulkRun:
    """Queue that the files of ``archive`` are attached to the items of ``review`` by their numbers (`TakeMaterials`): the
    name of a folder, or the beginning of the name of the file. What belongs to no item is told by the run. Logged.

    Refuses (ReviewRefused) a review that is open, and what is no ZIP, has a password, is too large unpacked or has nothing
    that belongs to an item.
    """
    # Without a lock: the files are attached later, each after a look of its own.
    if Review.objects.filter(pk=review.pk, opened_at__isnull=False).exists():
        raise ReviewRefused(FIXED)
    items = items_of(review)
    with _read(archive) as opened:
        entries = list(_entries(opened))
    # By what the entries say: `_take` copies no more of each than that.
    if sum(info.file_size for info, _ in entries) > MOST_BYTES:
        most = MOST_BYTES // 1024 // 1024
        raise ReviewRefused(f"ZIP 解压后超过 {most} MB，请分几次上传。")
    found = _by_item([name for _, name in entries], items)
    unmatched = found.pop(None, [])
    if not found:
        named = "、".join(one[:LONGEST] for one in unmatched[:NAMED])
        raise ReviewRefused(f"没有一个文件对应评审对象的编号：{named or 'ZIP 是空的'}。")
    record(
        "review.materials",
        actor=actor,
        now=now,
        subject=review,
        after={
            "有材料的评审对象": len(found),
            "对应的文件": sum(map(len, found.values())),
            "没有对应的评审对象": len(unmatched),
        },
        note=file_name[:200],
    )
    posted = QueryDict(mutable=True)
    posted["review"] = str(review.pk)
    # Reading its list has moved it to its end.
    archive.seek(0)
    return start_run(
        action=ACTION,
        title=f"上传 {len(found)} 个评审对象的材料",
        keys=[one.pk for one in items if one.pk in found],
        asked=Kept(actor, posted, QueryDict("")),
        back=reverse("reviews:detail", args=[review.pk]),
        now=now,
        file=archive,
        refused=[(one[:LONGEST], "没有对应的评审对象") for one in unmatched],
    )


class TakeMaterials:
    """What the worker does with the items of such a run, some at a time: each file is looked at like any that comes in; one
    with a name that its item has already is left out, so that the same archive can be sent again."""

    permission = MANAGE
    undone_by = ""
    is_of_sets = False

    def reach(self, asked: Kept) -> QuerySet[ReviewItem]:
        # By his rights as they are when the job runs.
        seen = reviews_visible_to(asked.user, MANAGE).filter(pk=str(asked.POST["review"]))
        return ReviewItem.objects.filter(review__in=seen.order_by().values("pk"))

    def do(self, rows: list[ReviewItem], asked: Any, now: datetime) -> BulkResult:
        result = BulkResult()
        with asked.opened() as archive, _read(archive) as opened:
            entries = {name: info for info, name in _entries(opened)}
            names = _by_item(list(entries), items_of(rows[0].review))
            there = {pk: {one.name for one in files} for pk, files in materials_of(rows).items()}
            for item in rows:
                known, left_out = there.get(item.pk, set()), list[tuple[str, str]]()
                for name in names.get(item.pk, []):
                    # By its name alone: the same archive sent again takes up where it stopped.
                    if _last(name) in known:
                        continue
                    why = _take(opened, entries[name], name, item, asked.user, now)
                    if why:
                        left_out.append((name[-LONGEST:], why))
                    else:
                        known.add(_last(name))
                result.refused += left_out
                # What it had of others before is none of this archive's doing.
                if not known.isdisjoint(map(_last, names.get(item.pk, []))):
                    result.done.append(str(item))
                    result.keys.append(item.pk)
        return result

    def then(self, asked: Kept, keys: list[int]) -> str:
        count = sum(map(len, materials_of(list(self.reach(asked).filter(pk__in=keys))).values()))
        return f"这些评审对象现在共有 {count} 个材料。"


ACTIONS[ACTION] = TakeMaterials()


@contextmanager
def _read(archive: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    _check_list(archive)
    try:
        opened = zipfile.ZipFile(archive)
    except BROKEN as error:
        raise ReviewRefused("这个 ZIP 文件打不开或不完整，请重新压缩后上传。") from error
    with opened:
        yield opened


def _by_item(names: Sequence[str], items: Sequence[ReviewItem]) -> dict[int | None, list[str]]:
    """Return the names of files by the item to which they belong; None: to none."""
    by_number = {_key(one.number): one for one in items}
    found: dict[int | None, list[str]] = defaultdict(list)
    for name in names:
        item = _item_of(name, by_number)
        found[item.pk if item else None].append(name)
    return found


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
    """Windows writes Chinese names by its own code page and a Mac in UTF-8, both without a mark: `zipfile` reads them by the
    page of the first PCs."""
    if info.flag_bits & IN_UTF8:
        return info.filename
    try:
        name = info.filename.encode("cp437")
        with suppress(UnicodeError):
            text = name.decode()
            # 目录 of Windows can be read as UTF-8, too: as two letters that nobody here writes.
            if any(one >= CHINESE for one in text):
                return text
        return name.decode("gb18030")
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
    actor: User,
    now: datetime,
) -> str:
    """Attach one file; return why it was not taken."""
    with TemporaryFile() as file:
        try:
            with opened.open(info) as source:
                shutil.copyfileobj(source, file, PART)  # no more than its entry says
        except BROKEN_ENTRY:
            return "ZIP 里的这个文件已损坏。"
        uploaded = UploadedFile(file, _last(name), size=file.tell())
        file.seek(0)
        try:
            attach(subject=item, uploaded_file=uploaded, actor=actor, now=now)
        except FileRefused as refusal:
            return str(refusal)
    return ""


def _last(name: str) -> str:
    return PurePosixPath(name).name
