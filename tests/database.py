"""The database of tests: copied from the last run's while the migrations are the same, and left as
the migrations made it.

Making the tables and loading the reference data takes seconds, copying a database a moment.
The copy is kept in the embedded server only; a server of `DATABASE_URL` is left as it was found.

Django empties all tables after a test that commits. Here the reference data stay (loading them
takes longer than most tests), and the guards of append-only tables look away meanwhile.
"""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.commands import flush
from django.db import connection, transaction
from django.db.backends.postgresql.creation import DatabaseCreation
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.test import override_settings

from expertpool.core.grants import grant_application

KEPT = {
    "accounts_knownpermission",
    "auth_permission",
    "directory_dictionaryitem",
    "directory_division",
    "directory_specialty",
    "directory_specialtyscheme",
    "directory_title",
    "django_content_type",
}


ROOT = Path(__file__).resolve().parent.parent
# What a migrated database follows from: the migrations, and what `migrate` loads after them.
MADE_FROM = (
    "config/*.py",
    "config/tables.sql",
    "requirements/run.txt",
    "expertpool/*/migrations/*.py",
    "expertpool/*/apps.py",
    "expertpool/*/permissions.py",
    "expertpool/core/grants.py",
    "expertpool/**/models*",
    "expertpool/**/models/*.py",
    "expertpool/accounts/**/*.py",
    "expertpool/directory/**/*.py",
    "expertpool/directory/data/*",
)
TEMPLATES = "template_of_tests_"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, django_db_blocker: Any
) -> None:
    """Let the test database be a copy, where copies are kept: of one that the first process migrates while the others
    wait for it. No older one is kept."""
    if not _keeps_copies():
        return
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [TEMPLATES])
        kept = _templates()
        if _template() not in kept:
            for name in kept:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            _make_template(cursor)
    connection.settings_dict["TEST"]["TEMPLATE"] = _template()


def _make_template(cursor: Any) -> None:
    """Under another name, until it is whole."""
    usual, making = connection.settings_dict["NAME"], "made_into_a_template"
    cursor.execute(f"DROP DATABASE IF EXISTS {making} WITH (FORCE)")
    cursor.execute(f"CREATE DATABASE {making}")
    connection.close()
    connection.settings_dict["NAME"] = making
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
    cursor.execute(f"ALTER DATABASE {making} RENAME TO {_template()}")


def _keeps_copies() -> bool:
    return not os.environ.get("DATABASE_URL")


def _template() -> str:
    files = sorted(path for pattern in MADE_FROM for path in ROOT.glob(pattern) if path.is_file())
    content = hashlib.sha256()
    for path in files:
        content.update(os.fsencode(path.relative_to(ROOT)) + b"\0" + path.read_bytes())
    return TEMPLATES + content.hexdigest()[:16]


def _templates() -> set[str]:
    with connection._nodb_cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [TEMPLATES]
        )
        return {name for (name,) in cursor.fetchall()}


# Making a table anew costs some ten files, so that emptying all of them took longer than most tests that need it.
# Locked as by TRUNCATE: whoever still writes is waited for.
FLUSH = """
DO $flush$
DECLARE name text;
BEGIN
    SET LOCAL session_replication_role = replica;
    LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE;
    FOREACH name IN ARRAY ARRAY[{names}] LOOP
        IF pg_relation_size(name::regclass) > {large} THEN
            EXECUTE 'TRUNCATE ' || name || ' CASCADE';
        ELSIF pg_relation_size(name::regclass) > 0 THEN
            EXECUTE 'DELETE FROM ' || name;
        END IF;
    END LOOP;
END $flush$
"""
LARGE = 512 * 1024  # bytes; rows that are deleted one by one leave their room behind
NOT_DJANGOS = (
    "procrastinate_events",
    "procrastinate_periodic_defers",
    "procrastinate_jobs",
    "procrastinate_workers",
)


@pytest.fixture(scope="session", autouse=True)
def flush_what_tests_made() -> Iterator[None]:
    """Replace the statements by which Django empties the tables."""

    def sql_flush(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        emptied = [self.quote_name(name) for name in {*tables, *NOT_DJANGOS} - KEPT]
        names = ", ".join(f"'{name}'" for name in emptied)
        return [FLUSH.format(tables=", ".join(emptied), names=names, large=LARGE)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        # It would look for what is kept, app by app.
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_, **__: None)
        patch.setattr(DatabaseCreation, "_destroy_test_db", _drop)
        yield


@pytest.fixture(scope="session", autouse=True)
def states_without_models() -> Iterator[None]:
    """Let the way back through the migrations make the models of a version when one works on them, instead of making
    them anew at each operation of all that lie between; and know which settings name models: that does not change, yet
    Django forgets it with each model that it makes, and looks for it among all of them at each foreign key."""

    mutate = Migration.mutate_state

    def mutate_state(self: Any, project_state: Any, preserve: bool = True) -> Any:
        state = project_state.clone() if preserve else project_state
        vars(state).pop("apps", None)
        return mutate(self, state, preserve=False)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Migration, "mutate_state", mutate_state)
        named = functools.cache(apps.get_swappable_settings_name)
        patch.setattr(apps, "get_swappable_settings_name", named)
        yield


@pytest.fixture(scope="module")
def once(
    django_db_setup: None, django_db_blocker: Any
) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """``with once(): ...`` makes rows that each test of the module finds as they were made, whatever others do to
    them: a transaction around those of the tests. For modules of which no test commits."""

    @contextmanager
    def making() -> Iterator[None]:
        with django_db_blocker.unblock():
            yield
            connection.check_constraints()  # now, rather than after each test

    outer = transaction.atomic()
    outer._from_testcase = True  # type: ignore[attr-defined]  # as that of each test
    with django_db_blocker.unblock():
        outer.__enter__()
    yield making
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)


@pytest.fixture(scope="module")
def media_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A folder for the stored files of such rows."""
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        yield


def _drop(self: Any, name: str, verbosity: int) -> None:
    """Drop the test database even if a killed worker's session lingers."""
    with self._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {self.connection.ops.quote_name(name)} WITH (FORCE)")


def migrate_on() -> None:
    """Bring every app to where it stands, after migrations were taken back: those of apps above went
    with them, and the product may do to their tables what `migrate` lets it."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    grant_application(using="default")
