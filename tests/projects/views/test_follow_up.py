from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import ProgressEntry, Task
from expertpool.projects.services.archive import archive_project
from expertpool.projects.services.tasks import TaskData, assign_task
from tests.factories.accounts import make_department, make_user
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = pytest.mark.django_db
LIST = reverse("projects:task_list")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def project(operator):
    return make_project(
        ProjectStatus.APPROVED, applicant=operator, department=make_department("工程部")
    )


def tab(client, project) -> str:
    page = client.get(reverse("projects:detail", args=[project.pk]), {"tab": "follow_up"})
    return page.content.decode()


def assign(project, assignee, *, title="补充采购需求", days=0) -> Task:
    day = timezone.localdate() + timedelta(days=max(days, 0))
    task = assign_task(
        project=project,
        data=TaskData(title, day, assignee=assignee),
        actor=project.created_by,
        now=timezone.now(),
    )
    if days < 0:
        Task.objects.filter(pk=task.pk).update(due_date=timezone.localdate() + timedelta(days=days))
    return task


@pytest.mark.shows("PRJ-09")
def test_progress_is_added_with_files_and_read_by_who_sees_the_project(client, operator, project):
    url = reverse("projects:progress_add", args=[project.pk])
    login(client, operator)
    assert client.post(url, {"text": ""}).status_code == 422
    files = [SimpleUploadedFile("公告.pdf", b"%PDF-1.7 x"), SimpleUploadedFile("b.txt", b"abc")]
    response = client.post(url, {"text": "已发布公告", "attachments": files})
    assert response.status_code == 204
    page = tab(client, project)
    assert "已发布公告" in page
    assert "公告.pdf" in page
    assert "b.txt" in page
    reader = login(client, make_user("auditor"))
    assert "已发布公告" in tab(reader, project)
    assert "添加进展" not in tab(reader, project)
    file = page.split("/files/")[1].split("/")[0]
    assert b"".join(client.get(f"/files/{file}/").streaming_content) == b"%PDF-1.7 x"
    login(client, make_user("department", department=make_department("信息部")))
    assert client.get(f"/files/{file}/").status_code == 404


def test_a_refused_file_keeps_what_was_typed(client, operator, project):
    url = reverse("projects:progress_add", args=[project.pk])
    files = [SimpleUploadedFile("x.exe", b"MZ\x00\x01")]
    response = login(client, operator).post(url, {"text": "已发布公告", "attachments": files})
    assert response.status_code == 422
    assert "已发布公告" in response.content.decode()
    assert not ProgressEntry.objects.exists()


@pytest.mark.shows("PRJ-10")
def test_a_task_goes_from_the_project_to_its_person_and_back(client, operator, project):
    clerk = make_user("department", department=make_department("信息部"), name="小陈")
    login(client, operator)
    url = reverse("projects:task_add", args=[project.pk])
    values = {
        "title": "核对参数",
        "assignee": clerk.pk,
        "due_date": timezone.localdate().isoformat(),
    }
    assert client.post(url, values | {"due_date": "2020-01-01"}).status_code == 422
    assert client.post(url, values).status_code == 204
    task = Task.objects.get()
    login(client, clerk)
    page = client.get(LIST).content.decode()
    assert "核对参数" in page
    assert project.name in page
    assert reverse("projects:detail", args=[project.pk]) not in page  # he does not see it
    assert "核对参数" in client.get("/").content.decode()  # the home page
    complete = reverse("projects:task_complete", args=[task.pk])
    assert client.post(complete, {"note": ""}).status_code == 422
    assert client.post(complete, {"note": "参数无误"}).status_code == 204
    login(client, operator)
    page = tab(client, project)
    assert "参数无误" in page
    assert "小陈" in page
    assert "已完成" in page


@pytest.mark.shows("PRJ-10")
def test_overdue_tasks_are_seen_in_the_list_and_the_project(client, operator, project):
    assign(project, operator, title="晚了的", days=-3)
    assign(project, operator, title="没晚的", days=3)
    login(client, operator)
    assert "逾期 3 天" in tab(client, project)
    page = client.get(LIST, {"tab": "overdue"}).content.decode()
    assert "晚了的" in page
    assert "没晚的" not in page


def test_strangers_neither_complete_nor_cancel(client, operator, project):
    task = assign(project, operator)
    login(client, make_user("department", department=make_department("信息部")))
    for name in ("task_complete", "task_cancel"):
        assert client.post(reverse(f"projects:{name}", args=[task.pk])).status_code == 404
    login(client, operator)
    assert client.post(reverse("projects:task_cancel", args=[task.pk])).status_code == 204
    assert "已撤销" in tab(client, project)


@pytest.mark.shows("PRJ-32")
def test_an_archived_project_offers_and_takes_nothing(client, operator, project):
    archive_project(project=project, note="项目取消", actor=operator, now=timezone.now())
    login(client, operator)
    page = tab(client, project)
    assert "项目取消" in page
    for offer in ("添加进展</span>", "指派任务</span>", "<span>归档</span>", "撤回修改"):
        assert offer not in page
    url = reverse("projects:progress_add", args=[project.pk])
    response = client.post(url, {"text": "晚了"})
    assert response.status_code == 422
    assert "项目已归档，只能查看" in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_for_any_number_of_tasks(
    client, operator, project, count, django_assert_num_queries
):
    for _ in range(count):
        assign(project, operator)
    login(client, operator)
    client.get(LIST)
    with django_assert_num_queries(LIST_QUERIES):
        client.get(LIST)


# Session, user, grants; tabs with the count, rows; completable, visible; the menu's tasks; the bell.
LIST_QUERIES = 10
