"""All that is kept of an expert, as files for himself (个人信息保护法 第四十五条)."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.changes.exceptions import ChangeRefused
from expertpool.changes.registry import OWN_DATA, OWN_FILES, OwnData, OwnFile
from expertpool.core.sizes import MEGABYTE
from expertpool.core.text import moment_text
from expertpool.core.workbooks import Writer, open_workbook
from expertpool.experts.models import Expert
from expertpool.files.exceptions import FileRefused

MOST_BYTES = 512 * MEGABYTE
LACKING = "未附上的文件.txt"
Table = tuple[OwnData, list[Sequence[str]]]


def write_own_data(stream: IO[bytes], *, expert: Expert, actor: User, now: datetime) -> None:
    """Write an archive of what is known of ``expert``: the tables as JSON and as a workbook, and his files, each kind
    in its folder; what cannot be opened now is listed with the reason. Recorded, without numbers: they would tell what
    he has not handed in.

    Refuses (ChangeRefused) who is not the expert, and files beyond half a gigabyte.
    """
    if actor.pk != expert.user_id:
        raise ChangeRefused("只能下载本人的数据。")
    files = [(kept.folder, one) for kept in OWN_FILES for one in kept.files(expert, now)]
    if sum(one.size for _, one in files) > MOST_BYTES:
        raise ChangeRefused("文件合计超过 512 MB，请在「附件」「专家成果」「年检」中逐个下载。")
    tables: list[Table] = [
        (one, list(one.rows(expert, now))) for one in sorted(OWN_DATA, key=lambda one: one.order)
    ]
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        # For programs, as the law wants him to be able to take it elsewhere; the workbook is for himself.
        archive.writestr("我的数据.json", _as_json(expert, tables, now))
        archive.writestr("我的数据.xlsx", _as_workbook(tables))
        if lacking := list(_write_files(archive, files)):
            archive.writestr(LACKING, "\n".join(lacking))
    record("change.own_data", actor=actor, now=now, subject=expert)


def _write_files(archive: zipfile.ZipFile, files: Iterable[tuple[str, OwnFile]]) -> Iterator[str]:
    """Put ``files`` into ``archive``; yield a line for each that is not to be had now."""
    # Two files of one name would be one in the archive, and the first lost when it is unpacked.
    names: Counter[str] = Counter()
    for folder, one in files:
        inner, _, name = one.path.rpartition("/")
        place = f"{folder}/{inner}/" if inner else f"{folder}/"
        names[place + name] += 1
        again = f"{names[place + name]}-" if names[place + name] > 1 else ""
        try:
            with one.open() as file, archive.open(f"{place}{again}{name}", "w") as kept:
                shutil.copyfileobj(file, kept)
        except FileRefused as refusal:
            yield f"{place}{name}：{refusal}"


def _as_json(expert: Expert, tables: Iterable[Table], now: datetime) -> str:
    said = {
        "专家编号": expert.number,
        "生成时间": moment_text(now),
        "内容": {
            one.title: [dict(zip(one.columns, row, strict=True)) for row in rows]
            for one, rows in tables
        },
    }
    return json.dumps(said, ensure_ascii=False, indent=2)


def _as_workbook(tables: Iterable[Table]) -> bytes:
    stream = io.BytesIO()
    book = open_workbook(stream)
    for one, rows in tables:
        sheet = Writer(book, one.title)
        sheet.head([(column, 24) for column in one.columns])
        for at, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                sheet.cell(at, column, value)
    book.close()
    return stream.getvalue()
