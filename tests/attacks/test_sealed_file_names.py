"""Whoever has a dump reads neither by whom an achievement is, nor how a file is called, and whoever sends statements
leads no name of a file to another (docs/decisions/0596)."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.migrations import RunPython
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.achievements.models import Achievement
from expertpool.achievements.queries import standing
from expertpool.core.fields import UNREADABLE
from expertpool.core.models import ImportRun
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of
from expertpool.files.services import attach
from tests.core.importing.sheets import write_xlsx
from tests.factories.achievements import make_achievement
from tests.factories.projects import make_project
from tests.fixtures import login
from tests.portal.dumped import told_by

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("media"),
    pytest.mark.shows("EXP-38"),
]
NAME, OTHER = "欧阳成果", "司马文件"
LOG = {"audit_entry.after", "audit_entry.before", "audit_entry.note", "audit_entry.subject_label"}


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def pdf(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.7\n%%EOF\n")


def test_no_dump_tells_them(client: Client, admin: User, tmp_path: Path) -> None:
    row = make_achievement(authors=f"{NAME}、{OTHER}", actor=admin)
    project = make_project(applicant=admin)
    for subject in (row, project):
        attach(subject=subject, uploaded_file=pdf(f"{OTHER}的承诺书.pdf"), actor=admin, now=timezone.now())  # fmt: skip
    content = write_xlsx(tmp_path / "a.xlsx", [["姓名", "手机号"], ["甲", "13911110001"]])
    file = SimpleUploadedFile(f"{NAME}的名单.xlsx", content.read_bytes())
    posted = {"file": file, "status": "formal"}
    login(client, admin).post(reverse("experts:import"), posted, follow=True)
    assert told_by([NAME, OTHER]).keys() <= LOG
    # Whoever may reads them.
    page = client.get(reverse("achievements:detail", args=[row.pk])).content.decode()
    assert f"{NAME}、{OTHER}" in page
    assert f"{OTHER}的承诺书.pdf" in page
    assert f"{NAME}的名单.xlsx" in client.get(reverse("experts:import")).content.decode()


def test_of_the_names_of_two_files_none_is_led_to_the_other(client: Client, admin: User) -> None:
    project = make_project(applicant=admin)
    for name in ("一.pdf", "二.pdf"):
        attach(subject=project, uploaded_file=pdf(name), actor=admin, now=timezone.now())
    first, second = attachments_of(project)
    write(
        "UPDATE files_attachment SET name = (SELECT name FROM files_attachment WHERE id = %s)"
        " WHERE id = %s",
        *(first.pk, second.pk),
    )
    assert str(Attachment.objects.get(pk=second.pk)) == UNREADABLE
    page = login(client, admin).get(
        reverse("projects:detail", args=[project.pk]), {"tab": "attachments"}
    )
    assert page.status_code == 200
    assert UNREADABLE in page.content.decode()


@pytest.mark.parametrize("authors", ["''::bytea", "'\\x00'::bytea"])
def test_an_achievement_whose_authors_somebody_altered_is_not_shown(
    admin: User, authors: str
) -> None:
    row = make_achievement(authors=NAME, actor=admin)
    assert standing([Achievement.objects.get()]) == [row]
    write(f"UPDATE achievements_achievement SET authors = {authors}")  # noqa: S608
    assert standing([Achievement.objects.get()]) == []


@pytest.mark.parametrize(
    ("module", "model", "column"),
    [
        ("achievements.migrations.0005_authors_are_sealed", Achievement, "authors"),
        ("files.migrations.0005_names_are_sealed", Attachment, "name"),
        ("core.migrations.0029_file_names_are_sealed", ImportRun, "file_name"),
    ],
)
def test_what_stood_in_clear_comes_along(admin: User, module: str, model: Any, column: str) -> None:
    now = timezone.now()
    row: Any = make_achievement(authors=NAME, actor=admin)
    match model.__name__:
        case "Attachment":
            row = attach(subject=row, uploaded_file=pdf("承诺书.pdf"), actor=admin, now=now)
        case "ImportRun":
            row = ImportRun.objects.create(
                user=admin, importer="experts", file_name="a.xlsx", created_at=now, expires_at=now
            )
    table, seal = model._meta.db_table, _seals(module)
    write("SET CONSTRAINTS ALL IMMEDIATE")  # what waits would keep the table from being altered
    write(f"ALTER TABLE {table} ADD COLUMN {column}_clear varchar(300) NOT NULL DEFAULT ''")
    write(f"UPDATE {table} SET {column}_clear = '{NAME}', {column} = ''")  # noqa: S608
    seal.code(apps, None)
    assert getattr(model.objects.get(pk=row.pk), column) == NAME
    write(f"UPDATE {table} SET {column}_clear = ''")  # noqa: S608
    seal.reverse_code(apps, None)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column}_clear FROM {table}")  # noqa: S608
        assert cursor.fetchall() == [(NAME,)]


def _seals(module: str) -> Any:
    operations = import_module(f"expertpool.{module}").Migration.operations
    [found] = [one for one in operations if isinstance(one, RunPython)]
    return found
