"""Keys are changed while the system runs; the change can be killed and taken up again."""

from __future__ import annotations

import os
import re
import signal
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, connections, transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.crypto import DecryptionError
from expertpool.core.fields import encrypted
from expertpool.core.models import ExportRun, ImportRun, Rekeying
from expertpool.core.rekeying import encrypted_columns, rekey, waiting
from expertpool.core.storing import store
from expertpool.core.waiting import WaitingFile
from expertpool.draws.models import Invitation
from expertpool.experts.models import ExpertVersion
from expertpool.portal.services.keys import rotate_keys, tokens_waiting
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.worker import program, wait_for

pytestmark = [pytest.mark.django_db(transaction=True)]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
NEW = {"FIELD_KEY": "f" * 64, "SEAL_KEY": "5" * 64}
PHONES = encrypted(User, "phone")


def make_users(count: int) -> None:
    User.objects.bulk_create(
        User(username=f"clerk{n}", name="某人", phone=f"138{n:08d}") for n in range(count)
    )


@pytest.fixture
def old(settings: Any) -> dict[str, str]:
    """Write with the old keys, then give the running system new ones; return the old."""
    make_users(200)
    for _ in range(6):
        make_expert(created_at=NOW)
    make_draw(now=NOW)
    expert = make_expert(created_at=NOW)
    ExpertVersion.objects.create(expert=expert, number=1, at=NOW, snapshot='{"name": "甲"}')
    old = {name: getattr(settings, name) for name in NEW}
    for name, secret in NEW.items():
        setattr(settings, name, secret)
        setattr(settings, f"{name}_OLD", (old[name],))
    return old


def readable() -> dict[str, list[Any]]:
    """Everything that is encrypted, opened."""
    return {
        str(field): [
            getattr(row, field.attname) for row in field.model._default_manager.order_by("pk")
        ]
        for field in encrypted_columns()
    }


def forget_old_keys(settings: Any) -> None:
    for name in NEW:
        setattr(settings, f"{name}_OLD", ())


def in_thread(work: Any) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.race
def test_killed_between_rows_and_run_again_while_others_write(
    old: dict[str, str], settings: Any
) -> None:
    before = readable()
    count = sum(tokens_waiting().values())
    environment = NEW | {f"{name}_OLD": secret for name, secret in old.items()}
    command = ("rotate-keys", "--rows", "7", "--pause", "0.02")
    with program(*command, **environment) as process:
        wait_for(lambda: sum(Rekeying.objects.values_list("changed", flat=True)) > 20)
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    left = sum(tokens_waiting().values())
    assert 0 < left < count
    assert readable() == before

    stop, written = threading.Event(), dict[int, str]()

    def write() -> None:
        """A clerk who changes phone numbers all the time, also where the change is at work."""
        for n in range(100_000):
            pk = User.objects.filter(username=f"clerk{n * 37 % 200}").values_list("pk", flat=True)[
                0
            ]
            user = User.objects.get(pk=pk)
            user.phone = written[pk] = f"139{n:08d}"
            user.save()
            if stop.is_set():
                return

    writer = in_thread(write)
    with program(*command, **environment) as process:
        assert process.wait(60) == 0
    stop.set()
    writer.join()

    assert written
    assert tokens_waiting() == {}
    forget_old_keys(settings)
    phones = {user.pk: user.phone for user in User.objects.order_by("pk")}
    assert all(phones[pk] == phone for pk, phone in written.items())
    after = readable()
    expected = dict(zip(phones, before[str(PHONES)], strict=True)) | written
    assert after.pop(str(PHONES)) == list(expected.values())
    assert after == {name: values for name, values in before.items() if name in after}
    assert Entry.objects.filter(action="keys.rotated").count() == 1


def test_rows_that_are_being_written_are_not_waited_for(old: dict[str, str], settings: Any) -> None:
    locked, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            User.objects.select_for_update().get(username="clerk3")
            locked.set()
            release.wait(30)

    holder = in_thread(hold)
    assert locked.wait(30)
    count = waiting(PHONES)
    batches = rekey(PHONES, rows=50)
    for progress in batches:
        if progress.changed == count - 1:
            break
    assert waiting(PHONES) == 1
    release.set()
    holder.join()
    assert [progress.changed for progress in batches] == [count]
    assert waiting(PHONES) == 0


