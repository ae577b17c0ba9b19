"""Filing a project: draft, change, submit, withdraw."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from expertpool.accounts.models import Department, User
from expertpool.audit.services import record, record_change, snapshot
from expertpool.core.locks import lock_transaction
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.exceptions import (
    DepartmentNotAllowed,
    NumberTaken,
    ProjectNotEditable,
    TransitionNotAllowed,
)
from expertpool.projects.fields import PROJECT
from expertpool.projects.models import Project
from expertpool.projects.queries import departments_for_filing, proposed_number
from expertpool.projects.services.state import lock_project, set_project_status
from expertpool.workflow.services.approvals import start_approval, withdraw_approval

NUMBER_LOCK = "projects.number"  # for who gives the next free one
FARTHEST = timedelta(days=5 * 366)  # that a project may open ahead; later, a year was mistyped
LONG_OVER = "评审开始时间已过，请填写以后的时间；补录以前的项目，请用导入（导入为草稿）。"
TOO_FAR = "评审开始时间最晚在 5 年之内，请核对年份。"


@transaction.atomic
def create_project(
    *, values: Mapping[str, Any], actor: User, now: datetime, is_history: bool = False
) -> Project:
    """File a project with ``values`` (a choice of `PROJECT.writable`) as a draft of ``actor``; logs
    it. ``is_history``: it may be over, as imports bring projects of former years.

    Without a number it gets the next free one, whoever asks at the same moment. Refuses a number in use
    (NumberTaken), a department the actor may not file for (DepartmentNotAllowed), incomplete values, an
    opening that is over and a check-in after the opening (ValidationError).
    """
    if not is_history:
        _check_coming(values["opening_at"], now)
    _check_department(values["department"], actor)
    # Who changed it last is an applicant, too: he may not approve what he wrote.
    project = Project(created_by=actor, created_at=now, edited_by=actor)
    if values["number"]:
        _save(project, PROJECT.fill(project, values), now)
    else:
        _save_numbered(project, values, now)
    after = snapshot(project, *PROJECT.recorded)
    record("project.create", actor=actor, now=now, subject=project, after=after)
    return project


@transaction.atomic
def update_project(
    *, project: Project, values: Mapping[str, Any], actor: User, now: datetime
) -> Project:
    """Change the given ``values`` of a draft or a project that was sent back; logs what differs.

    Refuses the same as `create_project`, and any other status (ProjectNotEditable).
    """
    # First: an approval at this moment would be of what stood before.
    project = lock_project(project)
    if not project.is_editable:
        raise ProjectNotEditable(
            f"项目现为「{project.get_status_display()}」，不能修改；请先撤回为草稿。"
        )
    # Who may edit a project may leave it in its department, though he could not file for that one.
    department, opening_at = (values.get(code) for code in ("department", "opening_at"))
    if department and department.pk != project.department_id:
        _check_department(department, actor)
    # Only where it is moved: an old draft may be mended in everything else.
    if opening_at and opening_at != project.opening_at:
        _check_coming(opening_at, now)
    before = snapshot(project, *PROJECT.recorded)
    project.edited_by = actor
    _save(project, PROJECT.fill(project, values), now)
    after = snapshot(project, *PROJECT.recorded)
    record_change(
        "project.update", actor=actor, now=now, subject=project, before=before, after=after
    )
    return project


@transaction.atomic
def submit_project(*, project: Project, actor: User, now: datetime) -> None:
    """Hand the project in for approval by the flow as it is now; logs it. Refuses a project that
    opens in the past or lacks a required field (ValidationError) and every status but draft and
    rejected (TransitionNotAllowed)."""
    if project.status == ProjectStatus.PENDING:
        raise TransitionNotAllowed("项目已经提交，正在等待审核，不用再次提交。")
    # A draft may have waited too long, and imports bring old ones.
    if project.opening_at <= now:
        raise ValidationError({"opening_at": "评审开始时间已过，请先改为以后的时间再提交。"})
    # Nor did it have to have what is required since.
    if lacking := PROJECT.lacking(project):
        raise ValidationError(lacking)
    set_project_status(
        project,
        ProjectStatus.PENDING,
        action="project.submit",
        actor=actor,
        now=now,
        changes={
            "submitted_at": now,
            "submitted_by": actor,
            # What was decided in an earlier round is not about this one.
            "decided_at": None,
            "decided_by": None,
            "decision_note": "",
        },
    )
    start_approval(subject=project, now=now)


@transaction.atomic
def withdraw_project(*, project: Project, actor: User, now: datetime) -> None:
    """Take the project back to draft, from the queue or after approval; an approval is void.

    Logs it. Refuses a project whose draw has begun (TransitionNotAllowed, ProjectChanged).
    """
    set_project_status(
        project,
        ProjectStatus.DRAFT,
        action="project.withdraw",
        actor=actor,
        now=now,
        changes={
            "submitted_at": None,
            "decided_at": None,
            "decided_by": None,
            "decision_note": "",
        },
    )
    # Last: the status, which one statement changes, decides who was first.
    withdraw_approval(subject=project, now=now)


def _check_coming(opening_at: datetime, now: datetime) -> None:
    if opening_at <= now:
        raise ValidationError({"opening_at": LONG_OVER})


def _check_department(department: Department, actor: User) -> None:
    if not departments_for_filing(actor).filter(pk=department.pk).exists():
        raise DepartmentNotAllowed(f"您不能为「{department.name}」申请项目，请选择本部门。")


def _save_numbered(project: Project, values: Mapping[str, Any], now: datetime) -> None:
    lock_transaction(NUMBER_LOCK)
    # The lock keeps others who are given one away, not those who type one.
    for is_last in (False, False, True):
        try:
            _save(project, PROJECT.fill(project, {**values, "number": proposed_number(now)}), now)
            return
        except NumberTaken:  # typed by somebody at this moment
            if is_last:
                raise


def _save(project: Project, errors: Mapping[str, ValidationError], now: datetime) -> None:
    if errors:
        raise ValidationError(dict(errors))
    if project.opening_at > now + FARTHEST:
        raise ValidationError({"opening_at": TOO_FAR})
    if project.check_in_at and project.check_in_at > project.opening_at:
        raise ValidationError({"check_in_at": "报到时间不能晚于评审开始时间。"})
    # The number is left to the database, which alone sees who files the same one at this moment.
    project.full_clean(validate_unique=False)
    try:
        # a savepoint: once the number is refused, the next free one is still looked up
        with transaction.atomic():
            project.save()
    except IntegrityError as error:
        # Another constraint than that of the number: no fault of whoever typed.
        if not Project.objects.filter(number=project.number).exclude(pk=project.pk).exists():
            raise
        raise NumberTaken(
            f"项目编号「{project.number}」已被使用，可改用「{proposed_number(now)}」。"
        ) from error
