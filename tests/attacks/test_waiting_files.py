"""Lists that wait lie on the disk, to be imported or fetched: who copies the disk reads no phone."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import pytest
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from expertpool.accounts.models import User
from expertpool.core.exporting.registry import EXPORTS
from expertpool.core.exporting.runs import remove_expired_exports, start_export
from expertpool.core.importing import runs
from expertpool.core.importing.reading import UnreadableFile
from expertpool.core.models import ExportRun, ImportRun
from expertpool.core.storing import store
from expertpool.core.waiting import FileGone, folder_of_parts
from expertpool.experts.services.importing import ExpertImporter
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
PHONE = "13912345678"
TABLE = f"姓名,手机号\n王小明,{PHONE}\n".encode()


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def upload(actor: User, table: bytes = TABLE) -> ImportRun:
    return runs.start_import(
        importer=ExpertImporter,
        upload=SimpleUploadedFile("名单.csv", table),
        options={},
        actor=actor,
        now=timezone.now(),
    )


def found_on_disk(text: str) -> list[Path]:
    """The files that hold ``text``, packed or not."""
    files = (path for path in Path(site.MEDIA_ROOT).rglob("*") if path.is_file())
    return [path for path in files if text in texts(path.read_bytes())]


def texts(content: bytes) -> str:
    try:
        with ZipFile(BytesIO(content)) as archive:
            return "".join(archive.read(name).decode() for name in archive.namelist())
    except BadZipFile:
        return content.decode(errors="ignore")


@pytest.mark.shows("EXP-06")
def test_a_copy_of_the_disk_tells_no_phone(admin: User) -> None:
    run = upload(admin)
    assert run.upload.exists()
    assert found_on_disk(PHONE) == []
    runs.confirm_import(run=run, now=timezone.now())
    assert (run.state, run.accepted) == ("done", 1)
    assert not run.upload.exists()


def test_a_file_put_in_the_place_of_another_is_not_read(admin: User) -> None:
    """Nor one that was never uploaded, as who can write to the disk would put there."""
    mine, other = upload(admin), upload(admin)
    with store.open(other.upload.name) as file:
        token = file.read()
    for content in (token, "姓名,手机号\n李四,139\n".encode()):
        store.replace(mine.upload.name, content)
        with pytest.raises(UnreadableFile, match="请重新上传"):
            next(runs._rows(mine, {}))


@pytest.mark.shows("EXP-09")
def test_nor_does_the_table_of_refused_rows(admin: User, client: Client) -> None:
    table = f"姓名,手机号\n,{PHONE}\n".encode()
    run = upload(admin, table)
    runs.confirm_import(run=run, now=timezone.now())
    assert (run.state, run.refused) == ("done", 1)
    assert found_on_disk(PHONE) == []
    page = login(client, admin).get(f"/experts/import/{run.pk}/refused/")
    assert PHONE in texts(page.content)


def test_a_run_that_is_led_to_another_account_shows_him_nothing(
    admin: User, operator: User
) -> None:
    """One column, and the whole pool was there for somebody without any right to it."""
    mine = upload(admin)
    table = export(admin)
    assert PHONE in texts(table.file.read())
    type(mine).objects.update(user=operator)
    type(table).objects.update(user=operator)
    for row in (mine, table):
        row.refresh_from_db()
        for file in row.waiting_files():
            with pytest.raises(FileGone):
                file.read()


def test_nor_does_an_export(admin: User) -> None:
    run = export(admin)
    assert found_on_disk(PHONE) == []
    assert PHONE in texts(run.file.read())


def export(admin: User) -> ExportRun:
    make_expert(phone=PHONE)
    return start_export(
        exporter=EXPORTS["experts.experts"],
        params=QueryDict(),
        actor=admin,
        address="",
        now=timezone.now(),
    )


def test_what_belongs_to_nothing_is_deleted_a_day_later(admin: User) -> None:
    """What a killed process left, and what an earlier version kept as it was."""
    now = timezone.now()
    run = upload(admin)
    left = [
        Path(site.MEDIA_ROOT, "imports", "99-refused.xlsx"),
        Path(site.MEDIA_ROOT, "exports", "99.xlsx"),
        folder_of_parts() / "tmprows",
    ]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PHONE)
    for later, kept in ((timedelta(hours=20), True), (timedelta(hours=25), False)):
        ImportRun.objects.update(expires_at=now + timedelta(days=9))
        runs.remove_expired_imports(now=now + later)
        remove_expired_exports(now=now + later)
        assert [path.exists() for path in left] == [kept] * 3
    assert run.upload.read()
