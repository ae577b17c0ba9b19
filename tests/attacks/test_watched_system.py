"""The pages that say how the system is tell nothing of a sealed draw (docs/decisions/0133), and no row that
is written by SQL keeps quiet what goes wrong (docs/decisions/0177)."""

from __future__ import annotations

import re
import zipfile
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from config.metrics import SystemCollector
from config.postgres import EmbeddedServer
from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.backups.services import nightly
from expertpool.core.health import CHECKS, Check, Finding, Health
from expertpool.notifications.models import Message
from expertpool.notifications.services.delivery import deliver
from expertpool.operations.models import Alert
from expertpool.operations.services.alerts import acknowledge, watch
from expertpool.operations.services.bundle import support_bundle
from expertpool.operations.settings import AGAIN
from tests.backups.conftest import lay
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
FAR = "2099-12-31"
NOW = timezone.make_aware(datetime(2026, 11, 24, 10, 5))  # noqa: DTZ001
MINUTE = timedelta(minutes=1)
OF_CHANNELS = re.compile(r"邮件|短信|到时再做|later")


def shown(user: User) -> list[str]:
    """What page, bundle and figures say of channels and of jobs that wait for their time."""
    page = login(Client(), user).get("/operations/").content.decode()
    parts = re.findall(r"<(?:li|tr)>.*?</(?:li|tr)>", page, re.DOTALL)
    with zipfile.ZipFile(BytesIO(support_bundle(actor=user, now=timezone.now()))) as bundle:
        for name in ("检查.json", "队列.json"):
            parts += re.findall(r"\{[^{}]*\}", bundle.read(name).decode())
    for family in SystemCollector().collect():
        parts += [str(one) for one in family.samples]
    return [part for part in parts if OF_CHANNELS.search(part)]


@pytest.mark.parametrize("hour", [10, 22])
def test_no_page_of_the_system_says_by_which_channel_somebody_was_invited(
    operator: User,
    admin: User,
    settings: Settings,
    time_machine: Any,
    monkeypatch: pytest.MonkeyPatch,
    hour: int,
) -> None:
    """In an hour in which nothing else is sent; at night letters wait."""
    settings.DEV_PAGES = True
    monkeypatch.setattr(connections, "close_all", lambda: None)  # the test's own
    found = []
    for email in ("a@example.cn", ""):
        now = NOW.replace(hour=hour) + len(found) * timedelta(days=1)
        time_machine.move_to(now, tick=False)
        make_expert(email=email)
        make_draw(now=now, operator=operator, seats=1, channels=("email",), reached=False)
        for letter in Message.objects.filter(about_type="draws.invitation", state="queued"):
            deliver(message_id=letter.pk, now=now)
        with connection.cursor() as cursor:  # workers have done what was due
            due = "scheduled_at IS NULL OR scheduled_at <= %s"
            cursor.execute(f"DELETE FROM procrastinate_jobs WHERE {due}", [now])  # noqa: S608
        time_machine.move_to(now + MINUTE, tick=False)
        found.append(shown(admin))
    assert found[0]
    assert found[0] == found[1]
    assert not [part for part in found[0] if re.search(r"\d\d:\d\d", part)]


@pytest.fixture
def embedded(settings: Settings, tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    settings.DATABASE_SERVER = EmbeddedServer(tmp_path / "home")
    settings.BACKUP_DIR = tmp_path / "home" / "backups"
    return tmp_path / "home" / "backups"


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def add_backup(state: str, at: str) -> None:
    sql(
        "INSERT INTO backups_backup (name, directory, kind, state, is_encrypted, started_at, finished_at,"
        " fault, check_fault) VALUES (%s, %s, 'full', %s, false, %s, %s, '', '')",
        *("20991231-000000-full", str(settings.BACKUP_DIR), state, at, at),
    )


@pytest.mark.parametrize("state", ["done", "running", "failed"])
@pytest.mark.parametrize("at", [FAR, "2026-11-24 10:04+08"])
def test_no_row_says_that_there_is_a_backup(
    embedded: Path, admin: User, time_machine: Any, state: str, at: str
) -> None:
    record("backup.ask", actor=admin, now=NOW - timedelta(hours=40))
    add_backup(state, at)
    assert nightly.is_due(now=NOW + timedelta(hours=1, minutes=1))
    found = CHECKS["backup"].find(NOW)
    assert (found.state, found.figure) == (Health.FAILED, "还没有成功过")
    time_machine.move_to(NOW, tick=False)
    page = login(Client(), admin).get("/backups/").content.decode()
    assert "还没有成功的备份" in page
    assert not re.search(r"-\d+ (?:小时|天)", page)
    if at == FAR:
        nightly.request_backup(actor=admin, now=NOW)


def test_a_folder_of_days_to_come_is_no_backup_either(embedded: Path) -> None:
    for name in ("20991231-000000-full", "20261399-000000-full"):
        lay(embedded / name)
    assert nightly.is_due(now=NOW)
    lay(embedded / "20261124-020500-full")
    assert not nightly.is_due(now=NOW)


def add_alert(**columns: object) -> None:
    """A row that says that somebody takes care of the disk already, or was just told."""
    given = {
        "check_code": "disk",
        "label": "磁盘",
        "state": "failed",
        "sentence": "x",
        "figure": "",
    }
    given |= {"mend": "", "told_state": "failed", "note": "", "began_at": NOW - MINUTE}
    given |= {"told_at": NOW - MINUTE} | columns
    names, places = ", ".join(given), ", ".join(["%s"] * len(given))
    sql(f"INSERT INTO operations_alert ({names}) VALUES ({places})", *given.values())  # noqa: S608


@pytest.mark.parametrize(
    "columns",
    [
        {"acknowledged_at": NOW - MINUTE, "well_since": FAR},
        {"acknowledged_at": FAR},
        {"told_at": FAR},
        {"told_at": None, "told_state": "", "began_at": FAR},
    ],
)
def test_no_row_keeps_an_alert_quiet(admin: User, columns: dict[str, object]) -> None:
    configure(AGAIN, timedelta(hours=1))
    if "acknowledged_at" in columns:
        columns = columns | {"acknowledged_by_id": admin.pk}
    add_alert(**columns)
    bad = Check("disk", "磁盘", CHECKS["disk"].group, lambda _now: Finding(Health.FAILED, "满了。"))
    with CHECKS.holding(bad, alone=True):
        for minutes in (0, 1, 60):
            watch(now=NOW + minutes * MINUTE)
        told = Message.objects.filter(occasion="operations.alert", channel="site")
        assert told.exists()
        alert = Alert.objects.get()
        assert alert.acknowledged_at is None
        acknowledge(alert_id=alert.pk, note="", actor=admin, now=NOW + 61 * MINUTE)
        count = told.count()
        watch(now=NOW + 200 * MINUTE)
        assert told.count() == count


def test_no_row_keeps_an_alert_open_for_what_is_to_come(admin: User) -> None:
    add_alert(well_since=FAR)
    well = Check("disk", "磁盘", CHECKS["disk"].group, lambda _now: Finding(Health.OK, "好。"))
    with CHECKS.holding(well, alone=True):
        for minutes in range(7):
            watch(now=NOW + minutes * MINUTE)
    assert Alert.objects.get().ended_at
