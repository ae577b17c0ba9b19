"""A database of an earlier version, with rows in it, is brought up to date without loss."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from difflib import unified_diff
from typing import Any

import pytest
from django.apps.registry import Apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from pytest_django import DjangoDbBlocker

from expertpool.accounts.models import ApiToken, KnownPermission, RolePermission
from expertpool.core.grants import grant_application
from expertpool.reports.models import ExposureReport
from tests.config.rules_of_before import choose_rules, rules_count_as_chosen
from tools.tables import dump

DATABASE = "expertpool_upgraded"
# The last version in which draws owned all of this.
BEFORE = [
    ("draws", "0014_standby"),
    ("accounts", "0005_known_permissions"),
    ("audit", "0002_chain"),
    ("core", "0004_storedanswer"),
    ("files", "0001_initial"),
    ("procrastinate", "0041_post_retry_failed_job"),
]
# PostgreSQL writes a list of words otherwise once it has read what it wrote.
SAID_TWICE = re.compile(r"::(text\[\]|text|character varying)|[()]")
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@contextmanager
def database_of_its_own() -> Iterator[None]:
    """Work on an empty one."""
    usual = connection.settings_dict["NAME"]
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {DATABASE}")
    connection.close()
    connection.settings_dict["NAME"] = DATABASE
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


@pytest.fixture
def first_tables(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> list[str]:
    """What a new database is, made at once by `config/tables.sql`."""
    with django_db_blocker.unblock(), database_of_its_own():
        call_command("migrate", verbosity=0, interactive=False)
        return schema()


@pytest.fixture
def old(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Apps]:
    """Work on a database of its own, as ``BEFORE`` left it; the models of that time."""
    with django_db_blocker.unblock(), database_of_its_own():
        executor = MigrationExecutor(connection)
        executor.migrate(BEFORE)
        yield executor.loader.project_state(BEFORE).apps


def schema() -> list[str]:
    return SAID_TWICE.sub("", dump("--schema-only")).splitlines()


def bring_up_to_date() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.mark.long
@pytest.mark.timeout(900)  # each migration, one after the other
def test_what_draws_owned_goes_to_the_apps_around_it(first_tables: list[str], old: Apps) -> None:
    """And an empty database begins with the tables that the migrations have made of this one."""

    def make(label: str, **values: Any) -> Any:
        return old.get_model(label).objects.create(**values)

    rights = [
        "draws.exposure",
        "draws.ledger",
        "draws.templates",
        "draws.view",
        "portal.expert",
    ]
    user = make("accounts.User", username="old", name="旧账号")
    role = make("accounts.Role", code="clerk", name="旧角色")
    for code in rights:
        make("accounts.RolePermission", role=role, code=code)
        make("accounts.KnownPermission", code=code)
    make(
        "accounts.ApiToken",
        user=user,
        name="令牌",
        scopes=rights,
        digest=b"x" * 32,
        created_at=NOW,
        expires_at=NOW,
        created_by=user,
    )
    make(
        "core.ExportRun",
        user=user,
        exporter="draws.ledger",
        title="台账",
        created_at=NOW,
        expires_at=NOW,
    )
    used, aside = (
        make(
            "draws.SheetTemplate",
            sheet=sheet,
            project_kind=kind,
            name=name,
            form="xlsx",
            state=state,
            used_at=NOW,
            uploaded_at=NOW,
            uploaded_by=user,
        )
        for sheet, kind, name, state in (
            ("draw", "货物", "抽取表.xlsx", "active"),
            ("sign_in", "", "签到表.xlsx", "disabled"),
        )
    )
    make(
        "files.Attachment",
        subject_type="draws.sheettemplate",
        subject_id=str(used.pk),
        name="抽取表.xlsx",
        file="attachments/a.xlsx",
        content_type="x",
        size=1,
        sha256=b"x" * 32,
        created_at=NOW,
    )
    report = make(
        "draws.ExposureReport",
        start_date=NOW.date(),
        end_date=NOW.date(),
        figures={"draws": 7},
        requested_by=user,
        requested_at=NOW,
    )
    expert = make("experts.Expert", number="ZJ1", name="旧专家", created_at=NOW, updated_at=NOW)
    times = dict.fromkeys(
        ("eligible", "drawn", "supplemented", "asked", "accepted", "declined", "no_answer"), 3
    )
    make("draws.ExposureRow", report=report, expert=expert, expected=2.5, tail=0.1, **times)
    job = rows(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock)"
        " VALUES ('default', 'draws.request_exposure', 'draws.request_exposure') RETURNING id"
    )
    for action, subject in (
        ("draw.sheet_template", used),
        ("draw.exposure", report),
    ):
        make(
            "audit.Entry",
            at=NOW,
            action=action,
            subject_type=subject._meta.label_lower,
            subject_id=str(subject.pk),
            digest=b"x" * 32,
        )
    log = rows("SELECT action, subject_type, chain_no, hash FROM audit_entry ORDER BY id")
    assert [row[:2] for row in log] == [
        ("draw.sheet_template", "draws.sheettemplate"),
        ("draw.exposure", "draws.exposurereport"),
    ]

    choose_rules()

    bring_up_to_date()

    rules_count_as_chosen()
    assert rows(
        "SELECT id, paper, project_kind, name, form, state, used_at, uploaded_at, uploaded_by_id"
        " FROM papers_papertemplate ORDER BY id"
    ) == [
        (used.pk, "draw_sheet", "货物", "抽取表.xlsx", "xlsx", "active", NOW, NOW, user.pk),
        (aside.pk, "sign_in_sheet", "", "签到表.xlsx", "xlsx", "disabled", NOW, NOW, user.pk),
    ]
    assert rows("SELECT nextval(pg_get_serial_sequence('papers_papertemplate', 'id'))") == [
        (aside.pk + 1,)
    ]
    assert rows("SELECT subject_type, subject_id FROM files_attachment") == [
        ("papers.papertemplate", str(used.pk))
    ]
    assert ExposureReport.objects.get().figures == {"draws": 7}
    assert rows("SELECT report_id, expert_id, eligible, expected FROM reports_exposurerow") == [
        (report.pk, expert.pk, 3, 2.5)
    ]
    renamed = [
        "draws.view",
        "experts.self",
        "papers.templates",
        "reports.exposure",
        "reports.ledger",
    ]
    for model in (RolePermission, KnownPermission):
        codes = model.objects.order_by("code").values_list("code", flat=True)
        assert list(codes) == renamed
    assert sorted(ApiToken.objects.get().scopes) == renamed
    assert rows("SELECT exporter FROM core_exportrun") == [("reports.ledger",)]
    assert rows("SELECT id, task_name, queueing_lock FROM procrastinate_jobs") == [
        (job[0][0], "reports.request_exposure", "reports.request_exposure")
    ]
    # What stands in the chain stays as it was written.
    assert rows("SELECT action, subject_type, chain_no, hash FROM audit_entry ORDER BY id") == log

    grant_application(using="default")
    assert len(first_tables) > 1000
    assert not list(unified_diff(schema(), first_tables, lineterm="", n=2))
