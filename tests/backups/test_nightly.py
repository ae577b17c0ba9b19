"""Backups that nobody has to think of: made in time, not kept for ever, missed by somebody."""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings, settings
from django.db.models import QuerySet
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from config import commands
from config.postgres import DatabaseUnavailableError, EmbeddedServer
from expertpool.accounts.models import User
from expertpool.backups.enums import BackupState
from expertpool.backups.exceptions import HINDERED, BackupRefused
from expertpool.backups.models import Backup
from expertpool.backups.queries import last_done
from expertpool.backups.services import nightly
from expertpool.backups.services.keeping import remove_older
from expertpool.backups.services.making import Wish, make_backup
from expertpool.backups.services.manifest import check_digests, chosen_backup
from expertpool.backups.services.restoring import Source, Tell
from expertpool.backups.services.telling import tell_bad, tell_made
from expertpool.backups.services.trying import try_backup
from expertpool.backups.settings import EACH_DAY, FULL_EVERY, KEPT, LATE_AFTER, TOLD, TRIED
from expertpool.core.disks import FULL
from expertpool.core.health import CHECKS, Health
from expertpool.notifications.models import Message
from expertpool.operations.services.alerts import watch
from expertpool.operations.settings import RECEIVERS
from tests.backups.conftest import AT, Made, lay
from tests.factories.accounts import make_user
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
NOON = timezone.make_aware(datetime(2026, 12, 1, 12, 0))  # noqa: DTZ001
HOUR = timedelta(hours=1)


def made(at: datetime, *, lies_there: bool = True, **values: object) -> Backup:
    directory = settings.BACKUP_DIR
    given: dict[str, object] = {"directory": str(directory), "kind": "full", "finished_at": at}
    given |= {"state": BackupState.DONE, "started_at": at, "name": f"{at:%Y%m%d-%H%M%S}-full"}
    backup = Backup.objects.create(**given | values)
    if lies_there and backup.state == BackupState.DONE:
        lay(directory / backup.name)
    return backup


