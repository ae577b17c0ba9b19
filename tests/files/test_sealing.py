"""Files of before an upgrade are encrypted while the system runs, however often that is broken off."""

from __future__ import annotations

import os
import signal
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, TestCase
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.backups.services import journal
from expertpool.core.fields import is_vouched
from expertpool.core.health import Health
from expertpool.core.storing import store
from expertpool.core.storing.local import LocalStore
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import clear_files, opened
from expertpool.files.services import (
    attach,
    move_attachment,
    remove_attachment,
    remove_orphans,
    seal_clear,
    sealing,
)
from expertpool.files.services.health import find_clear
from expertpool.files.tasks import seal_clear as job
from expertpool.portal.services.keys import rotate_keys
from tests.factories.projects import make_project
from tests.files.samples import PDF
from tests.fixtures import login
from tests.worker import program

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
NOW = timezone.now()
committed = (
    TestCase.captureOnCommitCallbacks
)  # what is done after a commit, in a test's own transaction
KEYS = ("SECRET_KEY", "FIELD_KEY", "INDEX_KEY", "SEAL_KEY")
FILM = b"\x1a\x45\xdf\xa3" + os.urandom(200_000)


@pytest.fixture
def project(admin: User) -> Any:
    return make_project()


def sealed(subject: Any, content: bytes = PDF, name: str = "通知.pdf") -> Attachment:
    file = SimpleUploadedFile(name, content)
    return attach(subject=subject, uploaded_file=file, actor=None, now=NOW)


def clear(subject: Any, content: bytes = PDF, name: str = "通知.pdf") -> Attachment:
    """A file as an earlier version kept it."""
    row = sealed(subject, content, name)
    store.delete(str(row.file.name))
    row.file_key = None
    row.file.name = store.save(str(row.file.name).removesuffix(".sealed"), ContentFile(content))
    row.save(update_fields=["file", "file_key", "proof"])
    return Attachment.objects.get(pk=row.pk)


def read(row: Attachment) -> bytes:
    with opened(row) as file:
        content: bytes = file.read()
    return content


def again(row: Attachment) -> Attachment:
    return Attachment.objects.get(pk=row.pk)


def faults() -> list[str]:
    with committed(execute=True):
        return [tried.fault for tried in seal_clear(now=timezone.now()) if tried.fault]


def lying() -> list[bytes]:
    files = []
    for one in store.below("attachments/"):
        with store.open(one.name) as file:
            files.append(file.read())
    return files


def test_what_lay_in_clear_is_encrypted_and_reads_the_same(
    project: Any, client: Client, admin: User
) -> None:
    rows = [clear(project, PDF + str(n).encode()) for n in range(3)]
    new = sealed(project)
    assert find_clear(NOW).state == Health.WARNING
    assert find_clear(NOW).figure == "还有 3 个"
    login(client, admin)
    before = [client.get(f"/files/{row.pk}/").getvalue() for row in rows]  # type: ignore[attr-defined]
    with committed(execute=True):
        job(timestamp=0)
    assert not clear_files().exists()
    assert find_clear(NOW).state == Health.OK
    assert not any(b"%PDF" in lies for lies in lying())
    assert len(lying()) == 4
    for row, said in zip(rows, before, strict=True):
        now = again(row)
        assert is_vouched(now)
        assert now.sealed_at
        assert read(now) == said == client.get(f"/files/{row.pk}/").getvalue()  # type: ignore[attr-defined]
    assert again(new).sealed_at is None


def test_whoever_has_the_row_of_before_reads_on(project: Any) -> None:
    row, film = clear(project), clear(project, FILM, "录屏.webm")
    with opened(film) as watched:
        assert watched.read(10) == FILM[:10]
        assert faults() == []
        assert watched.read() == FILM[10:]
    assert read(row) == PDF  # by the name that is no more
    to = make_project()
    move_attachment(attachment=row, to=to, kind="", actor=None, now=NOW)
    assert read(again(row)) == PDF
    with committed(execute=True):
        remove_attachment(attachment=again(row), actor=None, now=NOW)
    assert len(lying()) == 1


class Killed(BaseException):
    """As the process ends: nothing after it is done."""


def end(*args: Any, **kwargs: Any) -> Any:
    raise Killed


