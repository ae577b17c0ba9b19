"""What is counted before and after a backup, and again after it was restored."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from expertpool.core.models import KeyCheck

# Rows that come and go with each minute: nothing follows from how many there are.
PASSING = ("procrastinate_", "django_session", "accounts_signedin")


def count_rows() -> dict[str, int]:
    """Return how many rows each table has, all of one moment."""
    tables = [table for table in _tables() if not table.startswith(PASSING)]
    quote = connection.ops.quote_name
    counts = " UNION ALL ".join(f"SELECT %s, count(*) FROM {quote(table)}" for table in tables)  # noqa: S608 (quoted)
    with connection.cursor() as cursor:
        cursor.execute(counts, tables)
        return dict(cursor.fetchall())


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace"
            " AND has_table_privilege(oid, 'SELECT') ORDER BY relname"
        )
        return [table for (table,) in cursor.fetchall()]


def applied_migrations() -> list[str]:
    return sorted(
        f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()
    )


def known_migrations() -> set[str]:
    """Return the migrations of this version of the product; asks no database."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    assert loader.disk_migrations is not None  # noqa: S101 (for the type checker)
    replaced = {key for one in loader.disk_migrations.values() for key in one.replaces}
    return {f"{app}.{name}" for app, name in (*loader.disk_migrations, *replaced)}


def noted_keys() -> dict[str, list[str]]:
    """Return the check values of the keys with which the data were written, by setting."""
    found: dict[str, list[str]] = {}
    for setting, digest in KeyCheck.objects.order_by("pk").values_list("setting", "digest"):
        found.setdefault(setting, []).append(bytes(digest).hex())
    return found
