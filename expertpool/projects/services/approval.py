"""Deciding on an application. One step; the applicant never decides himself."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.core.events import publish
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.services.sending import Recipient, send_message
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.events import ProjectApproved
from expertpool.projects.exceptions import ApproverIsApplicant, NoteRequired
from expertpool.projects.models import Project
from expertpool.projects.occasions import DECIDED
from expertpool.projects.services.state import set_project_status


@transaction.atomic
def approve_project(*, project: Project, actor: User, now: datetime, note: str = "") -> None:
    """Release a pending project for its draw; logs it, tells the applicant, announces
    ProjectApproved.

    Refuses the applicant (ApproverIsApplicant) and a project that is no longer pending
    (TransitionNotAllowed, ProjectChanged).
    """
    _decide(project, ProjectStatus.APPROVED, "project.approve", actor=actor, now=now, note=note)
    publish(ProjectApproved(project.pk))


def reject_project(*, project: Project, actor: User, now: datetime, note: str) -> None:
    """Send a pending project back with a note that says why; logs it and tells the applicant.

    Refuses an empty note (NoteRequired) and what `approve_project` refuses.
    """
    if not note.strip():
        raise NoteRequired("请填写退回原因，申请人据此修改。")
    _decide(project, ProjectStatus.REJECTED, "project.reject", actor=actor, now=now, note=note)


@transaction.atomic
def _decide(
    project: Project, new: ProjectStatus, action: str, *, actor: User, now: datetime, note: str
) -> None:
    if actor.pk == project.created_by_id:
        raise ApproverIsApplicant("不能审核自己申请的项目，请由其他审核人处理。")
    note = note.strip()
    set_project_status(
        project,
        new,
        action=action,
        actor=actor,
        now=now,
        changes={"decided_at": now, "decided_by": actor, "decision_note": note},
        note=note,
    )
    _tell_applicant(project, actor=actor, now=now)


def _tell_applicant(project: Project, *, actor: User, now: datetime) -> None:
    applicant = project.created_by
    send_message(
        occasion=DECIDED.code,
        recipient=Recipient(user_id=applicant.pk, name=applicant.name),
        channels=[ChannelCode.SITE],
        context={
            "申请人": applicant.name,
            "项目名称": project.name,
            "项目编号": project.number,
            "审核结果": project.get_status_display(),
            "审核人": actor.name,
            "审核意见": project.decision_note or "无",
        },
        about=project,
        key=f"project-decided:{project.pk}:{now.isoformat()}",
        now=now,
    )