def test_a_process_that_still_writes_with_the_old_key_is_found(
    old: dict[str, str], settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("rotate_keys")
    settings.FIELD_KEY, settings.FIELD_KEY_OLD = old["FIELD_KEY"], ()
    make_user(phone="13900000000")
    settings.FIELD_KEY, settings.FIELD_KEY_OLD = NEW["FIELD_KEY"], (old["FIELD_KEY"],)
    with pytest.raises(CommandError, match=r"还有 \d+ 处未更换"):  # for scripts
        call_command("rotate_keys", check=True)
    assert "accounts.User.phone：1 处未更换" in capsys.readouterr().out
    call_command("rotate_keys")
    assert "FIELD_KEY_OLD 和 SEAL_KEY_OLD 可以删除" in capsys.readouterr().out


def test_a_row_loaded_before_is_saved_with_the_new_key(old: dict[str, str]) -> None:
    user = User.objects.get(username="clerk1")
    call_command("rotate_keys")
    user.save()
    assert waiting(PHONES) == 0
    assert User.objects.get(pk=user.pk).phone == "13800000001"


def test_without_the_old_key_nothing_is_touched(old: dict[str, str], settings: Any) -> None:
    forget_old_keys(settings)
    with pytest.raises(CommandError, match=r"标识 [0-9a-f]{8}.*_OLD"):
        call_command("rotate_keys")
    assert not Rekeying.objects.filter(changed__gt=0)
    settings.FIELD_KEY_OLD, settings.SEAL_KEY_OLD = (old["FIELD_KEY"],), (old["SEAL_KEY"],)
    assert readable()


def test_another_suite_is_a_new_key_too(old: dict[str, str], settings: Any) -> None:
    before = readable()
    settings.CRYPTO_SUITE = "gm"
    call_command("rotate_keys")
    assert readable() == before
    with connection.cursor() as cursor:
        for column, table in (
            ("opening", "invitation"),
            ("openings", "sealblock"),
            ("fittings", "sealblock"),
        ):
            cursor.execute(f"SELECT DISTINCT get_byte({column}, 0) FROM draws_{table}")  # noqa: S608
            assert cursor.fetchall() == [(6,)]


def test_an_opening_put_elsewhere_is_not_carried_over(old: dict[str, str]) -> None:
    one, two = Invitation.objects.order_by("pk")[:2]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL expertpool.rekeying = 'on'")
        cursor.execute(
            "UPDATE draws_invitation SET opening = (SELECT opening FROM draws_invitation"
            " WHERE id = %s) WHERE id = %s",
            [one.pk, two.pk],
        )
    with pytest.raises(DecryptionError, match="不在它原来的位置"):
        _ = Invitation.objects.get(pk=two.pk).opening
    with pytest.raises(
        CommandError, match=f"draws_invitation.opening，主键 {two.pk}（.*不在它原来"
    ):
        call_command("rotate_keys")


def swap_phones(count: int) -> list[int]:
    """Give the first users each the token of the next; return whose values open no more."""
    keys = list(User.objects.order_by("pk").values_list("pk", flat=True)[: count + 1])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_user SET phone = next.phone FROM accounts_user AS next"
            " WHERE accounts_user.id = ANY(%s) AND next.id = accounts_user.id + 1",
            [keys[:-1]],
        )
    return keys[:-1]


