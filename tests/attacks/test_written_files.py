"""Somebody with live SQL confirms the import of a file that another only looked at, or asks for an export in his name:
nothing comes in, nothing is made, and it is told (docs/decisions/0234)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.exporting.runs import write_export
from expertpool.core.importing.runs import confirm_import, perform_import
from expertpool.core.models import ExportRun, ImportRun
from expertpool.experts.models import Expert
from tests.attacks.test_waiting_files import upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
NOW = timezone.now()


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize("more", ["", ", options = '{\"x\": 1}'"])
def test_an_import_that_nobody_confirmed_brings_in_nothing(admin: User, more: str) -> None:
    run = upload(admin)
    assert run.is_previewed
    write(f"UPDATE core_importrun SET state = 'running', confirmed_at = now(){more}")  # noqa: S608
    perform_import(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert (run.state, Expert.objects.count()) == ("failed", 0)
    assert Entry.objects.filter(action="audit.forged").count() == 1


def test_one_that_he_confirmed_comes_in(admin: User) -> None:
    run = upload(admin)
    confirm_import(run=ImportRun.objects.get(pk=run.pk), now=NOW)
    assert (ImportRun.objects.get().state, Expert.objects.exists()) == ("done", True)


def test_an_export_that_nobody_asked_for_is_not_made(admin: User) -> None:
    write(
        "INSERT INTO core_exportrun (uid, user_id, exporter, title, params, address, state, total, rows, error, created_at,"
        " expires_at, proof) VALUES (gen_random_uuid(), %s, 'experts.experts', 'x', '', '', 'queued', 1, 0, '', now(),"
        " now() + interval '1 day', '')",
        admin.pk,
    )
    run = ExportRun.objects.get()
    write_export(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.file.exists()) == ("failed", False)
    assert [one.action for one in Entry.objects.all()] == ["audit.forged"]
