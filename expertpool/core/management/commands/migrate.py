"""`migrate`, which gives an empty database its tables at once (docs/decisions/0190)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.commands import migrate
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

# With any of these somebody wants something of the migrations themselves.
_PARTS = ("app_label", "plan", "check_unapplied", "fake", "fake_initial", "prune")


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        if not any(options.get(part) for part in _PARTS):
            begin_with_tables(connections[options["database"]])
        super().handle(*args, **options)


def begin_with_tables(connection: BaseDatabaseWrapper) -> None:
    """Make the tables of `FIRST_TABLES` in a database that has none; what came later, migrations add."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        # The file names the schema, as `pg_dump` writes it.
        if cursor.fetchone() == ("public",) and not connection.introspection.table_names(cursor):
            cursor.execute(settings.FIRST_TABLES.read_text())
