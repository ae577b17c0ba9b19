"""What lower code announces and the log keeps."""

from __future__ import annotations

from expertpool.audit.actions import FORGED
from expertpool.audit.events import PersonsListed
from expertpool.audit.services import record
from expertpool.core.events import publish
from expertpool.core.exporting import ExportFinished
from expertpool.core.importing import ImportPreviewed
from expertpool.core.mandates import ForgedFound
from expertpool.core.models import ExportRun, ImportRun
from expertpool.core.text import masked_query


def record_export(event: ExportFinished) -> None:
    """Who exported what, how many rows, from where: a file with their data now exists."""
    run = ExportRun.objects.select_related("user").get(pk=event.run_id)
    # The log is kept for good, and read by whoever may not see what somebody searched by.
    asked = masked_query(run.params)
    after = {"导出项": run.title, "条件": asked, "行数": run.rows, "IP 地址": run.address}
    at = run.finished_at or run.created_at
    entry = record("export.finish", actor=run.user, now=at, subject=run, after=after)
    if event.persons:
        publish(PersonsListed(entry.pk, event.persons, at))


def record_preview(event: ImportPreviewed) -> None:
    """Who asked by a file what is there already; that its rows came in is the importer's entry."""
    run = ImportRun.objects.select_related("user").get(pk=event.run_id)
    after = {"导入项": run.importer, "总行数": run.total, "可导入": run.accepted}
    record("import.preview", actor=run.user, now=event.at, subject=run, after=after)


def record_forged(event: ForgedFound) -> None:
    """That something was to be done in a name, and nobody had asked for it here."""
    record(FORGED, actor=None, now=event.at, subject=event.row)
