from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from expertpool.audit.models import Entry
from expertpool.projects.enums import DrawState, ProjectStatus
from expertpool.projects.exceptions import (
    DepartmentNotAllowed,
    NumberTaken,
    ProjectNotEditable,
    TransitionNotAllowed,
)
from expertpool.projects.queries import proposed_number
from expertpool.projects.services.application import (
    create_project,
    submit_project,
    update_project,
    withdraw_project,
)
from expertpool.projects.services.state import set_draw_state
from tests.factories.accounts import make_department, make_user
from tests.factories.projects import make_project, project_data

pytestmark = pytest.mark.django_db


@pytest.mark.shows("PRJ-07")
def test_a_department_user_files_for_his_department_and_below_only():
    own = make_department("建设科")
    below = make_department("建设一组", parent=own)
    other = make_department("财务科")
    user = make_user("department", department=own)
    for department in (own, below):
        project = create_project(
            values=project_data(department=department), actor=user, now=timezone.now()
        )
        assert project.status == ProjectStatus.DRAFT
        assert project.draw_state == DrawState.NOT_DRAWN
        assert project.created_by == user
    with pytest.raises(DepartmentNotAllowed, match="财务科"):
        create_project(values=project_data(department=other), actor=user, now=timezone.now())


@pytest.mark.shows("PRJ-08")
def test_an_administrator_files_for_any_department():
    department = make_department("财务科")
    project = create_project(
        values=project_data(department=department), actor=make_user("admin"), now=timezone.now()
    )
    assert project.department == department


def test_a_number_in_use_is_refused_with_the_next_free_one():
    now = timezone.now()
    first = create_project(
        values=project_data(number=proposed_number(now)), actor=make_user("admin"), now=now
    )
    with pytest.raises(NumberTaken) as refusal:
        create_project(values=project_data(number=first.number), actor=make_user("admin"), now=now)
    assert proposed_number(now) in str(refusal.value)
    assert proposed_number(now) != first.number


def test_proposed_numbers_go_on_past_four_digits():
    now = timezone.now()
    make_project(number=f"XM{now.year}-9999")
    make_project(number=f"XM{now.year}-10000")
    assert proposed_number(now) == f"XM{now.year}-10001"


def test_check_in_must_not_be_after_the_opening():
    values = project_data()
    with pytest.raises(ValidationError, match="报到时间"):
        create_project(
            values=values | {"check_in_at": values["opening_at"] + timedelta(minutes=1)},
            actor=make_user("admin"),
            now=timezone.now(),
        )


@pytest.mark.shows("DRAW-30")
def test_a_change_logs_only_what_differs():
    project = make_project()
    values = project_data(
        department=project.department,
        number=project.number,
        opening_at=project.opening_at,
        name="新的名称",
    )
    update_project(project=project, values=values, actor=project.created_by, now=timezone.now())
    entry = Entry.objects.get(action="project.update")
    assert entry.before == {"name": "城区道路改造工程监理"}
    assert entry.after == {"name": "新的名称"}


@pytest.mark.parametrize("status", [ProjectStatus.PENDING, ProjectStatus.APPROVED])
def test_what_is_submitted_is_changed_only_after_withdrawing(status):
    project = make_project(status)
    values = project_data(department=project.department, number=project.number)
    with pytest.raises(ProjectNotEditable, match="撤回"):
        update_project(project=project, values=values, actor=project.created_by, now=timezone.now())
    withdraw_project(project=project, actor=project.created_by, now=timezone.now())
    project.refresh_from_db()
    assert (project.status, project.decided_by) == (ProjectStatus.DRAFT, None)
    update_project(project=project, values=values, actor=project.created_by, now=timezone.now())


def test_a_drawn_project_is_not_withdrawn():
    project = make_project(ProjectStatus.APPROVED)
    set_draw_state(project, DrawState.DRAWING, actor=None, now=timezone.now())
    with pytest.raises(TransitionNotAllowed, match="已经抽取"):
        withdraw_project(project=project, actor=project.created_by, now=timezone.now())


def test_a_project_in_the_past_is_not_submitted():
    project = make_project(opening_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(ValidationError, match="已过"):
        submit_project(project=project, actor=project.created_by, now=timezone.now())
    project.refresh_from_db()
    assert project.status == ProjectStatus.DRAFT


def test_a_second_press_is_told_that_it_was_submitted_already():
    project = make_project()
    submit_project(project=project, actor=project.created_by, now=timezone.now())
    with pytest.raises(TransitionNotAllowed, match="项目已经提交，正在等待审核"):
        submit_project(project=project, actor=project.created_by, now=timezone.now())
    withdraw_project(project=project, actor=project.created_by, now=timezone.now())
    with pytest.raises(TransitionNotAllowed, match="项目已经是「草稿」"):
        withdraw_project(project=project, actor=project.created_by, now=timezone.now())


@pytest.mark.shows("PRJ-20")
def test_every_step_leaves_an_entry():
    project = make_project(ProjectStatus.REJECTED)
    submit_project(project=project, actor=project.created_by, now=timezone.now())
    withdraw_project(project=project, actor=project.created_by, now=timezone.now())
    actions = Entry.objects.filter(subject_id=str(project.pk)).order_by("id")
    assert list(actions.values_list("action", flat=True)) == [
        "project.create",
        "project.submit",
        "project.reject",
        "project.submit",
        "project.withdraw",
    ]
    assert actions.get(action="project.reject").note == "缺少附件"


def test_a_time_that_is_over_is_refused_unless_an_import_brings_former_years():
    now, user = timezone.now(), make_user("admin")
    old = project_data(opening_at=now - timedelta(days=2000))
    with pytest.raises(ValidationError, match="已过，请填写以后的时间"):
        create_project(values=old, actor=user, now=now)
    project = create_project(values=old, actor=user, now=now, is_history=True)
    named = old | {"name": "补录的项目"}
    update_project(project=project, values=named, actor=user, now=now)  # its time stays
    earlier = named | {"opening_at": now - timedelta(days=2100)}
    with pytest.raises(ValidationError, match="已过，请填写以后的时间"):
        update_project(project=project, values=earlier, actor=user, now=now)
