"""Whether what was restored is what was backed up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from expertpool.audit.models import Entry
from expertpool.audit.queries import chain_head
from expertpool.audit.services import record
from expertpool.audit.services.chain import verify_chain
from expertpool.backups.enums import BackupState
from expertpool.backups.exceptions import BackupRefused
from expertpool.backups.models import Backup
from expertpool.backups.services.counting import applied_migrations, count_rows, known_migrations
from expertpool.backups.services.manifest import Manifest
from expertpool.backups.services.restoring import Restored
from expertpool.core.storing import KEPT_FOLDERS, KeptFolder, store
from expertpool.draws.models import Draw
from expertpool.draws.services.checking import difference_in

RECOVERY_SECONDS = 1800
NAMED = 5
READ = 20  # stored files of a folder that are read


@dataclass(frozen=True)
class Finding:
    """One thing that was compared."""

    holds: bool
    sentence: str


def wait_until_recovered() -> None:
    """Wait until the server has gone through its log and lets us write."""
    for _ in range(RECOVERY_SECONDS * 5):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_is_in_recovery()")
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.2)
    raise BackupRefused("数据库没有在 30 分钟内完成恢复，日志在数据目录的 postgres/server.log。")


def compare(restored: Restored) -> Iterator[Finding]:
    """Compare the database that runs with what was restored; older tables are brought up to date."""
    manifest, goes_on = restored.backup, restored.replay is not None
    yield _last_written() if goes_on else _rows(manifest)
    if known_migrations() - set(applied_migrations()):
        call_command("migrate", verbosity=0, interactive=False)
        yield Finding(True, "数据库结构已升级到现在的版本。")
    yield _chain(manifest, goes_on=goes_on)
    yield from map(_files, KEPT_FOLDERS)
    yield _draw()


def _rows(manifest: Manifest) -> Finding:
    found = count_rows()
    wrong = [
        f"{table} 备份时 {low} 行，恢复后 {found.get(table, 0)} 行"
        for table, (low, high) in manifest.rows.items()
        if not min(low, high) <= found.get(table, 0) <= max(low, high)
    ]
    if wrong:
        more = f"等 {len(wrong)} 张表" if len(wrong) > NAMED else ""
        return Finding(False, f"行数不一致：{'；'.join(wrong[:NAMED])}{more}。")
    total = sum(found.get(table, 0) for table in manifest.rows)
    return Finding(True, f"行数一致：{len(manifest.rows)} 张表，共 {total:,} 行。")


def _last_written() -> Finding:
    """Rows were written since the backup: how many there have to be, nobody knows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_last_xact_replay_timestamp()")
        at = cursor.fetchone()[0]
    if at is None:
        return Finding(False, "数据库日志没有接上。")
    return Finding(
        True, f"数据库日志已接上，最后一次写入在 {timezone.localtime(at):%Y-%m-%d %H:%M:%S}。"
    )


def _chain(manifest: Manifest, *, goes_on: bool) -> Finding:
    """The chain is whole, has all that it had before the copy, and nothing that came after, unless it ``goes_on``:
    then all that it had after it."""
    before, after = manifest.heads
    number, link = after if goes_on else before
    broken = verify_chain({number: link} if number else None)
    if broken:
        return Finding(False, f"操作日志不一致：{broken}")
    head = chain_head()
    if not goes_on and head.number > after[0]:
        return Finding(False, f"操作日志有 {head.number} 条，比备份时（{after[0]} 条）还多。")
    last = Entry.objects.order_by("-chain_no").first()
    until = f"，最后一条在 {timezone.localtime(last.at):%Y-%m-%d %H:%M:%S}" if last else ""
    return Finding(True, f"操作日志的链条完整：{head.number:,} 条{until}。")


def _files(folder: KeptFolder) -> Finding:
    names, label = list(folder.named(None)), folder.label
    missing = [name for name in names if not store.exists(name)]
    if missing:
        return Finding(False, f"{label}缺 {len(missing)} 个：{'、'.join(missing[:NAMED])}。")
    looked = list(folder.newest(READ))
    if shut := [name for name, opens in looked if not opens]:
        return Finding(
            False, f"{label}打不开（密钥不对，或文件被改动）：{'、'.join(shut[:NAMED])}。"
        )
    opened = f"，最近的 {len(looked)} 个打得开" if names else ""
    return Finding(True, f"{label}齐全：{len(names)} 个{opened}。")


def _draw() -> Finding:
    draw = Draw.objects.filter(ended_at__isnull=False, ordered_at__isnull=False).last()
    if draw is None:
        return Finding(True, "还没有结束的抽取，没有可重演的。")
    difference = difference_in(draw, anew=True)
    if difference:
        return Finding(False, f"抽取 {draw.number} 重演的结果不同：{difference}")
    return Finding(True, f"抽取 {draw.number} 按记录重演，结果一致。")


@transaction.atomic
def note_restored(restored: Restored, *, now: datetime) -> None:
    """Say in the restored system where it comes from; its own backup does not run any more."""
    manifest = restored.backup
    rows = Backup.objects.filter(state=BackupState.RUNNING)
    mine = {"finished_at": manifest.finished_at, "size": manifest.size}
    rows.filter(name=manifest.name).update(
        state=BackupState.DONE, chain=manifest.heads[-1][0], checked_at=now, **mine
    )
    rows.update(state=BackupState.FAILED, finished_at=now, fault="中途中断。")
    after = {"备份": manifest.name, "备份时间": manifest.at, "恢复时间": now}
    if restored.replay:
        after["恢复到"] = restored.until
    record("backup.restored", actor=None, now=now, after=after)