@pytest.fixture
def embedded(settings: LazySettings, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    settings.DATABASE_SERVER = EmbeddedServer(tmp_path / "home")
    settings.BACKUP_DIR = tmp_path / "home" / "backups"


def watched(now: datetime) -> None:
    """Let the check look twice; what is bad at both is told."""
    with CHECKS.holding(CHECKS["backup"], alone=True):
        for minutes in (0, 1):
            watch(now=now + timedelta(minutes=minutes))


def alerts() -> QuerySet[Message]:
    return Message.objects.filter(occasion="operations.alert", channel="site")


def waiting() -> int:
    return ProcrastinateJob.objects.filter(task_name="backups.make", status="todo").count()


def test_it_is_due_from_its_hour_until_one_has_succeeded(embedded: None) -> None:
    due = NOON.replace(hour=2)
    made(due - 20 * HOUR)
    assert nightly.is_due(now=due)
    assert nightly.is_due(now=NOON)  # the machine was off
    made(due, state=BackupState.FAILED)
    assert not nightly.is_due(now=due + HOUR / 2)
    assert nightly.is_due(now=due + HOUR)
    made(due + HOUR / 4)
    assert not nightly.is_due(now=due + 21 * HOUR)
    assert nightly.is_due(now=due + 24 * HOUR)


@pytest.mark.shows("OPS-01")
def test_what_is_due_is_queued_unless_the_office_does_not_want_it(embedded: None) -> None:
    assert nightly.look(now=NOON)
    assert waiting() == 1
    configure(EACH_DAY, False)
    assert not nightly.look(now=NOON)
    assert waiting() == 1


def test_of_a_database_elsewhere_nothing_is_made_or_missed(settings: LazySettings) -> None:
    settings.DATABASE_SERVER = None
    assert not nightly.look(now=NOON)
    assert CHECKS["backup"].find(NOON).state is Health.OFF


@pytest.mark.shows("OPS-02")
def test_that_none_has_succeeded_is_an_alert_to_readers_of_backups_too(
    embedded: None, admin: User
) -> None:
    make_user("auditor")
    make_user("operator")
    configure(EACH_DAY, False)  # whoever switches it off is missed all the same
    configure(RECEIVERS, (admin.username,))
    made(NOON - 29 * HOUR)
    watched(NOON)
    assert not alerts().exists()
    made(NOON - HOUR, state=BackupState.FAILED, fault="不能写备份目录 /mnt。")
    watched(NOON + 2 * HOUR)
    assert sorted(one.recipient for one in alerts()) == sorted(["审计老吴", admin.name])
    text = alerts()[0].body
    assert "30 小时没有成功的备份" in text
    assert "不能写备份目录 /mnt" in text
    configure(LATE_AFTER, 240 * HOUR)
    for minutes in range(10):
        watched(NOON + 3 * HOUR + timedelta(minutes=minutes))
    assert sorted(one.subject for one in alerts()[:2]) == ["运行报警：备份恢复正常"] * 2


def test_a_system_without_any_is_told_of_as_well(embedded: None, admin: User) -> None:
    nightly.request_backup(actor=admin, now=NOON)  # the first entry there is
    watched(NOON + 29 * HOUR)
    assert not alerts().exists()
    watched(NOON + 31 * HOUR)
    assert "还没有成功过" in alerts().get().body


def test_success_is_told_where_it_is_wanted_and_a_bad_one_always(
    embedded: None, admin: User
) -> None:
    backup = made(NOON, size=90_000_000, chain=12345)
    tell_made(backup, now=NOON)
    assert not Message.objects.exists()
    configure(TOLD, True)
    tell_made(backup, now=NOON)
    told = Message.objects.get(occasion="backup.made", channel="site").body
    assert "12,345 条" in told
    assert "密钥不在备份里" in told
    backup.check_fault = "行数不一致：experts_expert"
    tell_bad(backup, now=NOON)
    assert "行数不一致" in Message.objects.get(occasion="backup.amiss", channel="site").body


def test_one_a_week_is_full_and_so_is_one_after_which_none_can_be_built_on(
    source: EmbeddedServer, settings: LazySettings, tmp_path: Path
) -> None:
    settings.DATABASE_SERVER, settings.MEDIA_ROOT = source, tmp_path / "media"
    settings.BACKUP_DIR, settings.BACKUP_RECIPIENTS = tmp_path / "to", []
    configure(TRIED, False)
    configure(KEPT, 1)
    day = 24 * HOUR
    kinds = [
        nightly.make(actor=None, clock=lambda at=AT + at: at).kind  # type: ignore[misc]
        for at in (0 * day, 1 * day, 7 * day)
    ]
    assert kinds == ["full", "incr", "full"]
    # Only the newest is kept, and told apart from what is there.
    assert [path.name for path in (tmp_path / "to").glob("2*")] == ["20261208-100000-full"]
    assert Backup.objects.filter(removed_at=None).count() == 1
    (tmp_path / "to" / "20261208-100000-full" / "backup_manifest").write_text("{}")
    assert nightly.make(actor=None, clock=lambda: AT + 8 * day).kind == "full"
    assert Backup.objects.filter(state=BackupState.FAILED, kind="incr").count() == 1
    configure(FULL_EVERY, 1)
    assert nightly.make(actor=None, clock=lambda: AT + 9 * day).kind == "full"


class Trying:
    """Tries backups as was said beforehand, and notes it as the true one does."""

    def __init__(self, *holds: bool) -> None:
        self.holds = list(holds)

    def __call__(self, source: Source, *, now: datetime, tell: Tell) -> bool:
        holds = self.holds.pop(0)
        row = Backup.objects.filter(name=source.directory.name)
        row.update(checked_at=now, check_fault="" if holds else "行数不一致")
        return holds


def made_daily(count: int) -> list[Backup]:
    days = [AT + number * 24 * HOUR for number in range(count)]
    return [nightly.make(actor=None, clock=lambda at=at: at) for at in days]  # type: ignore[misc]


def test_a_bad_one_is_not_built_on_and_does_not_count(
    source: EmbeddedServer, settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATABASE_SERVER, settings.MEDIA_ROOT = source, tmp_path / "media"
    settings.BACKUP_DIR, settings.BACKUP_RECIPIENTS = tmp_path / "home" / "to", []
    monkeypatch.setattr(nightly, "try_backup", Trying(True, False, True))
    configure(FULL_EVERY, 1)
    good, bad = made_daily(2)
    now = AT + 25 * HOUR
    configure(FULL_EVERY, 7)
    assert last_done(now=now) == good
    found = CHECKS["backup"].find(now)
    assert (found.state, "最近一次试恢复不一致" in found.sentence) == (Health.FAILED, True)
    assert not nightly.is_due(now=now)  # what is wrong may be the data: not each hour
    # What somebody builds on it by hand is no better.
    by_hand = make_backup(
        Wish(settings.BACKUP_DIR, incremental=True), actor=None, clock=lambda: AT + 26 * HOUR
    )
    assert last_done(now=AT + 27 * HOUR) == good
    late = CHECKS["backup"].find(AT + 31 * HOUR)
    assert "30 小时没有成功的备份。最近一次试恢复不一致" in late.sentence
    well = nightly.make(actor=None, clock=lambda: AT + 48 * HOUR)
    assert [one.kind for one in (good, bad, by_hand, well)] == ["full", "full", "incr", "full"]
    assert last_done(now=AT + 49 * HOUR) == well
    assert CHECKS["backup"].find(AT + 49 * HOUR).state is not Health.FAILED


def test_one_that_could_not_be_tried_is_no_bad_one(
    source: EmbeddedServer, settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    admin: User,
) -> None:  # fmt: skip
    """A disk too small for a try: the backup counts, the next one builds on it, and somebody is told."""

    def hindered(*_arguments: object, **_options: object) -> bool:
        raise BackupRefused("没有试恢复这份备份：磁盘已满，请先清理。")

    settings.DATABASE_SERVER, settings.MEDIA_ROOT = source, tmp_path / "media"
    settings.BACKUP_DIR, settings.BACKUP_RECIPIENTS = tmp_path / "to", []
    monkeypatch.setattr(nightly, "try_backup", hindered)
    first, second = made_daily(2)
    assert (first.state, second.kind) == (BackupState.DONE, "incr")
    body = Message.objects.get(occasion="backup.amiss", channel="site").body
    assert f"备份 {first.name} 没有试恢复" in body
    assert "磁盘已满，请先清理" in body


@pytest.mark.parametrize(
    ("fault", "code"), [(f"{FULL}（pg_combinebackup）", HINDERED), ("pg_verifybackup 失败", 1)]
)
def test_a_full_disk_ends_a_try_as_hindered(
    fault: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_arguments: list[str]) -> None:
        raise DatabaseUnavailableError(fault)

    monkeypatch.setattr(commands, "execute_from_command_line", failing)
    monkeypatch.setattr(commands, "missing_secrets", list)
    monkeypatch.setattr(commands, "connect_as_owner", lambda: None)
    monkeypatch.setattr(commands, "end_on_signals", lambda: None)
    assert commands.restore(["to", "--discard"]) == code
    assert commands.restore(["to"]) == 1


@pytest.mark.parametrize("code", [-signal.SIGKILL, 128 + signal.SIGTERM])
def test_a_try_that_somebody_ended_says_nothing_of_the_backup(
    code: int, made: Made, settings: LazySettings, tmp_path: Path
) -> None:
    """By the machine that stops, or for want of memory: the command leaves in order, or is killed."""
    (tmp_path / "home").mkdir()
    settings.DATABASE_SERVER = EmbeddedServer(tmp_path / "home")
    ending = f"import os, sys; os.kill(os.getpid(), {-code}) if {code} < 0 else sys.exit({code})"
    settings.PROGRAM = [sys.executable, "-c", ending]
    with pytest.raises(BackupRefused, match="没有试完"):
        try_backup(Source(made.directory), now=NOON, tell=lambda _line: None)
    assert not Backup.objects.exclude(check_fault="").exists()


def test_the_last_that_held_stays_until_another_holds(
    source: EmbeddedServer, settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATABASE_SERVER, settings.MEDIA_ROOT = source, tmp_path / "media"
    settings.BACKUP_DIR, settings.BACKUP_RECIPIENTS = tmp_path / "to", []
    configure(KEPT, 1)
    configure(FULL_EVERY, 1)
    monkeypatch.setattr(nightly, "try_backup", Trying(True, False, False, True))
    left = []
    for number in range(4):
        at = AT + number * 24 * HOUR
        nightly.make(actor=None, clock=lambda at=at: at)  # type: ignore[misc]
        left.append(sorted(int(path.name[6:8]) for path in settings.BACKUP_DIR.glob("2*")))
    assert left == [[1], [1, 2], [1, 3], [4]]


def test_with_a_backup_go_the_files_that_no_other_names(originals: Made, made: Made) -> None:
    def stored() -> int:
        return len(list(made.directory.glob("files/*/*")))

    assert remove_older(made.directory, kept=1, now=NOON) == []
    assert stored() == 2
    directory, manifest = chosen_backup(made.directory)
    check_digests(directory, manifest)
    # A later full one without files: a folder of its own is enough here.
    later = made.directory / "20261209-100000-full"
    later.mkdir()
    assert set(remove_older(made.directory, kept=1, now=NOON)) == {made.full, made.incremental}
    assert stored() == 2  # one that does not open might need them


@pytest.mark.parametrize("lost", ["", "manifest.json", "base.tar.gz", "all"])
def test_a_folder_that_was_emptied_is_no_backup(embedded: None, lost: str) -> None:
    older, newer = made(NOON - 26 * HOUR), made(NOON - 2 * HOUR)
    folder = settings.BACKUP_DIR / newer.name
    (folder / "base.tar.gz").write_bytes(b"base")
    (folder / "manifest.json").write_text('{"parts": {"base.tar.gz": {"size": 4}}}')
    assert last_done(now=NOON) == newer
    for path in list(folder.iterdir()):
        if lost in (path.name, "all"):
            path.unlink()
    assert last_done(now=NOON) == (older if lost else newer)
    assert nightly.is_due(now=NOON) is bool(lost)
    found = CHECKS["backup"].find(NOON + 5 * HOUR)
    assert found.state is (Health.FAILED if lost else Health.OK)


def test_one_that_was_cut_is_none_within_the_hour(embedded: None) -> None:
    newer = made(NOON - 2 * HOUR)
    folder = settings.BACKUP_DIR / newer.name
    (folder / "base.tar.gz").write_bytes(b"base")
    (folder / "manifest.json").write_text('{"parts": {"base.tar.gz": {"size": 4}}}')
    assert last_done(now=NOON) == newer
    (folder / "base.tar.gz").write_bytes(b"")
    assert last_done(now=NOON + HOUR) is None


def test_a_share_that_is_not_mounted_is_told(
    embedded: None, settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(NOON - HOUR)
    assert CHECKS["backup"].find(NOON).state is Health.OK  # nobody has named another place
    settings.BACKUP_DIR = tmp_path / "mnt"
    made(NOON - HOUR, name="20261201-110001-full")
    found = CHECKS["backup"].find(NOON)
    assert (found.state, str(tmp_path / "mnt") in found.mend) == (Health.WARNING, True)
    assert found.sentence == "备份与数据在同一块磁盘。"
    stat = Path.stat

    def mounted(path: Path, **given: bool) -> os.stat_result:
        found = stat(path, **given)
        return (
            os.stat_result((*found[:2], -1, *found[3:])) if path == settings.BACKUP_DIR else found
        )

    monkeypatch.setattr(Path, "stat", mounted)
    assert CHECKS["backup"].find(NOON).state is Health.OK


class Full(EmbeddedServer):
    def copy_to(self, folder: Path, *options: str) -> None:
        raise DatabaseUnavailableError("磁盘已满")


def test_one_that_fails_is_noted_and_tried_again(settings: LazySettings, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    settings.DATABASE_SERVER, settings.MEDIA_ROOT = Full(home), home / "files"
    settings.BACKUP_DIR = tmp_path / "to"
    with pytest.raises(DatabaseUnavailableError):
        nightly.make(actor=None, clock=lambda: NOON)
    assert Backup.objects.get().fault == "磁盘已满"
    assert nightly.is_due(now=NOON + HOUR)


def test_a_journal_that_nobody_keeps_is_told(embedded: None) -> None:
    made(NOON - HOUR)
    folder = settings.DATABASE_SERVER.handed_out
    folder.mkdir(parents=True)
    piece = folder / ("0" * 24)
    piece.touch()
    for age, state in ((HOUR / 2, Health.OK), (2 * HOUR, Health.WARNING)):
        at = (NOON - age).timestamp()
        os.utime(piece, (at, at))
        assert CHECKS["backup"].find(NOON).state is state
    assert "数据库日志一小时以上没有保存" in CHECKS["backup"].find(NOON).sentence
