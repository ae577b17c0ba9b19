"""Exports are recorded; short ones are there at once, long ones wait for a job; files expire."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.http import QueryDict
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.exporting import runs
from expertpool.core.exporting.runs import (
    own_exports,
    remove_expired_exports,
    start_export,
    write_export,
)
from expertpool.core.models import ExportRun
from expertpool.core.settings import EXPORT_KEPT
from expertpool.core.storing import store
from tests.core.exporting.conftest import NOW, TitleExport
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db


def start(exporter: TitleExport, user: User, query: str = "") -> ExportRun:
    return start_export(
        exporter=exporter, params=QueryDict(query), actor=user, address="10.0.0.8", now=NOW
    )


@pytest.fixture
def long_exports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "AT_ONCE", 3)


def rows_in_file(run: ExportRun) -> int:
    sheet: Any = openpyxl.load_workbook(io.BytesIO(run.file.read())).active
    return int(sheet.max_row) - 3  # header, a blank line, the watermark line


def test_a_short_export_is_there_at_once(exporter: TitleExport, admin: User) -> None:
    run = start(exporter, admin, "q=高级工程师")
    assert (run.state, run.rows, run.finished_at) == ("done", 3, NOW)
    assert rows_in_file(run) == 3
    assert run.file_name == "职称20261124-0930.xlsx"


@pytest.mark.shows("EXP-12")
def test_an_export_is_logged(exporter: TitleExport, admin: User) -> None:
    start(exporter, admin, "q=教授")
    entry = Entry.objects.get(action="export.finish")
    assert (entry.actor, entry.subject_label) == (admin, "职称")
    assert entry.after == {
        "导出项": "职称",
        "条件": "q=%E6%95%99%E6%8E%88",
        "行数": 3,
        "IP 地址": "10.0.0.8",
    }


@pytest.mark.usefixtures("long_exports")
def test_a_long_export_waits_for_its_job(exporter: TitleExport, admin: User) -> None:
    run = start(exporter, admin)
    job = ProcrastinateJob.objects.get(task_name="core.write_export")
    assert (run.state, job.args) == ("queued", {"run_id": run.pk})
    assert not run.file.exists()
    write_export(run_id=run.pk, now=NOW + timedelta(minutes=1))
    run.refresh_from_db()
    assert (run.state, run.rows) == ("done", run.total)
    assert rows_in_file(run) == run.total


@pytest.mark.usefixtures("long_exports")
def test_a_job_that_runs_twice_writes_once(exporter: TitleExport, admin: User) -> None:
    run = start(exporter, admin)
    write_export(run_id=run.pk, now=NOW)
    written = store.get_modified_time(run.file.name)
    write_export(run_id=run.pk, now=NOW + timedelta(hours=1))
    assert store.get_modified_time(run.file.name) == written
    assert Entry.objects.filter(action="export.finish").count() == 1


@pytest.mark.usefixtures("long_exports")
def test_a_job_goes_on_after_its_worker_died(exporter: TitleExport, admin: User) -> None:
    run = start(exporter, admin)
    ExportRun.objects.filter(pk=run.pk).update(state="running", rows=2)
    write_export(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.rows) == ("done", run.total)


@pytest.mark.usefixtures("long_exports")
def test_a_failure_is_told_and_leaves_no_file(
    exporter: TitleExport, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(exporter, admin)

    def broken(user: Any, params: Any) -> Any:
        raise OSError("disk full")

    monkeypatch.setattr(exporter, "rows", broken)
    write_export(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "请重新导出" in run.error
    assert list(store.below("exports/")) == []
    assert not Entry.objects.filter(action="export.finish").exists()


def test_files_expire(exporter: TitleExport, admin: User) -> None:
    run = start(exporter, admin)
    before, after = NOW + timedelta(hours=23), NOW + timedelta(hours=24)
    assert list(own_exports(admin, now=before)) == [run]
    assert remove_expired_exports(now=before) == 0
    assert not own_exports(admin, now=after).exists()
    assert remove_expired_exports(now=after) == 1
    assert not run.file.exists()


def test_the_office_decides_how_long_a_file_is_kept(exporter: TitleExport, admin: User) -> None:
    configure(EXPORT_KEPT, timedelta(hours=2))
    assert start(exporter, admin).expires_at == NOW + timedelta(hours=2)