def test_what_cannot_be_opened_is_passed_over_and_named(
    old: dict[str, str], settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = swap_phones(2)
    with pytest.raises(CommandError) as refused:
        call_command("rotate_keys", rows=7)
    assert refused.value.returncode == 1
    text = str(refused.value)
    assert "2 处无法打开" in text
    assert re.search(rf"accounts_user.phone，主键 {one}（\w+）：无法解密：数据被改动", text)
    assert f"accounts_user.phone，主键 {two}（" in text
    assert tokens_waiting() == {str(PHONES): 2}  # all others were gone on with
    assert [*Entry.objects.filter(action__startswith="keys.").values_list("action", flat=True)] == [
        "keys.shut",
        "keys.rotate",
    ]

    # Apart from them stands what only waits; and a second run does not wait for them.
    settings.FIELD_KEY, settings.FIELD_KEY_OLD = old["FIELD_KEY"], ()
    make_user(phone="13900000000")
    settings.FIELD_KEY, settings.FIELD_KEY_OLD = NEW["FIELD_KEY"], (old["FIELD_KEY"],)
    capsys.readouterr()
    with pytest.raises(CommandError, match="2 处无法打开"):
        call_command("rotate_keys", check=True)
    assert "accounts.User.phone：1 处未更换" in capsys.readouterr().out
    with pytest.raises(CommandError, match="2 处无法打开"):
        call_command("rotate_keys")
    assert tokens_waiting() == {str(PHONES): 2}


def test_of_many_that_cannot_be_opened_the_first_fifty_are_named(old: dict[str, str]) -> None:
    broken = swap_phones(60)
    with pytest.raises(CommandError) as refused:
        call_command("rotate_keys")
    text = str(refused.value)
    assert "60 处无法打开" in text
    assert text.count("accounts_user.phone，主键") == 50
    assert f"主键 {broken[0]}（" in text
    assert "……另有 10 处" in text


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> list[WaitingFile]:
    """Files of each kind that wait, written with the old key."""
    settings.MEDIA_ROOT = tmp_path
    user = make_user()
    times = {"created_at": NOW, "expires_at": NOW}
    imported = ImportRun.objects.create(user=user, importer="experts.experts", **times)
    exported = ExportRun.objects.create(user=user, exporter="experts.experts", **times)
    files = [*imported.waiting_files(), *exported.waiting_files()]
    for file in files:
        file.write(file.name.encode())
    return files


def test_files_that_wait_open_without_the_old_key(
    files: list[WaitingFile], old: dict[str, str], settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match=r"还有 \d+ 处未更换"):
        call_command("rotate_keys", check=True)
    assert f"等待取用的文件：{len(files)} 处未更换" in capsys.readouterr().out
    call_command("rotate_keys")
    assert "FIELD_KEY_OLD 和 SEAL_KEY_OLD 可以删除" in capsys.readouterr().out
    forget_old_keys(settings)
    assert [file.read() for file in files] == [file.name.encode() for file in files]


def test_a_file_that_does_not_open_is_named_and_keeps_the_old_key(
    files: list[WaitingFile], old: dict[str, str], settings: Any
) -> None:
    with store.open(files[1].name) as file:
        store.replace(files[0].name, file.read())
    with pytest.raises(CommandError) as refused:
        call_command("rotate_keys")
    assert f"{files[0].name}：无法解密：数据被改动" in str(refused.value)
    assert "旧密钥先不要删除" in str(refused.value)
    forget_old_keys(settings)
    assert files[1].read()


def test_a_file_removed_while_it_is_made_anew_stays_away(
    files: list[WaitingFile], old: dict[str, str]
) -> None:
    """An import ends, or its maker gives it up, between reading and writing of the change."""
    upload, removing = files[0], []
    put = WaitingFile._put

    def slowly(file: WaitingFile, content: bytes) -> None:
        removing.append(in_thread(upload.remove))
        removing[0].join(0.3)
        put(file, content)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WaitingFile, "_put", slowly)
        assert upload.rekey()
    removing[0].join()
    assert not upload.exists()


@pytest.mark.usefixtures("old")
def test_the_log_says_when_it_ended_not_when_it_began() -> None:
    hours = iter(NOW + timedelta(hours=n) for n in range(10))
    for _ in rotate_keys(clock=lambda: next(hours)):
        pass
    at = dict(Entry.objects.filter(action__startswith="keys.").values_list("action", "at"))
    assert at == {"keys.rotate": NOW, "keys.rotated": NOW + timedelta(hours=1)}
