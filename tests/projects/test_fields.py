"""A field of a project is declared once: every place follows it, the interface too."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pydantic import ValidationError

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.criteria import Text as TextQuestion
from expertpool.core.criteria.registry import criteria_of
from expertpool.core.exporting import EXPORTS, visible_columns
from expertpool.core.subjects import (
    FieldDeclaration,
    InCriteria,
    InExport,
    InForm,
    InHistory,
    InImport,
    InInterface,
    Text,
)
from expertpool.projects import schemas
from expertpool.projects.fields import PROJECT
from expertpool.projects.models import Project
from expertpool.projects.services.application import create_project
from tests.factories.projects import make_project, project_data
from tests.fixtures import login
from tests.projects.services.test_importing import HEAD, cells, run

CODE = "archive_note"  # a column that no form fills


@pytest.fixture
def funding(monkeypatch: pytest.MonkeyPatch) -> Iterator[FieldDeclaration]:
    """A new field, kept where the project keeps the note of its archiving."""
    question = TextQuestion(code=CODE, label="资金来源")
    field = FieldDeclaration(
        code=CODE,
        label="资金来源",
        kind=Text(longest=20),
        form=InForm(section="size", help="财政或自筹"),
        imported=InImport(aliases=("资金",)),
        exported=InExport(),
        criterion=InCriteria(field=question),
        history=InHistory(),
        interface=InInterface(help="资金来源，财政或自筹"),
    )
    monkeypatch.setattr(PROJECT, "built_in", (*PROJECT.built_in, field))
    with criteria_of(PROJECT.code).holding(question):
        yield field


def shapes() -> ModuleType:
    """What the interface takes and gives, as a process makes it that starts with the new field."""
    spec = importlib.util.spec_from_file_location("fresh_schemas", Path(str(schemas.__file__)))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_new_field_is_on_every_page_and_in_every_table(
    client: Client, admin: User, funding: FieldDeclaration
) -> None:
    login(client, admin)
    project = make_project(applicant=admin)
    edit = reverse("projects:edit", args=[project.pk])

    # form, and the check of the service
    page = client.get(edit)
    assert "资金来源" in page.content.decode()
    form = page.context["form"]
    typed = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    typed["opening_at"] = f"{project.opening_at:%Y-%m-%d} 09:30"
    assert "资金来源过长" in client.post(edit, typed | {CODE: "长" * 21}).content.decode()
    assert client.post(edit, typed | {CODE: " 财政 "}).status_code in {204, 302}
    project.refresh_from_db()
    assert project.archive_note == "财政"
    # history
    assert (Entry.objects.get(action="project.update").after or {})[CODE] == "财政"
    # page, export, list
    shown = client.get(reverse("projects:detail", args=[project.pk])).content.decode()
    assert "资金来源" in shown
    assert "财政" in shown
    headers = [
        one.header
        for one in visible_columns(
            EXPORTS["projects.projects"].read(admin, QueryDict()).columns, admin, QueryDict()
        )
    ]
    assert "资金来源" in headers
    where = f'{{"field": "{CODE}", "op": "eq", "value": "财政"}}'
    listed = client.get(reverse("projects:list"), {"where": where}).context["page"].object_list
    assert [one.pk for one in listed] == [project.pk]
    # import
    assert run(
        [[*cells(所属部门=project.department.name), "自筹"]], actor=admin, head=[*HEAD, "资金"]
    ) == (1, [])
    assert Project.objects.get(name="道路改造").archive_note == "自筹"


@pytest.mark.django_db
def test_and_in_what_the_interface_takes_and_gives(admin: User, funding: FieldDeclaration) -> None:
    fresh = shapes()
    described = fresh.ProjectInput.model_json_schema()["properties"][CODE]
    assert described["description"] == "资金来源，财政或自筹"
    data = project_data(department=admin.department)
    department = data.pop("department")
    sent = fresh.ProjectInput(**data, department_id=department.pk, archive_note=" 财政 ")
    values = sent.dict(exclude={"department_id", "purchaser", "fields"})
    project = create_project(
        values=values | {"department": department}, actor=admin, now=timezone.now()
    )
    read_by = {"request": SimpleNamespace(user=admin)}
    assert fresh.ProjectOutput.from_orm(project, context=read_by).dict()[CODE] == "财政"
    with pytest.raises(ValidationError, match=CODE):
        fresh.ProjectInput(**data, department_id=department.pk, archive_note="长" * 21)


def test_the_interface_requires_and_bounds_what_the_declaration_says() -> None:
    described = schemas.ProjectInput.model_json_schema()["properties"]
    required = schemas.ProjectInput.model_json_schema()["required"]
    assert {"name", "regime", "opening_at", "place"} <= set(required)
    assert (described["duration_minutes"]["default"], described["kind"]["default"]) == (240, "")
    assert described["regime"]["description"] == (
        "适用制度：tender 招标投标，procurement 政府采购，internal 内部评审"
    )
    assert described["name"]["maxLength"] == 200


@pytest.mark.django_db
def test_a_measure_stands_with_its_value(client: Client, admin: User) -> None:
    project = make_project(applicant=admin, budget=8_600_000)
    shown = login(client, admin).get(reverse("projects:detail", args=[project.pk]))
    assert "¥8,600,000.00" in shown.content.decode()
    assert "240 分钟" in shown.content.decode()
    assert "（元）" not in shown.content.decode()
    assert "（分钟）" not in shown.content.decode()
