"""A database of an earlier version, with rows in it, is brought up to date without loss."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from pytest_django import DjangoDbBlocker

DATABASE = "expertpool_upgraded"
# The last version in which draws owned templates of sheets.
BEFORE = [("draws", "0014_standby"), ("files", "0001_initial"), ("audit", "0002_chain")]
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def old(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Apps]:
    """Work on a database of its own, as ``BEFORE`` left it; the models of that time."""
    usual = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {DATABASE}")
        connection.close()
        connection.settings_dict["NAME"] = DATABASE
        try:
            executor = MigrationExecutor(connection)
            executor.migrate(BEFORE)
            yield executor.loader.project_state(BEFORE).apps
        finally:
            connection.close()
            connection.settings_dict["NAME"] = usual
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


def bring_up_to_date() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_templates_of_sheets_become_papers(old: Apps) -> None:
    def make(label: str, **values: Any) -> Any:
        return old.get_model(label).objects.create(**values)

    user = make("accounts.User", username="old", name="旧账号")
    role = make("accounts.Role", code="clerk", name="文书管理员")
    make("accounts.RolePermission", role=role, code="draws.templates")
    make("accounts.KnownPermission", code="draws.templates")
    make(
        "accounts.ApiToken",
        user=user,
        name="令牌",
        scopes=["draws.view", "draws.templates"],
        digest=b"x" * 32,
        created_at=NOW,
        expires_at=NOW,
        created_by=user,
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
    entry = make(
        "audit.Entry",
        at=NOW,
        action="draw.sheet_template",
        subject_type="draws.sheettemplate",
        subject_id=str(used.pk),
        digest=b"x" * 32,
    )
    chain = rows("SELECT chain_no, hash FROM audit_entry")

    bring_up_to_date()

    assert rows(
        "SELECT id, paper, project_kind, name, form, state, used_at, uploaded_at, uploaded_by_id"
        " FROM papers_papertemplate ORDER BY id",
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
    assert rows("SELECT code FROM accounts_rolepermission") == [("papers.templates",)]
    assert rows("SELECT code FROM accounts_knownpermission") == [("papers.templates",)]
    assert rows("SELECT scopes::text FROM accounts_apitoken") == [
        ('["draws.view", "papers.templates"]',)
    ]
    # What stands in the chain stays as it was written.
    assert rows("SELECT id, action, subject_type FROM audit_entry") == [
        (entry.pk, "draw.sheet_template", "draws.sheettemplate")
    ]
    assert rows("SELECT chain_no, hash FROM audit_entry") == chain
