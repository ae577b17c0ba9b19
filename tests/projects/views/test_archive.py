from __future__ import annotations

import json

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from expertpool.projects.enums import ProjectStatus
from expertpool.projects.exports import ArchiveExport
from expertpool.projects.models import Project
from expertpool.projects.services.archive import archive_project
from tests.factories.accounts import make_department, make_token, make_user
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = pytest.mark.django_db
LIST = reverse("projects:archive_list")


def archived(name="完结的项目", **kw) -> Project:
    project = make_project(ProjectStatus.APPROVED, name=name, **kw)
    archive_project(
        project=project, note="资料齐全", actor=make_user("operator"), now=timezone.now()
    )
    return project


def archive(client, project, reason="资料齐全"):
    return client.post(reverse("projects:archive", args=[project.pk]), {"reason": reason})


@pytest.mark.shows("PRJ-32")
def test_who_may_archives_with_a_note(client, operator):
    project = make_project(ProjectStatus.APPROVED, department=make_department())
    detail = reverse("projects:detail", args=[project.pk])
    login(client, make_user("supervisor"))
    assert archive(client, project).status_code == 403
    login(client, operator)
    assert "归档说明" in client.get(detail).content.decode()
    assert archive(client, project, reason="").status_code == 409
    assert archive(client, project).status_code == 204
    page = client.get(detail).content.decode()
    assert "此项目只能查看" in page
    assert "资料齐全" in page
    assert archive(client, project).status_code == 409


@pytest.mark.shows("PRJ-32")
def test_the_interface_refuses_an_archived_project_and_still_reads_it(client, operator):
    project = archived(department=make_department())
    token = make_token(operator)
    headers = {"Authorization": f"Bearer {token.text}"}  # type: ignore[attr-defined]
    base = f"/api/v1/projects/{project.pk}"
    answers = [
        client.post(f"{base}/{what}", data, content_type="application/json", headers=headers)
        for what, data in (
            ("submit", {}),
            ("avoidances", {"subject": "unit", "name": "甲公司"}),
        )
    ]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert "已归档" in answers[0].json()["detail"]
    assert client.get(base, headers=headers).json()["status"] == "archived"


@pytest.mark.shows("DRAW-35")
def test_the_history_is_filtered_and_exported_as_listed(client, admin):
    top = make_department("采购中心")
    below = make_department("采购一部", parent=top)
    first = archived("道路改造", department=below)
    archived("绿化养护", department=make_department("信息部"))
    make_project(ProjectStatus.APPROVED, name="未归档的道路", department=below)
    login(client, admin)
    query = {"department": top.pk, "archived": timezone.localdate().isoformat()}
    assert list(client.get(LIST, query).context["page"]) == [first]
    params = QueryDict(f"department={top.pk}")
    assert list(ArchiveExport().rows(admin, params)) == [first]
    user = make_user("department", department=below)
    assert list(login(client, user).get(LIST).context["page"]) == [first]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_for_any_number_of_rows(
    client, operator, count, django_assert_num_queries
):
    department = make_department()
    for _ in range(count):
        archived(department=department)
    login(client, operator)
    client.get(LIST)
    with django_assert_num_queries(LIST_QUERIES):
        client.get(LIST)


# Session, user, grants; count, rows, departments; the menu's tasks; the bell.
LIST_QUERIES = 9


@pytest.mark.shows("PRJ-32")
@pytest.mark.parametrize(
    "form",
    ["edit", "avoidances", "attachments", "progress_add", "task_add", "avoidance_add", "plan"],
)
def test_no_form_of_an_archived_project_is_opened(client, admin, form):
    project = archived(department=make_department())
    kwargs = {"pk": project.pk} | ({"subject": "unit"} if form == "avoidance_add" else {})
    url = reverse(f"{'draws' if form == 'plan' else 'projects'}:{form}", kwargs=kwargs)
    login(client, admin)
    page = client.get(url, follow=True)
    assert page.redirect_chain[0][0].startswith(reverse("projects:detail", args=[project.pk]))
    assert "项目已归档" in page.content.decode()
    # over the page, where a drawer was asked for
    drawer = client.get(url, headers={"HX-Request": "true"})
    assert drawer.status_code == 409
    assert "项目已归档" in json.loads(drawer["HX-Trigger"])["toast"]["message"]
    detail = client.get(reverse("projects:detail", args=[project.pk])).content.decode()
    assert url not in detail
