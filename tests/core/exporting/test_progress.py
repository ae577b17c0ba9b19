"""Who waits for a long export sees how far it is."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict

from expertpool.core.exporting import EXPORTS, ExportColumn, runs, workbook
from expertpool.core.exporting.runs import start_export, write_export
from expertpool.core.models import ExportRun
from tests.core.exporting.conftest import NOW, TitleExport
from tests.factories.accounts import make_user


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_while_the_job_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "AT_ONCE", 1)
    monkeypatch.setattr(workbook, "CHUNK", 10)
    seen: list[tuple[str, int]] = []

    def look() -> None:
        seen.append(ExportRun.objects.values_list("state", "rows").get())
        connection.close()

    def value(row: Any) -> str:
        if row == last:
            thread = threading.Thread(target=look)
            thread.start()
            thread.join()
        return str(row)

    class Watched(TitleExport):
        columns = (ExportColumn("name", "职称", value),)

    exporter = Watched()
    admin = make_user("admin")
    last = list(exporter.rows(admin, {}))[24]
    with EXPORTS.holding(exporter, alone=True):
        run = start_export(exporter=exporter, params=QueryDict(), actor=admin, address="", now=NOW)
        write_export(run_id=run.pk, now=NOW)
    assert seen == [("running", 20)]
    run.refresh_from_db()
    assert (run.state, run.rows) == ("done", run.total)
