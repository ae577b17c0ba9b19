"""Running an approval: start, decide, withdraw. What it means for its subject, its app does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Model

from expertpool.accounts.models import User
from expertpool.workflow.enums import ApprovalState, OnRejection, Verdict
from expertpool.workflow.exceptions import DecisionRefused
from expertpool.workflow.models import Approval, Decision, FlowStep
from expertpool.workflow.queries.approvals import RUNNING, applies, subject_code
from expertpool.workflow.queries.steps import is_proven, proof_of_approval
from expertpool.workflow.services.flows import current_version
from expertpool.workflow.services.reasons import checked_reasons
from expertpool.workflow.services.telling_results import tell_result

LED = "这项审批所在的步骤或审批流程在系统之外被改动过，不能审批：请管理员核对「审批流程」并重新保存，再由申请人撤回后重新提交。"


@transaction.atomic
def start_approval(*, subject: Model, now: datetime) -> Approval:
    """Begin the approval of ``subject`` under the current version, at the first step that applies.

    An approval that already runs stays as it is; one that this system has not led there ends.
    """
    running = _running(subject)
    if running is not None:
        if is_proven(running):
            return running
        _end(running, ApprovalState.WITHDRAWN, now=now)
    version = current_version(subject_code(subject), now=now)
    steps = list(version.steps.all())
    step = _next(subject, steps, after=0, now=now)
    assert step is not None  # noqa: S101 - every version has a step without a condition
    approval = Approval(
        subject_type=subject_code(subject),
        subject_id=subject.pk,
        version=version,
        step=step,
        started_at=now,
    )
    approval.save()
    approval.proof = proof_of_approval(approval)  # which names it by its id
    approval.save(update_fields=["proof"])
    return approval


@transaction.atomic
def decide(
    *,
    subject: Model,
    agree: bool,
    note: str,
    actor: User,
    now: datetime,
    fields: Mapping[str, str] | None = None,
) -> Verdict:
    """Record what ``actor`` decides at the current step; return what has come of it. Tells the applicant of
    the end, where its subject says how.

    ``fields`` says why by what its subject declares (`FlowSubject.fields`), of which a return may be of some.
    The caller has checked that he may decide such subjects, and on this one. Refuses
    (DecisionRefused) when nothing runs, an approval that this system has not led to where it stands, a
    person without the role of the step, whoever decided another step of this approval, and reasons for what
    its subject does not have, that are too long, or that go along with consent.
    """
    reasons = checked_reasons(subject_code(subject), agree, fields or {})
    approval = _running(subject)
    if approval is None or approval.step is None:
        raise DecisionRefused("没有待审批的申请，可能刚刚被他人处理，请刷新页面。")
    if not is_proven(approval):
        raise DecisionRefused(LED)
    step = approval.step
    _check(approval, step, actor)
    decision = Decision.objects.create(
        approval=approval,
        step=step,
        agreed=agree,
        note=note.strip()[:500],
        fields=reasons,
        decided_by=actor,
        decided_at=now,
    )
    verdict = _led_on(approval, step, subject, agree=agree, now=now)
    if verdict in (Verdict.APPROVED, Verdict.REJECTED):
        tell_result(approval, subject, verdict, decision, now=now)
    return verdict


def _led_on(
    approval: Approval, step: FlowStep, subject: Model, *, agree: bool, now: datetime
) -> Verdict:
    """Lead ``approval`` to where this decision sends it."""
    if agree:
        following = _next(subject, list(approval.version.steps.all()), after=step.order, now=now)
        if following is not None:
            _move(approval, following)
            return Verdict.ADVANCED
        _end(approval, ApprovalState.APPROVED, now=now)
        return Verdict.APPROVED
    earlier = _previous(approval, step)
    if step.on_rejection == OnRejection.PREVIOUS and earlier is not None:
        _move(approval, earlier)
        return Verdict.SENT_BACK
    _end(approval, ApprovalState.REJECTED, now=now)
    return Verdict.REJECTED


@transaction.atomic
def withdraw_approval(*, subject: Model, now: datetime) -> None:
    """End the approval that runs, if any: its applicant took the subject back."""
    approval = _running(subject)
    if approval is not None:
        _end(approval, ApprovalState.WITHDRAWN, now=now)


def _running(subject: Model) -> Approval | None:
    """The approval that runs, with its row locked until the transaction ends."""
    # PostgreSQL cannot lock what an outer join may leave empty: step and role.
    rows = Approval.objects.select_for_update(of=("self",)).select_related("version", "step__role")
    return rows.filter(RUNNING, subject_type=subject_code(subject), subject_id=subject.pk).first()


def _check(approval: Approval, step: FlowStep, actor: User) -> None:
    if step.role is not None and not actor.holds(step.role):
        raise DecisionRefused(f"当前步骤「{step}」由「{step.role}」审批，请等待。")
    if approval.decisions.filter(decided_by=actor).exclude(step=step).exists():
        raise DecisionRefused("您已在另一个步骤审批过这项申请，请由其他人审批这一步。")


def _next(subject: Model, steps: list[FlowStep], *, after: int, now: datetime) -> FlowStep | None:
    """The first step after ``after`` (0: from the start) whose condition the subject meets now."""
    later = (step for step in steps if step.order > after)
    return next((step for step in later if applies(step, subject, now=now)), None)


def _previous(approval: Approval, step: FlowStep) -> FlowStep | None:
    """The last step before this one that was decided in this approval."""
    decided = approval.decisions.filter(step__order__lt=step.order).order_by("-step__order", "-id")
    found = decided.select_related("step").first()
    return found.step if found else None


def _move(approval: Approval, step: FlowStep) -> None:
    approval.step = step
    _save(approval)


def _end(approval: Approval, state: ApprovalState, *, now: datetime) -> None:
    approval.step, approval.state, approval.ended_at = None, state, now
    _save(approval)


def _save(approval: Approval) -> None:
    approval.moves += 1
    approval.proof = proof_of_approval(approval)
    approval.save(update_fields=["step", "state", "ended_at", "moves", "proof"])
