"""Runs of exports: at once when short, as a background job when long; files that expire."""

from __future__ import annotations

import logging
from array import array
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict

from expertpool.core.configuration import value_of
from expertpool.core.events import publish
from expertpool.core.exporting.exporter import Exporter, Reading, read_for_file
from expertpool.core.exporting.refusals import ExportRefused
from expertpool.core.exporting.registry import EXPORTS, ExportFinished
from expertpool.core.exporting.workbook import Stamp, write_xlsx
from expertpool.core.jobs import defer
from expertpool.core.limits import one_at_a_time
from expertpool.core.mandates import FORGED, stands
from expertpool.core.models import ExportRun
from expertpool.core.models.exports import EXPORTS as FOLDER
from expertpool.core.models.exports import ExportState
from expertpool.core.settings import EXPORT_KEPT, EXPORTS_PER_HOUR
from expertpool.core.waiting import remove_old_parts, remove_unnamed

logger = logging.getLogger(__name__)
AT_ONCE = 5000  # rows that a reader can wait for


@transaction.atomic
def start_export(
    *, exporter: Exporter, params: QueryDict, actor: Any, address: str, now: datetime
) -> ExportRun:
    """Record an export and write it: now, or as a job when it has more than 5,000 rows.

    Announces ExportFinished when the file is there. Refuses (ExportRefused) more of them in an hour than
    the office allows, and a filter that is wrong. The caller has checked the permission.
    """
    with one_at_a_time(EXPORTS_PER_HOUR, actor):
        _check_limit(actor, now)
        reading = read_for_file(exporter, actor, params)
        run = ExportRun.objects.create(
            user=actor,
            exporter=exporter.code,
            title=exporter.title,
            params=params.urlencode(),
            address=address,
            total=reading.rows.count(),
            created_at=now,
            expires_at=now + value_of(EXPORT_KEPT),
        )
    if run.total > AT_ONCE:
        defer("core.write_export", lock=f"export-{run.pk}", run_id=run.pk)
    else:
        _write(run, reading, now)
    return run


def _check_limit(actor: Any, now: datetime) -> None:
    most = value_of(EXPORTS_PER_HOUR)
    lately = ExportRun.objects.filter(user=actor, created_at__gt=now - timedelta(hours=1))
    if lately.count() >= most:
        raise ExportRefused(
            f"一小时内已导出 {most} 个文件，请稍后再试；导出过的在“我的导出”中下载。"
        )


def write_export(*, run_id: int, now: datetime) -> None:
    """Write the file of a queued run; a run that is done stays as it is.

    What goes wrong is kept as the run's state and logged: asking again is up to the user.
    """
    run = ExportRun.objects.select_related("user").get(pk=run_id)
    if run.state in {ExportState.DONE, ExportState.FAILED} or run.expires_at <= now:
        return
    with transaction.atomic():
        if not stands(run, now=now):
            _update(run, state=ExportState.FAILED, finished_at=now, error=FORGED)
            return
    _update(run, state=ExportState.RUNNING, rows=0)
    try:
        reading = read_for_file(EXPORTS[run.exporter], run.user, QueryDict(run.params))
        _write(run, reading, now)
    except ExportRefused as refusal:
        # What it asks by was retired while it waited: no fault of the program.
        _update(run, state=ExportState.FAILED, finished_at=now, error=str(refusal))
    except Exception:
        logger.exception("export %s failed", run.pk)
        _update(
            run,
            state=ExportState.FAILED,
            finished_at=now,
            error="导出时出错，请重新导出；若再次失败，请联系管理员查看日志。",
        )


def _write(run: ExportRun, reading: Reading, now: datetime) -> None:
    """Write ``reading`` as a workbook and keep it, encrypted.

    Outside of a transaction the progress is seen at once by who waits.
    """
    persons = array("q")  # eight bytes each: the pool may be in it
    # Nameless: nothing of it is left where the process is killed.
    with TemporaryFile() as stream:
        rows = write_xlsx(
            EXPORTS[run.exporter],
            reading=reading,
            user=run.user,
            params=QueryDict(run.params),
            stamp=Stamp(str(run.user), run.created_at, run.address),
            stream=stream,
            progress=_Progress(run),
            persons=persons,
        )
        with transaction.atomic():
            _update(run, state=ExportState.DONE, rows=rows, finished_at=now)
            publish(ExportFinished(run.pk, persons))
            # Before the commit: whoever reads that it is done finds the file.
            stream.seek(0)
            run.file.write(stream.read())


class _Progress:
    """Tells the waiting page how far the job is."""

    def __init__(self, run: ExportRun) -> None:
        self.run = run

    def __call__(self, rows: int) -> None:
        _update(self.run, rows=rows)


def _update(run: ExportRun, **values: Any) -> None:
    for name, value in values.items():
        setattr(run, name, value)
    run.save(update_fields=list(values))


def remove_expired_exports(*, now: datetime) -> int:
    """Delete the files and records of exports that have expired, and what a killed process left;
    return how many."""
    expired = ExportRun.objects.filter(expires_at__lte=now)
    # The file first: a row that is left is found again the next night, a file without one never.
    for run in expired:
        run.file.remove()
    removed = expired.delete()[0]
    named = {run.file.name for run in ExportRun.objects.all()}
    remove_unnamed(FOLDER, named, now=now)
    remove_old_parts(now=now)
    return removed


def own_exports(user: Any, *, now: datetime) -> QuerySet[ExportRun]:
    """Return the exports of ``user`` that have not expired, newest first."""
    return ExportRun.objects.filter(user=user, expires_at__gt=now)
