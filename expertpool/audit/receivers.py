"""What lower code announces and the log keeps."""

from __future__ import annotations

from expertpool.audit.services import record
from expertpool.core.exporting import ExportFinished
from expertpool.core.models import ExportRun


def record_export(event: ExportFinished) -> None:
    """Who exported what, how many rows, from where: a file with their data now exists."""
    run = ExportRun.objects.select_related("user").get(pk=event.run_id)
    after = {"导出项": run.title, "条件": run.params, "行数": run.rows, "IP 地址": run.address}
    record(
        "export.finish",
        actor=run.user,
        now=run.finished_at or run.created_at,
        subject=run,
        after=after,
    )
