"""Committing tests leave the database as the migrations made it.

Django empties all tables after a test that commits. Here the reference data stay (loading them
takes longer than most tests), and the guards of append-only tables look away meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.backends.postgresql.creation import DatabaseCreation
from django.db.backends.postgresql.operations import DatabaseOperations

KEPT = {
    "auth_permission",
    "directory_dictionaryitem",
    "directory_division",
    "directory_specialty",
    "directory_specialtyscheme",
    "directory_title",
    "django_content_type",
}


@pytest.fixture(scope="session", autouse=True)
def flush_what_tests_made() -> Iterator[None]:
    """Replace the statements by which Django empties the tables."""
    flush = DatabaseOperations.sql_flush

    def sql_flush(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        emptied = [table for table in tables if table not in KEPT]
        return [
            "SET session_replication_role = replica",
            *flush(self, style, emptied, **options),
            "TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE",  # not Django's tables
            "SET session_replication_role = DEFAULT",
        ]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        patch.setattr(DatabaseCreation, "_destroy_test_db", _drop)
        yield


def _drop(self: Any, name: str, verbosity: int) -> None:
    """Drop the test database even if a killed worker's session lingers."""
    with self._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {self.connection.ops.quote_name(name)} WITH (FORCE)")
