from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from expertpool.audit.models import Entry
from expertpool.files.exceptions import FileRefused
from expertpool.notifications.models import Message
from expertpool.projects.exceptions import TaskRefused
from expertpool.projects.models import ProgressEntry, Task
from expertpool.projects.queries.follow_up import (
    open_tasks_for,
    progress_of,
    tasks_completable_by,
    tasks_visible_to,
)
from expertpool.projects.services.progress import add_progress
from expertpool.projects.services.tasks import TaskData, assign_task, cancel_task, complete_task
from tests.factories.accounts import make_department, make_user
from tests.factories.projects import make_project

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def assign(project, **changes) -> Task:
    now = changes.pop("now", timezone.now())
    changes.setdefault("title", "补充采购需求")
    changes.setdefault("due_date", timezone.localdate(now))
    actor = changes.pop("actor", None) or project.created_by
    return assign_task(project=project, data=TaskData(**changes), actor=actor, now=now)


@pytest.mark.shows("PRJ-09")
def test_entries_with_author_time_and_files_make_a_timeline():
    project, operator, now = make_project(), make_user("operator"), timezone.now()
    files = [SimpleUploadedFile("公告.pdf", b"%PDF-1.7 x"), SimpleUploadedFile("说明.txt", b"abc")]
    add_progress(project=project, text="已发布公告", files=files, actor=operator, now=now)
    later = now + timedelta(days=1)
    add_progress(project=project, text=" 已开标 ", files=[], actor=operator, now=later)
    second, first = progress_of(project)
    assert (second.entry.text, second.entry.author, second.entry.at) == ("已开标", operator, later)
    assert [(file.name, preview) for file, preview in first.files] == [
        ("公告.pdf", True),
        ("说明.txt", True),
    ]
    assert Entry.objects.filter(action="project.progress", actor=operator).count() == 2


def test_an_entry_with_a_file_that_cannot_be_taken_leaves_nothing():
    project = make_project()
    with pytest.raises(FileRefused):
        add_progress(
            project=project,
            text="已发布公告",
            files=[SimpleUploadedFile("x.exe", b"MZ\x00\x01")],
            actor=project.created_by,
            now=timezone.now(),
        )
    assert not ProgressEntry.objects.exists()
    with pytest.raises(ValidationError):
        add_progress(
            project=project, text=" ", files=[], actor=project.created_by, now=timezone.now()
        )


@pytest.mark.parametrize("count", [1, 3])
def test_the_timeline_is_two_queries_for_any_number_of_entries(count, django_assert_num_queries):
    project = make_project()
    for _ in range(count):
        add_progress(
            project=project,
            text="进展",
            files=[SimpleUploadedFile("a.txt", b"abc")],
            actor=project.created_by,
            now=timezone.now(),
        )
    with django_assert_num_queries(2):
        assert all(report.entry.author.name and report.files for report in progress_of(project))


@pytest.mark.shows("PRJ-10")
def test_a_task_is_told_to_its_person_and_ends_once():
    project, clerk = make_project(), make_user("department", department=make_department("信息部"))
    task = assign(project, assignee=clerk, detail="请核对参数")
    message = Message.objects.get(key__startswith=f"project-task:{task.pk}:")
    assert "补充采购需求" in message.subject
    assert project.name in message.body
    assert list(open_tasks_for(clerk)) == [task]
    now = timezone.now()
    complete_task(task=task, note=" 已补充 ", actor=clerk, now=now)
    stored = Task.objects.get()
    assert (stored.completed_by, stored.completed_at, stored.note) == (clerk, now, "已补充")
    assert not open_tasks_for(clerk).exists()
    with pytest.raises(TaskRefused, match="已经完成"):
        complete_task(task=task, note="", actor=clerk, now=now)
    with pytest.raises(TaskRefused):
        cancel_task(task=task, actor=clerk, now=now)


@pytest.mark.shows("PRJ-10")
def test_a_task_of_a_department_is_told_to_all_of_it_who_may_see_projects():
    department = make_department("信息部")
    members = [make_user("department", department=department) for _ in range(2)]
    make_user(department=department)  # without any right
    task = assign(make_project(), department=department)
    assert Message.objects.filter(key__startswith=f"project-task:{task.pk}:").count() == 2
    assert all(list(open_tasks_for(member)) == [task] for member in members)
    complete_task(task=task, note="", actor=members[1], now=timezone.now())
    assert not open_tasks_for(members[0]).exists()


def test_a_person_in_a_department_is_responsible_alone():
    department = make_department("信息部")
    one, other = (make_user("department", department=department) for _ in range(2))
    assign(make_project(), department=department, assignee=one)
    assert open_tasks_for(one).exists()
    assert not open_tasks_for(other).exists()


def test_a_task_needs_somebody_and_a_day_to_come():
    project = make_project()
    with pytest.raises(TaskRefused, match="负责部门或负责人"):
        assign(project)
    with pytest.raises(TaskRefused, match="没有能查看项目的人员"):
        assign(project, department=make_department("空部门"))
    yesterday = timezone.localdate() - timedelta(days=1)
    with pytest.raises(ValidationError, match="不能早于今天"):
        assign(project, assignee=make_user("operator"), due_date=yesterday)
    assert not Task.objects.exists()


@pytest.mark.shows("PRJ-10")
def test_overdue_begins_the_day_after():
    task = assign(make_project(), assignee=make_user("operator"))
    assert not task.is_overdue(task.due_date)
    assert task.is_overdue(task.due_date + timedelta(days=1))
    cancel_task(task=task, actor=task.created_by, now=timezone.now())
    assert not task.is_overdue(task.due_date + timedelta(days=1))


def test_the_responsible_completes_without_seeing_the_project_and_strangers_do_not():
    project = make_project(department=make_department("工程部"))
    clerk = make_user("department", department=make_department("信息部"))
    stranger = make_user("department", department=make_department("财务科"))
    task = assign(project, assignee=clerk)
    assert task in tasks_completable_by(clerk)
    assert task in tasks_visible_to(clerk)
    assert task not in tasks_completable_by(stranger)
    assert task not in tasks_visible_to(stranger)
    assert task in tasks_completable_by(make_user("admin"))
    assert task not in tasks_completable_by(make_user("auditor"))


def test_the_database_keeps_a_task_somebodys():
    task = assign(make_project(), assignee=make_user("operator"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(assignee=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(completed_at=timezone.now())
