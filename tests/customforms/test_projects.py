"""A field that an administrator adds to projects, by the same mechanism as one of experts."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.importing import check_rows
from expertpool.customforms.enums import FieldKind
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.exports import ProjectExport
from expertpool.projects.fields import PROJECT
from expertpool.projects.models import Project
from expertpool.projects.services.application import submit_project, update_project
from expertpool.projects.services.importing import ProjectImporter
from tests.factories.accounts import make_department
from tests.factories.fields import make_field
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(admin: User) -> User:
    """The administrator, who files for a department of his own."""
    admin.department = make_department()
    admin.save()
    return admin


LIST = reverse("projects:list")


def test_it_is_typed_shown_searched_asked_and_exported(client: Client, admin: User) -> None:
    field = make_field("立项文号", FieldKind.TEXT, subject=PROJECT.code, required=True)
    login(client, admin)
    create = reverse("projects:create")
    page = client.get(create)
    assert "立项文号" in page.content.decode()
    opening = timezone.localtime() + timedelta(days=9)
    data = {name: value for name, value in page.context["form"].initial.items() if value} | {
        "name": "甲工程",
        "regime": "tender",
        "representatives": 0,
        "opening_at": f"{opening:%Y-%m-%d %H:%M}",
        "place": "一楼",
        "contact_name": "李",
        "contact_phone": "021-55500001",
    }
    assert field.code in client.post(create, data).context["form"].errors
    assert client.post(create, data | {field.code: "沪发〔2026〕8 号"}).status_code == 302
    project = Project.objects.get()
    assert project.extra == {field.code: "沪发〔2026〕8 号"}
    assert Entry.objects.get(action="project.create").after["立项文号"] == "沪发〔2026〕8 号"
    shown = client.get(reverse("projects:detail", args=[project.pk])).content.decode()
    assert "沪发〔2026〕8 号" in shown
    edit = reverse("projects:edit", args=[project.pk])
    client.post(edit, data | {field.code: "沪发〔2026〕9 号"})
    changed = Entry.objects.get(action="project.update")
    assert changed.before["立项文号"] == "沪发〔2026〕8 号"
    assert changed.after["立项文号"] == "沪发〔2026〕9 号"
    for query, count in (
        ({"q": "〔2026〕9"}, 1),
        ({"q": "〔2026〕8"}, 0),
        ({"where": f'{{"field": "{field.code}", "op": "starts", "value": "沪发"}}'}, 1),
        ({"where": f'{{"field": "{field.code}", "op": "empty"}}'}, 0),
    ):
        assert client.get(LIST, query).context["page"].paginator.count == count, query
    columns = {one.header: one for one in ProjectExport().columns_for(admin, QueryDict())}
    project.refresh_from_db()
    assert columns["立项文号"].value(project) == "沪发〔2026〕9 号"


def test_it_is_imported(admin: User) -> None:
    field = make_field("重大项目", FieldKind.FLAG, subject=PROJECT.code)
    now = timezone.now()
    importer = ProjectImporter(actor=admin, now=now, options={})
    values: dict[str, Any] = {
        "name": "甲工程",
        "regime": "招标投标",
        "opening_at": "2030-12-01 09:30",
        "place": "一楼",
        "contact_name": "李",
        "contact_phone": "021-55500001",
        field.code: "是",
    }
    codes = list(values)
    rows = [(2, list(values.values())), (3, [*list(values.values())[:-1], "不知道"])]
    refused: list[Any] = []
    taken: list[Any] = []
    check_rows(importer, rows, codes, keep=True, refused=refused.append, taken=taken.append)
    assert refused == []
    told = [[str(fault) for fault in row.left] for row in taken]
    assert told == [[], ["重大项目不存在：应为：是、否。"]]
    assert [one.extra for one in Project.objects.order_by("pk")] == [{field.code: True}, {}]


def test_what_is_required_since_is_asked_for_when_it_is_handed_in(
    client: Client, admin: User
) -> None:
    """A draft, one that was sent back: made before the field, or before it was required."""
    project = make_project(ProjectStatus.DRAFT, applicant=admin)
    field = make_field("资金来源", options=("财政", "自筹"), subject=PROJECT.code, required=True)
    make_field("备忘", FieldKind.TEXT, subject=PROJECT.code, required=True, readers=["finance"])
    make_field("批文", FieldKind.FILE, subject=PROJECT.code, required=True)
    waiting = {"required": True, "waits_for": field.code, "wait_words": ["自筹"]}
    make_field("自筹比例", FieldKind.NUMBER, subject=PROJECT.code, **waiting)
    now = timezone.now()
    with pytest.raises(ValidationError) as refused:
        submit_project(project=project, actor=admin, now=now)
    assert refused.value.messages == ["资金来源为空：请填写这一项。"]
    answer = login(client, admin).post(
        reverse("projects:submit", args=[project.pk]), headers={"HX-Request": "true"}
    )
    told = json.loads(answer.headers["HX-Trigger"])["toast"]["message"]
    assert told == "资金来源为空：请填写这一项。"
    update_project(project=project, values={field.code: "财政"}, actor=admin, now=now)
    project.refresh_from_db()
    submit_project(project=project, actor=admin, now=now)
    assert Project.objects.get().status == ProjectStatus.PENDING
