"""Checks of the database, by what the application's own account may see of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from expertpool.core.health.catalogue import Check, CheckGroup, Finding, Health
from expertpool.core.health.words import length_text, size_text

DATABASE = CheckGroup("database", "数据库", 5)

CROWDED, FULL = 0.80, 0.95  # of the connections that there may be
LONG, VERY_LONG = timedelta(minutes=30), timedelta(hours=6)

# What other connections do is hidden from us (track_activities is off: their statements name people), and
# with it since when. How many transactions began since, is not; and the queue notes several a minute
# with its time: the last note that is older than the oldest transaction.
OLDEST = """
WITH oldest AS (
    SELECT max(greatest(age(backend_xid), age(backend_xmin))) AS age
    FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()
)
SELECT event.at FROM procrastinate_events AS event, oldest
WHERE age(event.xmin) > oldest.age
    AND event.id > (SELECT max(id) - 100000 FROM procrastinate_events)
ORDER BY event.id DESC LIMIT 1
"""
# A backup is sent as a standby is, by two connections, and barman keeps one for the journal; of all
# that tells them apart the name is what we may see.
LAG = """
SELECT count(*), max(extract(epoch FROM replay_lag))::float,
    nullif(current_setting('synchronous_standby_names'), '') IS NOT NULL, pg_is_in_recovery()
FROM pg_stat_replication
WHERE application_name NOT IN ('pg_basebackup', 'pg_receivewal', 'barman_receive_wal',
    'barman_streaming_backup')
"""


def find_database(_now: datetime) -> Finding:
    size, number = _row(
        "SELECT pg_database_size(current_database()), current_setting('server_version_num')::int"
    )
    shown = f"PostgreSQL {number // 10_000}.{number % 10_000}"
    return Finding(Health.OK, f"{shown}，应答正常。", size_text(size))


def find_connections(_now: datetime) -> Finding:
    used, most = _row(
        "SELECT count(*), current_setting('max_connections')::int FROM pg_stat_activity"
        " WHERE backend_type = 'client backend'"
    )
    figure = f"{used} / {most}"
    mend = "请减少 WEB_THREADS 或其他程序的连接，或在数据库里调高 max_connections。"
    if used >= FULL * most:
        return Finding(Health.FAILED, "连接快用完了，新的访问会被拒绝。", figure, mend)
    if used >= CROWDED * most:
        return Finding(Health.WARNING, "连接用了八成以上。", figure, mend)
    return Finding(Health.OK, "连接够用。", figure)


def find_oldest(now: datetime) -> Finding:
    row = _row(OLDEST)
    length = now - row[0] if row else timedelta(0)
    if length < LONG:
        return Finding(Health.OK, "没有长时间不结束的事务。")
    figure = length_text(length)
    mend = "请查找没有结束的备份、查询或人工连接，并让它结束；它使数据库不能清理旧数据。"
    state = Health.FAILED if length > VERY_LONG else Health.WARNING
    return Finding(state, "有一个事务很久没有结束。", figure, mend)


def find_replication(_now: datetime) -> Finding:
    standbys, lag, is_demanded, is_standby = _row(LAG)
    if is_standby:
        mend = "请核对 DATABASE_URL，应连接主库。"
        return Finding(Health.FAILED, "连接的是备用库，不能写入。", mend=mend)
    if not standbys and not is_demanded:
        return Finding(Health.OFF, "没有备用库。")
    if not standbys:
        mend = "请查看备用库和它到主库的网络；在它回来之前，提交可能一直等待。"
        return Finding(Health.FAILED, "要求有备用库，但没有一个连着。", "0 个", mend)
    sentence = (
        "备用库正在同步。" if lag is None else f"落后 {length_text(timedelta(seconds=lag))}。"
    )
    state = Health.WARNING if (lag or 0) > 60 else Health.OK
    mend = "请查看备用库的负载和网络。" if state is Health.WARNING else ""
    return Finding(state, sentence, f"{standbys} 个", mend)


def _row(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()


CHECKS = (
    Check("database", "数据库", DATABASE, find_database, order=10, probe="database", vital=True),
    Check("connections", "数据库连接", DATABASE, find_connections, order=20),
    Check("transactions", "最早的事务", DATABASE, find_oldest, order=30),
    Check("replication", "备用库", DATABASE, find_replication, order=40),
)
