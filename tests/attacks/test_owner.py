"""A statement is smuggled into the application's connection: it meets a role that owns nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from expertpool.audit.models import ChainHead, Entry
from expertpool.audit.services import record
from expertpool.core.grants import grant_application, withheld
from expertpool.core.rekeying import may_rekey
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.worker import environment_of, program, wait_for

needs_roles = pytest.mark.skipif(
    settings.DATABASES["default"]["USER"] == settings.DATABASE_APPLICATION,
    reason="this server was given with one role",
)
pytestmark = [pytest.mark.django_db, needs_roles]

RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE")
OWNERS = (
    "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
    "DROP TRIGGER draws_event_kept ON draws_drawevent",
    "CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "ALTER TABLE accounts_user ADD COLUMN taken text",
    "CREATE TABLE mine (id int)",
    "CREATE TEMPORARY TABLE audit_chainhead (id int)",
    "DROP TABLE draws_hold",
    "TRUNCATE accounts_loginrecord CASCADE",
    "SET session_replication_role = replica",
    "SET ROLE postgres",
    "COPY accounts_user TO PROGRAM 'id'",
    "SELECT pg_read_file('/etc/passwd')",
    "DELETE FROM django_migrations",
)
KEPT = (
    "UPDATE audit_entry SET note = 'altered'",
    "DELETE FROM audit_entry",
    "INSERT INTO audit_chainhead (id, number, hash) VALUES (1, 9, '')",
    "DELETE FROM audit_anchor",
    "UPDATE siteconfig_settingchange SET before = NULL",
    "UPDATE draws_drawevent SET content = NULL",
    "DELETE FROM draws_draw",
    "INSERT INTO draws_revealrule (role_id, hours) VALUES (1, 9)",
    "DELETE FROM draws_invitation",
    "DELETE FROM draws_sealblock",
)


@pytest.fixture
def application(db: None) -> Iterator[psycopg.Connection]:
    """A connection as the programs of the service make it."""
    url = environment_of()["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as opened:
        yield opened


@pytest.mark.parametrize("statement", OWNERS + KEPT)
def test_it_cannot(application: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_what_it_writes_is_still_linked(application: psycopg.Connection) -> None:
    """It may neither change an entry nor the head of the chain, which its entries change."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {settings.DATABASE_APPLICATION}")
        try:
            record("user.sign_in", actor=None, now=timezone.now())
        finally:
            cursor.execute("RESET ROLE")
    assert Entry.objects.get().chain_no == ChainHead.objects.get().number
    with pytest.raises(psycopg.errors.RestrictViolation):  # locking its row takes this right
        application.execute("UPDATE audit_chainhead SET number = 0")


def test_of_every_table_it_has_what_the_models_say(application: psycopg.Connection) -> None:
    tables = [model._meta.db_table for model in apps.get_models()]
    asked = """SELECT name, "right" FROM unnest(%s::text[]) name, unnest(%s::text[]) "right"
               WHERE has_table_privilege(name, "right")"""
    held = set(application.execute(asked, [tables, list(RIGHTS)]).fetchall())
    meant = {(table, right) for table in tables for right in RIGHTS}
    kept = {(table, right) for table, rights in withheld().items() for right in rights}
    assert held == meant - kept


@pytest.mark.django_db(transaction=True)
def test_the_service_connects_so() -> None:
    """The real programs, asked by the server who they are."""
    # Not the server's own processes, which nobody has signed in as: it may clean up this very database meanwhile.
    asked = """SELECT pid, usename FROM pg_stat_activity
               WHERE datname = %s AND backend_type = 'client backend'"""

    def connected() -> dict[int, str]:
        with connection.cursor() as cursor:
            cursor.execute(asked, [connection.settings_dict["NAME"]])
            return dict(cursor.fetchall())

    before = connected()  # this test's own, and what threads of others have left open

    def others() -> set[str]:
        return {name for pid, name in connected().items() if pid not in before}

    with program("worker"):
        wait_for(others)
        assert others() == {settings.DATABASE_APPLICATION}


@pytest.mark.django_db(transaction=True)
def test_it_is_no_change_of_keys_by_saying_so(application: psycopg.Connection) -> None:
    """Triggers that keep seals as they were written look away for `rotate-keys`: anybody said so."""
    for _ in range(2):
        make_expert()
    draw = make_draw(now=timezone.now(), seats=1)
    application.execute("SET expertpool.rekeying = 'on'")
    with pytest.raises(psycopg.errors.RestrictViolation):
        application.execute(
            "UPDATE draws_sealblock SET openings = 'x' WHERE draw_id = %s", [draw.pk]
        )
    with pytest.raises(psycopg.errors.RestrictViolation):
        application.execute(
            "UPDATE draws_invitation SET opening = 'x' WHERE draw_id = %s", [draw.pk]
        )
    assert not application.execute("SELECT core_may_rekey()").fetchone()[0]
    assert may_rekey()


def test_a_change_of_keys_from_there_says_what_it_needs(application: psycopg.Connection) -> None:
    environment = {**environment_of(), "DATABASE_OWNER_URL": ""}
    ended = subprocess.run(
        [sys.executable, "-m", "config.cli", "rotate-keys"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "DATABASE_OWNER_URL" in ended.stderr


@pytest.mark.django_db(transaction=True)
def test_what_it_sets_for_sessions_to_come_lasts_to_the_next_start(
    application: psycopg.Connection,
) -> None:
    """Each role may say so of itself: no page found a table, and no start mended it."""
    role = settings.DATABASE_APPLICATION
    url = environment_of()["DATABASE_URL"]
    application.execute(f"ALTER ROLE {role} SET geqo_threshold = 17")  # no other test minds
    application.execute(
        f"ALTER ROLE {role} IN DATABASE {application.info.dbname} SET search_path = pg_temp"
    )
    grant_application(using="default")
    with psycopg.connect(url, autocommit=True) as later:
        shown = ("search_path", "geqo_threshold", "track_activities")
        said = [later.execute(f"SHOW {name}").fetchone() for name in shown]
    assert "pg_temp" not in str(said[0])
    assert said[1:] == [("12",), ("off",)]


def test_one_role_for_all_is_told(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.DATABASE_APPLICATION = settings.DATABASES["default"]["USER"]
    grant_application(using="default")
    assert "数据库的两个账号" in caplog.text
