"""Locks and limits of PostgreSQL; but for `session_lock` they end with the transaction."""

from __future__ import annotations

from django.db import connection


def lock_transaction(name: str) -> None:
    """Wait for the advisory lock ``name`` and hold it until the transaction ends.

    Take it once, late, after row locks and before the check that it protects.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def try_lock_transaction(name: str) -> bool:
    """Take the advisory lock ``name`` until the transaction ends, if nobody holds it; tell whether."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])


def session_lock(name: str) -> None:
    """Wait for the advisory lock ``name`` and hold it beyond the transaction, until `unlock_session`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [name])


def try_session_lock(name: str) -> bool:
    """Take the advisory lock ``name`` beyond the transaction, until `unlock_session`, if nobody holds it; tell whether."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])


def unlock_session(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])


def allow_seconds(seconds: int) -> None:
    """Give each statement of this transaction so long, whatever the process gives others."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds}s"])


def use_one_process() -> None:
    """Let the database work on this transaction by one process: helpers make a long question shorter,
    at the cost of more work in sum, which whoever asks meanwhile waits for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('max_parallel_workers_per_gather', '0', true)")


def wait_for_locks(seconds: int) -> None:
    """Let this transaction wait so long for each lock, rows included; OperationalError afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{seconds}s"])
