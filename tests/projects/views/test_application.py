from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from expertpool.core.workdays import end_of_working_days
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from tests.factories.accounts import make_department, make_user
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = pytest.mark.django_db
# A working day to come, whenever the tests run.
OPENING = f"{timezone.localdate(end_of_working_days(60, after=timezone.now()))} 09:30"


def values(**changes):
    return {
        "name": "城区道路改造工程",
        "number": "XM-1",
        "regime": "tender",
        "representatives": "0",
        "opening_at": OPENING,
        "duration_minutes": "180",
        "place": "三楼 306",
        "contact_name": "李萌",
        "contact_phone": "021-55500001",
    } | changes


@pytest.mark.shows("PRJ-07")
def test_a_department_user_files_and_submits(client):
    department = make_department("工程部")
    user = make_user("department", department=department)
    login(client, user)
    form = client.get(reverse("projects:create")).context["form"]
    assert form["department"].value() == department.pk
    assert form["number"].value().endswith("-0001")
    response = client.post(
        reverse("projects:create"), values(department=department.pk, number=" XM－１ ")
    )
    project = Project.objects.get()
    assert response.url == reverse("projects:avoidances", args=[project.pk])
    assert (project.number, project.status) == ("XM-1", ProjectStatus.DRAFT)
    client.post(reverse("projects:submit", args=[project.pk]))
    project.refresh_from_db()
    assert project.status == ProjectStatus.PENDING


@pytest.mark.shows("PRJ-08")
def test_an_administrator_files_for_any_department(client, admin):
    department = make_department("信息部")
    login(client, admin).post(reverse("projects:create"), values(department=department.pk))
    assert Project.objects.get().department == department


def test_what_was_typed_is_kept_when_the_number_is_taken(client, admin):
    department = make_department()
    make_project(number="XM-1", department=department, applicant=admin)
    response = login(client, admin).post(
        reverse("projects:create"), values(department=department.pk)
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "已被使用，可改用" in page
    assert "城区道路改造工程" in page
    assert Project.objects.count() == 1


def test_who_kept_the_number_of_the_page_is_never_refused_for_it(client, admin):
    department = make_department()
    login(client, admin)
    form = client.get(reverse("projects:create")).context["form"]
    offered = form["number"].value()
    assert form["offered"].value() == offered
    make_project(number=offered)  # somebody else was given the same
    given = {"department": department.pk, "number": offered, "offered": offered}
    assert client.post(reverse("projects:create"), values(**given)).status_code == 302
    assert Project.objects.latest("pk").number == offered[:-1] + "2"


def test_another_department_cannot_be_chosen(client):
    user = make_user("department", department=make_department("工程部"))
    other = make_department("信息部")
    response = login(client, user).post(reverse("projects:create"), values(department=other.pk))
    assert "department" in response.context["form"].errors
    assert not Project.objects.exists()


def test_a_draft_is_edited_withdrawn_and_deleted(client, operator):
    project = make_project(ProjectStatus.PENDING, applicant=operator, department=make_department())
    login(client, operator)
    client.post(reverse("projects:withdraw", args=[project.pk]))
    edited = values(department=project.department_id, name="新名称", number=project.number)
    client.post(reverse("projects:edit", args=[project.pk]), edited)
    project.refresh_from_db()
    assert (project.status, project.name) == (ProjectStatus.DRAFT, "新名称")
    login(client, make_user("supervisor"))
    assert client.post(reverse("projects:delete", args=[project.pk])).status_code == 403
    login(client, make_user("admin"))
    client.post(reverse("projects:delete", args=[project.pk]))
    assert not Project.objects.exists()


def test_a_refusal_says_why(client, operator):
    project = make_project(ProjectStatus.APPROVED, applicant=operator, department=make_department())
    response = login(client, operator).post(reverse("projects:submit", args=[project.pk]))
    assert response.status_code == 409
    project.refresh_from_db()
    assert project.status == ProjectStatus.APPROVED


def test_avoidances_are_added_and_removed(client, operator):
    project = make_project(applicant=operator, department=make_department())
    login(client, operator)
    add = reverse("projects:avoidance_add", args=[project.pk, "unit"])
    assert client.post(add, {}).status_code == 422
    assert client.post(add, {"name": "华东建设有限公司"}).status_code == 204
    avoidance = project.avoidances.get()
    page = client.get(reverse("projects:avoidances", args=[project.pk])).content.decode()
    assert "华东建设有限公司" in page
    client.post(reverse("projects:avoidance_remove", args=[project.pk, avoidance.pk]))
    assert not project.avoidances.exists()


@pytest.mark.shows("DRAW-06")
def test_authors_of_the_documents_are_avoided_persons(client, operator):
    project = make_project(applicant=operator, department=make_department())
    add = reverse("projects:avoidance_add", args=[project.pk, "person"])
    form = login(client, operator).get(add, {"role": "author"}).content.decode()
    assert '<option value="author" selected>采购文件编制人</option>' in form
    data = {"role": "reviewer", "name": "王明", "unit_name": "华东设计院"}
    assert client.post(add, data).status_code == 204
    assert project.avoidances.get().role == "reviewer"
    page = client.get(reverse("projects:avoidances", args=[project.pk])).content.decode()
    assert "采购文件论证人" in page
    assert "王明，华东设计院" in page


@pytest.mark.shows("PRJ-02")
def test_an_operator_deletes_his_own_draft_and_no_other(client, operator):
    own = make_project(ProjectStatus.DRAFT, applicant=operator)
    handed_in = make_project(ProjectStatus.PENDING, applicant=operator)
    of_another = make_project(ProjectStatus.DRAFT, applicant=make_user("operator"))
    login(client, operator)
    page = client.get(reverse("projects:detail", args=[own.pk])).content.decode()
    assert "删除此草稿项目？删除后不能恢复。" in page
    for other in (handed_in, of_another):
        page = client.get(reverse("projects:detail", args=[other.pk])).content.decode()
        assert "删除此草稿项目" not in page
    assert client.post(reverse("projects:delete", args=[handed_in.pk])).status_code == 409
    assert client.post(reverse("projects:delete", args=[of_another.pk])).status_code == 404
    client.post(reverse("projects:delete", args=[own.pk]))
    assert set(Project.objects.all()) == {handed_in, of_another}


def test_a_place_of_which_nothing_can_be_seen_is_not_filled_in(client, admin):
    department = make_department()
    response = login(client, admin).post(
        reverse("projects:create"), values(department=department.pk, place="\u3164")
    )
    assert response.status_code in (200, 422)
    assert not Project.objects.exists()
