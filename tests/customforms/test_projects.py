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
from expertpool.customforms.enums import WITH_OPTIONS, FieldKind
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.exports import ProjectExport
from expertpool.projects.fields import PROJECT
from expertpool.projects.models import Project
from expertpool.projects.services.application import submit_project, update_project
from expertpool.projects.services.importing import ProjectImporter
from tests.factories.accounts import make_department
from tests.factories.fields import make_field
from tests.factories.joining import make_draft
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


KINDS = {
    FieldKind.TEXT: ("立项文号", "沪发 8 号", {"op": "contains", "value": "8 号"}, "沪发 8 号"),
    FieldKind.LONG_TEXT: ("背景", "某桥；某路", {"op": "contains", "value": "某桥"}, "某桥；某路"),
    FieldKind.NUMBER: ("标段数", "12", {"op": "gte", "value": 12}, 12),
    FieldKind.DATE: ("批复日期", "2026-05-01", {"op": "lte", "value": "2026-05-01"}, "2026-05-01"),
    FieldKind.CHOICE: ("资金来源", "财政", {"op": "in", "value": ["财政"]}, "财政"),
    FieldKind.WORDS: ("资金", ["财政", "自筹"], {"op": "all", "value": ["财政", "自筹"]}, ["财政", "自筹"]),
    FieldKind.FLAG: ("重大项目", "是", {"op": "eq", "value": True}, True),
}  # fmt: skip
SAID = {FieldKind.WORDS: "财政、自筹", FieldKind.FLAG: "是"}


@pytest.mark.shows("EXP-06", "EXP-07")
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_goes_through_all_places_of_a_project(
    client: Client, admin: User, kind: FieldKind
) -> None:
    """Form with its help, record, page, log, list, condition, template, import, export."""
    label, typed, question, value = KINDS[kind]
    cell = SAID.get(kind, str(typed))
    options = ("财政", "自筹") if kind in WITH_OPTIONS else ()
    field = make_field(label, kind, subject=PROJECT.code, options=options, help="见批文首页")
    other = make_project(ProjectStatus.DRAFT, applicant=admin)
    project = make_project(ProjectStatus.DRAFT, applicant=admin)
    login(client, admin)
    edit = reverse("projects:edit", args=[project.pk])
    page = client.get(edit)
    assert "见批文首页" in page.content.decode()
    filled = page.context["form"].initial.items()
    data = {name: getattr(one, "pk", one) for name, one in filled if one not in (None, "")}
    opening = f"{timezone.localtime(project.opening_at):%Y-%m-%d %H:%M}"
    answer = client.post(edit, data | {"opening_at": opening, field.code: typed})
    assert answer.status_code == 302, answer.context["form"].errors
    project.refresh_from_db()
    assert project.extra == {field.code: value}
    assert str(Entry.objects.get(action="project.update").after[label]) == cell
    shown = client.get(reverse("projects:detail", args=[project.pk])).content.decode()
    assert label in shown
    assert cell in shown
    for leaf, found in ((question, project), ({"op": "empty"}, other)):
        where = json.dumps({"field": field.code} | leaf)
        rows = client.get(LIST, {"where": where}).context["page"].object_list
        assert list(rows) == [found], leaf
    column = next(
        one for one in ProjectExport().columns_for(admin, QueryDict()) if one.header == label
    )
    assert str(column.value(project)) == cell
    importer = ProjectImporter(actor=admin, now=timezone.now(), options={})
    assert label in {one.header for one in importer.get_columns(admin) if one.in_template}
    cells: dict[str, Any] = {
        "name": "乙工程",
        "regime": "招标投标",
        "opening_at": "2030-12-01 09:30",
        "place": "一楼",
        "contact_name": "李",
        "contact_phone": "021-55500001",
        field.code: cell,
    }
    refused: list[Any] = []
    rows = [(2, list(cells.values()))]
    check_rows(importer, rows, list(cells), keep=True, refused=refused.append)
    assert refused == []
    assert Project.objects.get(name="乙工程").extra == {field.code: value}


@pytest.mark.shows("EXP-07")
def test_an_applicant_reads_the_help_of_a_field() -> None:
    make_field("执业资格", help="见证书第二页", in_application=True)
    application = make_draft()
    page = login(Client(), application.user).get(reverse("joining:step", args=["profession"]))
    assert "见证书第二页" in page.content.decode()