@pytest.mark.parametrize(
    "step",
    [
        (sealing, "keep"),
        (sealing, "digest_of"),
        (sealing, "_is_like"),
        (LocalStore, "settle"),
        (sealing, "_name"),
        (sealing, "is_vouched"),
        (LocalStore, "delete"),
    ],
    ids=lambda step: step[1],
)
def test_killed_at_any_step_nothing_is_lost(
    project: Any, step: tuple[Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [clear(project, FILM + bytes([n]), f"{n}.webm") for n in range(3)]
    with monkeypatch.context() as patch, pytest.raises(Killed):  # noqa: PT012
        patch.setattr(*step, end)
        faults()
    assert [read(again(row)) for row in rows] == [FILM + bytes([n]) for n in range(3)]
    assert faults() == []
    assert [read(again(row)) for row in rows] == [FILM + bytes([n]) for n in range(3)]
    assert not clear_files().exists()
    # What was left beside is named by no row, and goes like all such.
    remove_orphans(now=timezone.now() + timedelta(days=2))
    assert len(lying()) == 3
    assert not any(lies.startswith(FILM[:4]) for lies in lying())


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_command_is_killed_and_run_again(project: Any, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    home = {name: getattr(settings, name) for name in KEYS} | {"EXPERTPOOL_HOME": str(tmp_path)}
    rows = [clear(project, PDF + os.urandom(50_000)) for _ in range(150)]
    said = [read(row) for row in rows]
    kills = 0
    while kills < 2:
        left = clear_files().count()
        with program("seal-files", **home) as process:
            while clear_files().count() > left - 10:
                assert process.poll() is None
                time.sleep(0.002)
            os.killpg(process.pid, signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
        kills += 1
        assert [read(again(row)) for row in rows] == said
    with program("seal-files", **home) as process:
        assert process.wait() == 0
    assert not clear_files().exists()
    assert [read(again(row)) for row in rows] == said


def test_what_is_gone_or_was_altered_is_named(project: Any, capsys: Any) -> None:
    gone, altered, good = clear(project), clear(project), clear(project)
    store.delete(str(gone.file.name))
    store.replace(str(altered.file.name), PDF + b"altered")
    with (
        committed(execute=True),
        pytest.raises(CommandError, match="2 个附件需要核对；没有加密的还有 1 个"),
    ):
        call_command("seal_files")
    told = capsys.readouterr().err
    assert f"附件 {gone.pk}：文件已不在存放的地方" in told
    assert f"附件 {altered.pk}：与上传时的 SHA-256 不同" in told
    assert read(again(good)) == PDF
    assert read(again(altered)) == PDF + b"altered"  # as it was found; its digest still tells
    assert list(clear_files()) == [gone]


def test_of_one_that_was_led_elsewhere_nothing_is_vouched_for(project: Any) -> None:
    led = clear(project)
    Attachment.objects.filter(pk=led.pk).update(subject_id=str(make_project().pk))
    assert faults() == []
    assert not clear_files().exists()
    assert not is_vouched(again(led))
    with pytest.raises(FileRefused, match="在系统之外被改动"):
        opened(again(led))


def test_a_disk_that_writes_something_else_takes_nothing_away(
    project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = clear(project)
    save = LocalStore.save

    def spoilt(self: Any, name: str, content: Any, **more: Any) -> str:
        return save(self, name, ContentFile(content.read()[:-1] + b"!"), **more)

    with monkeypatch.context() as patch:
        patch.setattr(LocalStore, "save", spoilt)
        (fault,) = faults()
    assert fault.startswith("写下的与原来的不同")
    assert read(again(row)) == PDF
    assert lying() == [PDF]


def test_two_at_once_do_not_do_the_same(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    row = clear(project)
    keep = sealing.keep

    def meanwhile(made: Attachment, plain: Any) -> None:
        keep(made, plain)
        with monkeypatch.context() as patch:
            patch.setattr(sealing, "keep", keep)
            patch.setattr(sealing, "try_session_lock", lambda name: True)
            patch.setattr(sealing, "unlock_session", lambda name: None)
            assert faults() == []

    monkeypatch.setattr(sealing, "keep", meanwhile)
    assert faults() == []
    assert read(again(row)) == PDF
    assert len(lying()) == 1


@pytest.fixture
def new_key(settings: Any) -> Any:
    """Give the running system another key; what is given back takes the old one away."""
    old = settings.FIELD_KEY

    def give() -> Any:
        settings.FIELD_KEY, settings.FIELD_KEY_OLD = "f" * 64, (old,)
        return lambda: setattr(settings, "FIELD_KEY_OLD", ())

    return give


def test_rotate_keys_carries_them_along(project: Any, new_key: Any) -> None:
    """The files stay as they are: only their keys are made anew, beside whoever reads them."""
    film = sealed(project, FILM, "录屏.webm")
    lies = lying()
    forget = new_key()
    with opened(again(film)) as watched:
        assert watched.read(10) == FILM[:10]
        list(rotate_keys(clock=timezone.now))
        forget()
        assert watched.read() == FILM[10:]
    assert read(again(film)) == FILM
    assert lying() == lies


def test_without_its_key_a_file_is_refused(project: Any, new_key: Any) -> None:
    film = sealed(project, FILM, "录屏.webm")
    new_key()()
    with pytest.raises(FileRefused, match="不能打开"):
        opened(again(film))


def test_a_file_encrypted_since_the_backup_is_kept_with_the_journal(
    project: Any, tmp_path: Path
) -> None:
    """Its row is old, its name is new: restored from the journal, the row would name what nobody kept."""
    row = clear(project)
    Attachment.objects.filter(pk=row.pk).update(created_at=NOW - timedelta(days=90))
    (tmp_path / "backups" / journal.FOLDER).mkdir(parents=True)
    stage = tmp_path / "stage"
    stage.mkdir()
    newest: Any = type("Newest", (), {"at": timezone.now()})
    assert journal._keep_files(tmp_path / "backups", newest, (), stage) == []
    assert faults() == []
    assert journal._keep_files(tmp_path / "backups", newest, (), stage)
    assert set(journal.noted_files(tmp_path / "backups")) == {str(again(row).file.name)}


def test_what_lies_in_clear_is_found_by_its_index() -> None:
    """It is counted each minute (运行状况), among a million of others."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "files_clear" in clear_files().explain()
