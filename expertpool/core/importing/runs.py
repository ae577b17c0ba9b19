"""Runs of imports: upload → headers → preview → confirmation → rows in the database.

What is wrong with a file is UnreadableFile, what does not fit the state of a run is RunRefused;
both in Chinese. The caller has checked the permission.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.db.models import QuerySet

from expertpool.core.configuration import value_of
from expertpool.core.events import publish
from expertpool.core.importing.checking import check_rows
from expertpool.core.importing.importer import Importer, Row, Totals
from expertpool.core.importing.mapping import (
    Header,
    below,
    missing,
    open_table,
    remember_headers,
)
from expertpool.core.importing.reading import SUFFIXES, Numbered, UnreadableFile, read_rows
from expertpool.core.importing.registry import IMPORTS
from expertpool.core.importing.sheets import RefusedSheet
from expertpool.core.jobs import defer
from expertpool.core.locks import lock_transaction
from expertpool.core.models import ImportRun
from expertpool.core.models.imports import IMPORTS as FOLDER
from expertpool.core.models.imports import ImportState
from expertpool.core.settings import IMPORT_KEPT, IMPORT_SIZE, IMPORTS_PER_HOUR
from expertpool.core.waiting import FileGone, folder_of, remove_unnamed

logger = logging.getLogger(__name__)
AT_ONCE = 2_000  # rows that a user can wait for
PREVIEWED = 20_000  # rows that a preview looks at
SHOWN = 200  # refused rows on the page


@dataclass(frozen=True)
class ImportPreviewed:
    """Somebody was told how the rows of a file fit what is there, without keeping any."""

    run_id: int
    at: datetime


class RunRefused(ValueError):
    """The run is no longer, or not yet, at this step."""


def start_import(
    *,
    importer: type[Importer],
    upload: UploadedFile[Any],
    options: dict[str, Any],
    actor: Any,
    now: datetime,
) -> ImportRun:
    """Keep the uploaded file as a new run and preview it, if its headers leave no question.

    Refuses what is no table, or too large (UnreadableFile); nothing is kept of it then. Refuses
    (RunRefused) more files in an hour than the office allows.
    """
    _check_limit(actor, now)
    name = str(upload.name or "")
    if not name.lower().endswith(SUFFIXES):
        raise UnreadableFile("只能读取 .xlsx、.xls 或 .csv 文件，请另存为其中一种。")
    most = value_of(IMPORT_SIZE)
    if (upload.size or 0) > most * 1024**2:
        raise UnreadableFile(f"文件超过 {most} MB，请分成几个文件导入。")
    run = ImportRun.objects.create(
        user=actor,
        importer=importer.code,
        # Its end, since the ending says how the file is read.
        file_name=name[-200:],
        options=options,
        created_at=now,
        expires_at=now + value_of(IMPORT_KEPT),
    )
    try:
        run.upload.write(b"".join(upload.chunks()))
        with closing(_rows(run)) as rows:
            header, rest = open_table(importer, rows)
            _set_header(run, header)
            if header.is_clear:
                _preview(run, rest, now=now)
    except UnreadableFile:
        _forget(run)
        raise
    return run


def _check_limit(actor: Any, now: datetime) -> None:
    """Whoever previews one file after the other is not importing, but asking what is in the pool."""
    most = value_of(IMPORTS_PER_HOUR)
    lately = ImportRun.objects.filter(user=actor, created_at__gt=now - timedelta(hours=1))
    if lately.count() >= most:
        raise RunRefused(f"一小时内已上传 {most} 个文件，请稍后再试，或把名单合成一个文件。")


def _rows(run: ImportRun) -> Generator[Numbered]:
    try:
        table = run.upload.read()
    except FileGone:
        raise UnreadableFile("文件已不在或打不开，请重新上传。") from None
    return read_rows(table, suffix=run.suffix)


def _set_header(run: ImportRun, header: Header) -> None:
    run.header_row, run.headers, run.mapping = header.row, header.cells, header.codes
    run.state = ImportState.UPLOADED if header.is_clear else ImportState.MAPPING
    run.save()


def choose_mapping(*, run: ImportRun, codes: Sequence[str], now: datetime) -> None:
    """Say what each header stands for ("" for nothing), remember it, and preview.

    Refuses a mapping that leaves out a required column or names one twice (RunRefused).
    """
    _require(run, ImportState.MAPPING, ImportState.PREVIEWED)
    importer = IMPORTS[run.importer]
    named = [code for code in codes if code]
    if len(codes) != len(run.headers) or set(named) - {
        column.code for column in importer.get_columns()
    }:
        raise RunRefused("表头与文件不一致，请重新上传。")
    if len(set(named)) != len(named):
        raise RunRefused("有两个表头对应了同一列，请改正其中一个。")
    absent = missing(importer.get_columns(), named)
    if absent:
        raise RunRefused(f"必填的列还没有对应：{'、'.join(absent)}。")
    remember_headers(run.importer, run.headers, codes)
    run.mapping = list(codes)
    with closing(_rows(run)) as rows:
        _preview(run, below(rows, run.header_row), now=now)


def _preview(run: ImportRun, rows: Iterator[Numbered], *, now: datetime) -> None:
    """Check the rows without keeping any; of a very long file only the first 20,000. Announces
    ImportPreviewed."""
    first: list[Row] = []
    totals = _check(run, islice(rows, PREVIEWED), keep=False, refused=_collect(first), now=now)
    if not totals.total:
        raise UnreadableFile("表头下面没有数据，请检查是否选错了文件。")
    run.partial = next(rows, None) is not None
    run.state = ImportState.PREVIEWED
    _set_totals(run, totals, first)
    run.save()
    publish(ImportPreviewed(run.pk, now))


def _check(
    run: ImportRun,
    rows: Iterator[Numbered],
    *,
    keep: bool,
    refused: Callable[[Row], None],
    now: datetime,
    progress: Callable[[int], None] | None = None,
) -> Totals:
    kind = IMPORTS[run.importer]
    importer = kind(actor=run.user, now=now, options=run.options)
    totals = check_rows(importer, rows, run.mapping, keep=keep, refused=refused, progress=progress)
    if keep:
        importer.finish(totals, file_name=run.file_name)
    return totals


def _collect(first: list[Row]) -> Callable[[Row], None]:
    return lambda row: first.append(row) if len(first) < SHOWN else None


def _set_totals(run: ImportRun, totals: Totals, first: list[Row]) -> None:
    run.total, run.accepted, run.refused = totals.total, totals.accepted, totals.refused
    run.reasons = dict(totals.reasons.most_common())
    run.first_refused = [
        {
            "row": row.number,
            "column": row.faults[0].column,
            "reason": row.faults[0].reason,
            "detail": "；".join(fault.detail for fault in row.faults if fault.detail),
        }
        for row in first
    ]


def confirm_import(*, run: ImportRun, now: datetime) -> None:
    """Import what the preview showed: at once, or as a job when it has more than 2,000 rows.

    Confirming twice imports once (RunRefused the second time).
    """
    waiting = ImportRun.objects.filter(pk=run.pk, state=ImportState.PREVIEWED)
    with transaction.atomic():
        if not waiting.update(state=ImportState.RUNNING, confirmed_at=now, done_rows=0):
            raise RunRefused("该文件已经确认导入，请看导入结果。")
        if run.total > AT_ONCE:
            defer("core.run_import", lock=f"import-{run.pk}", run_id=run.pk)
    # Outside: the state is committed by now, so that others see that it runs.
    if run.total <= AT_ONCE:
        perform_import(run_id=run.pk, now=now)
    run.refresh_from_db()


def perform_import(*, run_id: int, now: datetime, progress: bool = False) -> None:
    """Import the rows of a confirmed run in one transaction; a run that has ended stays as it is.

    Killed on the way it leaves nothing behind and can be called again. What goes wrong is kept as
    the run's state and logged.
    """
    run = ImportRun.objects.select_related("user").get(pk=run_id)
    try:
        with transaction.atomic():
            # A worker given up may still be at it: who comes second waits, and finds it done.
            lock_transaction(f"import-{run_id}")
            run.refresh_from_db(fields=["state"])
            if run.state != ImportState.RUNNING:
                return
            _import(run, now=now, progress=progress)
    except Exception:
        logger.exception("import %s failed", run_id)
        # After its transaction has gone, with all rows.
        ImportRun.objects.filter(pk=run_id, state=ImportState.RUNNING).update(
            state=ImportState.FAILED,
            finished_at=now,
            error="导入时出错，没有导入任何行。请重新上传；若再次失败，请联系管理员查看日志。",
        )
    run.upload.remove()


def _import(run: ImportRun, *, now: datetime, progress: bool) -> None:
    first: list[Row] = []
    collect = _collect(first)
    with RefusedSheet(run.headers) as sheet, _progress(run, progress) as tell:

        def refused(row: Row) -> None:
            collect(row)
            sheet.add(row)

        with closing(_rows(run)) as rows:
            rest = below(rows, run.header_row)
            totals = _check(run, rest, keep=True, refused=refused, now=now, progress=tell)
    if sheet.content:
        run.refused_table.write(sheet.content)
    _set_totals(run, totals, first)
    run.partial, run.done_rows = False, totals.total
    run.state, run.finished_at = ImportState.DONE, now
    run.save()


@contextmanager
def _progress(run: ImportRun, wanted: bool) -> Iterator[Callable[[int], None] | None]:
    """Tell how far the run is over a connection of its own: its transaction is not yet visible."""
    if not wanted:
        yield None
        return
    other = connection.copy()

    def tell(rows: int) -> None:
        with other.cursor() as cursor:
            cursor.execute("UPDATE core_importrun SET done_rows = %s WHERE id = %s", [rows, run.pk])

    try:
        yield tell
    finally:
        other.close()


def discard_import(*, run: ImportRun) -> None:
    """Forget the files of a run and what was found in them; the row stays until it expires, since
    uploads are counted. Refuses one that is being imported (RunRefused)."""
    if run.state == ImportState.RUNNING:
        raise RunRefused("正在导入，不能放弃。")
    _remove_files(run)
    run.state, run.first_refused, run.reasons = ImportState.DISCARDED, [], {}
    run.save()


def _forget(run: ImportRun) -> None:
    _remove_files(run)
    run.delete()


def _remove_files(run: ImportRun) -> None:
    for file in run.waiting_files():
        file.remove()


def remove_expired_imports(*, now: datetime) -> int:
    """Forget the runs that have expired, with their files, and what a killed
    process left; return how many."""
    expired = ImportRun.objects.filter(expires_at__lte=now).exclude(state=ImportState.RUNNING)
    for run in expired:
        _forget(run)
    named = {file.path for run in ImportRun.objects.all() for file in run.waiting_files()}
    remove_unnamed(folder_of(FOLDER), named, now=now)
    return len(expired)


def own_imports(user: Any, importer: str) -> QuerySet[ImportRun]:
    """Return the runs of ``importer`` that ``user`` started and did not give up, newest first."""
    runs = ImportRun.objects.filter(user=user, importer=importer)
    return runs.exclude(state=ImportState.DISCARDED)


def _require(run: ImportRun, *states: str) -> None:
    if run.state not in states:
        raise RunRefused("该文件已经确认导入，请看导入结果。")
