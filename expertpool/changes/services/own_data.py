"""All that is kept of an expert, as files for himself (个人信息保护法 第四十五条)."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.changes.exceptions import ChangeRefused
from expertpool.changes.registry import OWN_DATA, OwnData
from expertpool.core.text import moment_text
from expertpool.core.workbooks import Writer, open_workbook
from expertpool.experts.models import Expert
from expertpool.files.queries import attachments_of, opened

MOST_BYTES = 512 * 1024**2
Table = tuple[OwnData, list[Sequence[str]]]


def write_own_data(stream: IO[bytes], *, expert: Expert, actor: User, now: datetime) -> None:
    """Write an archive of what is known of ``expert``: the tables as JSON and as a workbook, and his files. Recorded.

    Refuses (ChangeRefused) who is not the expert, and files beyond half a gigabyte.
    """
    if actor.pk != expert.user_id:
        raise ChangeRefused("只能下载本人的数据。")
    # What is held by the virus scan is handed out to nobody.
    files = [one for one in attachments_of(expert) if not one.held]
    if sum(one.size for one in files) > MOST_BYTES:
        raise ChangeRefused("附件合计超过 512 MB，请在「附件」中逐个下载。")
    tables: list[Table] = [
        (one, list(one.rows(expert, now))) for one in sorted(OWN_DATA, key=lambda one: one.order)
    ]
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        # For programs, as the law wants him to be able to take it elsewhere; the workbook is for himself.
        archive.writestr("我的数据.json", _as_json(expert, tables, now))
        archive.writestr("我的数据.xlsx", _as_workbook(tables))
        # Two files of one name would be one in the archive, and the first lost when it is unpacked.
        names: Counter[str] = Counter()
        for one in files:
            names[one.name] += 1
            again = f"{names[one.name]}-" if names[one.name] > 1 else ""
            with opened(one) as file:
                archive.writestr(f"附件/{again}{one.name}", file.read())
    record(
        "change.own_data",
        actor=actor,
        now=now,
        subject=expert,
        note=f"{sum(len(rows) for _, rows in tables)} 条，附件 {len(files)} 个",
    )


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
