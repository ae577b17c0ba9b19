"""What is said of a database that was restored, and of one that is not what was backed up."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from expertpool.audit.models import Entry
from expertpool.audit.queries import chain_head
from expertpool.backups.enums import BackupState
from expertpool.backups.models import Backup
from expertpool.backups.services.comparing import compare, note_restored
from expertpool.backups.services.counting import applied_migrations, count_rows, noted_keys
from expertpool.backups.services.manifest import Manifest
from expertpool.backups.services.restoring import Restored
from expertpool.core.storing import store
from expertpool.draws.enums import ReplyVia
from expertpool.draws.models import Draw, DrawEvent
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.replies import answer
from expertpool.files.models import Attachment
from tests.backups.conftest import AT, recorded_call
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


@pytest.fixture
def draw() -> Draw:
    """One that has ended, with its entries in the chain."""
    for _ in range(3):
        make_expert()
    draw = make_draw(now=NOW, seats=2)
    for invitation in draw.invitations.all():
        answer(
            invitation=invitation,
            accept=True,
            reason="",
            via=ReplyVia.LINK,
            now=NOW,
            entropy=SeededEntropy(1),
        )
    draw.refresh_from_db()
    assert draw.ended_at
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as at the commit
    return draw


def manifest_of_now() -> Manifest:
    head = chain_head()
    return Manifest(
        name="20261201-100000-full",
        kind="full",
        parent="",
        started_at=AT.isoformat(),
        finished_at=(AT + timedelta(seconds=9)).isoformat(),
        version="0.1.0",
        postgres=18,
        recipients=[],
        migrations=applied_migrations(),
        keys=noted_keys(),
        rows={table: (count, count) for table, count in count_rows().items()},
        heads=[(head.number, head.hash)] * 2,
        parts={},
        files={},
    )


def faults(manifest: Manifest) -> list[str]:
    return [found.sentence for found in compare(Restored(manifest, None)) if not found.holds]


@pytest.mark.shows("OPS-03")
def test_what_is_as_it_was_holds_and_says_so(draw: Draw) -> None:
    found = [each.sentence for each in compare(Restored(manifest_of_now(), None))]
    assert not faults(manifest_of_now())
    assert found[0].startswith("行数一致：")
    assert found[1].startswith(f"操作日志的链条完整：{chain_head().number}")
    assert found[2:] == [
        *("通话录音齐全：0 个。", "附件齐全：0 个。"),
        f"抽取 {draw.number} 按记录重演，结果一致。",
    ]


def test_a_row_that_is_missing_is_named_with_its_table(draw: Draw) -> None:
    before = manifest_of_now()
    make_expert()
    (fault,) = faults(before)
    assert "experts_expert 备份时 3 行，恢复后 4 行" in fault


def test_an_entry_that_was_rewritten_or_comes_from_later_is_found(draw: Draw) -> None:
    before = manifest_of_now()
    number, link = before.heads[0]
    for heads, said in (
        ([(number, "0" * 64)] * 2, "与您留存的链头不符"),
        ([(number - 1, link)] * 2, "操作日志不一致|还多"),
        ([(number + 1, link)] * 2, "末尾被删除"),
    ):
        (fault,) = faults(replace(before, heads=heads))
        assert re.search(said, fault)


def test_a_file_that_a_row_names_and_a_draw_that_replays_otherwise(draw: Draw) -> None:
    Attachment.objects.create(
        subject_type="projects.project",
        subject_id="1",
        file="attachments/ab/gone.pdf",
        name="公告.pdf",
        size=1,
        created_at=NOW,
    )
    event = DrawEvent.objects.filter(draw=draw).order_by("n").last()
    assert event
    event.content["accept"] = "altered"
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        DrawEvent.objects.filter(pk=event.pk).update(content=event.content)
        cursor.execute("SET LOCAL session_replication_role = origin")
    gone, otherwise = faults(manifest_of_now())
    assert gone == "附件缺 1 个：attachments/ab/gone.pdf。"
    assert otherwise.startswith(f"抽取 {draw.number} 重演的结果不同")


def test_what_was_recorded_of_a_call_is_there_and_opens() -> None:
    call = recorded_call(now=NOW)
    before = manifest_of_now()
    said = [found.sentence for found in compare(Restored(before, None))]
    assert "通话录音齐全：1 个，最近的 1 个打得开。" in said
    with store.open(call.tape) as file:
        sealed = file.read()
    store.replace(call.tape, sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert faults(before) == [f"通话录音打不开（密钥不对，或文件被改动）：{call.tape}。"]
    store.delete(call.tape)
    assert faults(before) == [f"通话录音缺 1 个：{call.tape}。"]


def test_the_restored_system_says_where_it_comes_from() -> None:
    manifest = manifest_of_now()
    at = {"directory": "/mnt", "kind": "full", "started_at": AT}
    mine = Backup.objects.create(name=manifest.name, **at)
    other = Backup.objects.create(name="20261130-100000-full", **at)
    note_restored(Restored(manifest, None), now=AT + timedelta(days=1))
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.state, mine.chain) == (BackupState.DONE, 0)
    assert (other.state, other.fault) == (BackupState.FAILED, "中途中断。")
    entry = Entry.objects.get(action="backup.restored")
    assert entry.after
    assert entry.after["备份"] == manifest.name
