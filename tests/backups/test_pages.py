"""The page that says how safe everything is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from config.postgres import EmbeddedServer
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.backups.enums import BackupState
from expertpool.backups.models import Backup
from expertpool.core.models import AskedJob
from tests.backups.conftest import lay
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def embedded(settings: LazySettings, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    settings.DATABASE_SERVER = EmbeddedServer(tmp_path / "home")
    settings.BACKUP_DIR = tmp_path / "home" / "backups"


def read(client: Client) -> str:
    return " ".join(client.get("/backups/").content.decode().split())


def test_without_any_it_says_so(client: Client, admin: User) -> None:
    page = read(login(client, admin))
    assert "还没有成功的备份" in page
    assert "备份与数据在同一块磁盘" in page


def test_a_second_place_is_named(client: Client, admin: User, settings: LazySettings) -> None:
    settings.BACKUP_S3 = "s3://backup/pool"
    page = read(login(client, admin))
    assert "另存到 s3://backup/pool" in page
    assert "备份与数据在同一块磁盘" not in page


@pytest.mark.shows("OPS-01")
def test_it_says_what_a_restore_would_lose_and_how_each_went(
    client: Client, admin: User, settings: LazySettings
) -> None:
    now = timezone.now()
    usual = {"directory": str(settings.BACKUP_DIR), "kind": "full"}
    begun = timezone.localtime(now - timedelta(hours=5, minutes=7))
    name = f"{begun:%Y%m%d-%H%M%S}-full"
    lay(settings.BACKUP_DIR / name)
    Backup.objects.create(
        name=name,
        state=BackupState.DONE,
        started_at=begun,
        finished_at=now - timedelta(hours=5),
        checked_at=now,
        size=90_000_000,
        chain=0,
        **usual,
    )
    Backup.objects.create(
        name="20261201-030000-full",
        state=BackupState.FAILED,
        started_at=now - timedelta(hours=4),
        finished_at=now - timedelta(hours=4),
        fault="不能写备份目录 /mnt/backup。",
        **usual,
    )
    page = read(login(client, admin))
    for words in ("5 小时 7 分钟", "7 分钟", "85.8", "试恢复一致", "不能写备份目录 /mnt/backup"):
        assert words in page
    assert "还没有成功的备份" not in page


def test_of_a_database_elsewhere_it_tells_who_backs_it_up(
    client: Client, admin: User, settings: LazySettings
) -> None:
    settings.DATABASE_SERVER = None
    page = read(login(client, admin))
    assert "请由数据库管理员备份" in page
    assert "/backups/make/" not in page


def test_a_backup_that_is_asked_for_is_queued_and_logged(client: Client, admin: User) -> None:
    answer = login(client, admin).post("/backups/make/", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    job = ProcrastinateJob.objects.get(task_name="backups.make")
    assert AskedJob.objects.get(pk=job.args["asked_id"]).user == admin
    assert Entry.objects.get(action="backup.ask").actor == admin
    Backup.objects.create(name="x", directory="/mnt", kind="full", started_at=timezone.now())
    answer = client.post("/backups/make/", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert ProcrastinateJob.objects.filter(task_name="backups.make").count() == 1
