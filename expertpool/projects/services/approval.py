"""Deciding on an application, step by step as the flow says; the applicant never decides himself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.events import publish
from expertpool.core.text import if_seen
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.queries.channels import ways_outside
from expertpool.notifications.services.sending import Recipient, send_message
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.events import ProjectApproved
from expertpool.projects.exceptions import (
    ApproverIsApplicant,
    NoteRequired,
    NotYourStep,
    ProjectChanged,
    TransitionNotAllowed,
)
from expertpool.projects.models import Project
from expertpool.projects.occasions import DECIDED
from expertpool.projects.queries import why_not_approve
from expertpool.projects.queries.applicants import applicants_of
from expertpool.projects.services.state import CHANGED, lock_project, set_project_status
from expertpool.workflow.enums import Verdict
from expertpool.workflow.exceptions import DecisionRefused
from expertpool.workflow.queries.approvals import course_of
from expertpool.workflow.queries.second_person import at_first_in_words
from expertpool.workflow.services.approvals import decide

HANDED_IN_ANEW = "您打开页面之后，这个项目撤回修改过，没有审核；请刷新页面，看过现在的内容再审核。"


def approve_project(
    *, project: Project, version: int, actor: User, now: datetime, note: str = ""
) -> Verdict:
    """Agree to the current step of a pending project, the last of which releases it for its draw;
    logs it. Then it tells the applicant and announces ProjectApproved.

    ``version`` (`Project.version`) is what ``actor`` has read: one that was handed in anew since is
    refused (ProjectChanged). Refuses the applicant, who handed it in or changed it last, whoever need not be another person
    (ApproverIsApplicant), whoever may not decide this step (NotYourStep) and
    a project that is not pending (TransitionNotAllowed), or not any more (ProjectChanged).
    """
    if version != project.version:
        raise ProjectChanged(HANDED_IN_ANEW)
    return _decide(project, agree=True, actor=actor, now=now, note=note)


def reject_project(
    *,
    project: Project,
    actor: User,
    now: datetime,
    note: str,
    fields: Mapping[str, str] | None = None,
) -> Verdict:
    """Send a pending project back with a note that says why, and reasons by field, to the applicant, who is
    told, or to the step before, as the flow says; logs it.

    Refuses an empty note (NoteRequired) and what `approve_project` refuses.
    """
    if not if_seen(note):
        raise NoteRequired("请填写退回原因，申请人据此修改。")
    return _decide(project, agree=False, actor=actor, now=now, note=note, fields=fields)


@transaction.atomic
def _decide(
    project: Project,
    *,
    agree: bool,
    actor: User,
    now: datetime,
    note: str,
    fields: Mapping[str, str] | None = None,
) -> Verdict:
    # Before any lock: it needs none, and refuses most of what is tried.
    if actor.pk in applicants_of(project):
        raise ApproverIsApplicant("不能审核自己申请、提交或修改的项目，请由其他审核人处理。")
    if agree and (why_not := why_not_approve(actor, project, now=now)):
        raise ApproverIsApplicant(why_not)
    # The project, then (in `decide`) its approval: who withdraws it locks them in this order, too.
    if lock_project(project).version != project.version:
        raise ProjectChanged(CHANGED)
    if project.status != ProjectStatus.PENDING:
        raise TransitionNotAllowed(
            f"项目现为「{project.get_status_display()}」，只有待审核的项目可以审批。"
        )
    note = if_seen(note)
    asked_at = project.submitted_at or now
    new = at_first_in_words(actor, asked_at=asked_at, now=now) if agree else ""
    logged = "；".join(filter(None, (note, new)))
    try:
        verdict = decide(
            subject=project, agree=agree, note=note, actor=actor, now=now, fields=fields
        )
    except DecisionRefused as error:
        raise NotYourStep(str(error)) from error
    if verdict in ENDS:
        _end(project, verdict, actor=actor, now=now, note=note, logged=logged)
    else:
        record(
            "project.approve_step",
            actor=actor,
            now=now,
            subject=project,
            after={"结果": verdict.label, "当前步骤": _step_of(project, now=now)},
            note=logged,
        )
    return verdict


ENDS = {
    Verdict.APPROVED: (ProjectStatus.APPROVED, "project.approve"),
    Verdict.REJECTED: (ProjectStatus.REJECTED, "project.reject"),
}


def _end(
    project: Project, verdict: Verdict, *, actor: User, now: datetime, note: str, logged: str
) -> None:
    """``logged`` is the ``note`` with what the log alone says of it."""
    new, action = ENDS[verdict]
    set_project_status(
        project,
        new,
        action=action,
        actor=actor,
        now=now,
        changes={"decided_at": now, "decided_by": actor, "decision_note": note},
        note=logged,
    )
    # At the end alone: of steps between the flow tells whom it concerns.
    _tell_applicant(project, actor=actor, now=now)
    if verdict == Verdict.APPROVED:
        publish(ProjectApproved(project.pk))


def _step_of(project: Project, *, now: datetime) -> str:
    course = course_of(project, now=now)
    return course.names[course.current] if course else ""


def _tell_applicant(project: Project, *, actor: User, now: datetime) -> None:
    whom = Recipient.of_account(project.created_by)
    send_message(
        occasion=DECIDED.code,
        recipient=whom,
        channels=[ChannelCode.SITE, *ways_outside(DECIDED, phone=whom.phone, email=whom.email)],
        context={
            "申请人": whom.name,
            "项目名称": project.name,
            "项目编号": project.number,
            "审核结果": project.get_status_display(),
            "审核人": actor.name,
            "审核意见": project.decision_note or "无",
        },
        about=project,
        # With the moment: a project that was sent back is decided again.
        key=f"project-decided:{project.pk}:{now.isoformat()}",
        now=now,
        kind=project.kind,
    )
