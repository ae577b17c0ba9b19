"""Running an approval: start, decide, withdraw. What it means for its subject, its app does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

from django.db import transaction
from django.db.models import Model

from expertpool.accounts.models import User
from expertpool.audit.services import MOST_NOTE
from expertpool.core.text import whole
from expertpool.workflow.enums import Agreement, ApprovalState, StepKind, Verdict
from expertpool.workflow.exceptions import DecisionRefused
from expertpool.workflow.models import Approval, Decision, FlowStep, FlowVersion
from expertpool.workflow.queries.approvals import RUNNING, subject_code
from expertpool.workflow.queries.deciders import (
    Taken,
    agreed_here,
    are_elsewhere,
    are_here,
    awaited,
    nobodys,
    parts_taken,
    stands_in_for,
    why_not_his_part,
)
from expertpool.workflow.queries.steps import is_proven, is_proven_version
from expertpool.workflow.registry import FLOW_SUBJECTS
from expertpool.workflow.services.flows import current_version
from expertpool.workflow.services.leading import (
    begin,
    begin_many,
    end,
    end_all,
    lead_on,
    next_step,
    next_steps,
)
from expertpool.workflow.services.reasons import checked_reasons
from expertpool.workflow.services.telling_results import tell_result

LED = "这项审批所在的步骤或审批流程在系统之外被改动过，不能审批：请管理员核对「审批流程」并重新保存，再由申请人撤回后重新提交。"

NOBODY = (
    "现在没有人能审批「{}」这一步：能审批的人已停用、换了角色，或者已经审批过。"
    "请管理员在「角色权限」「用户管理」中安排审批人。"
)
NOTHING_WAITS = "没有待审批的申请，可能刚刚被他人处理，请刷新页面。"


@transaction.atomic
def start_approval(*, subject: Model, now: datetime, quietly: bool = False) -> Approval:
    """Begin the approval of ``subject`` under the current version, at the first step that applies; ``quietly``:
    nobody is told that it waits.

    An approval that already runs stays as it is; one that this system has not led there ends.
    """
    running = _running(subject)
    if running is not None:
        if is_proven(running):
            return running
        end(running, ApprovalState.WITHDRAWN, now=now)
    approval = _new(current_version(subject_code(subject), now=now), subject, now)
    step = next_step(approval, subject, after=0, now=now)
    assert step is not None  # noqa: S101 - every version has a step without a condition
    begin(approval, step, subject, now=now, quietly=quietly)
    return approval


@transaction.atomic
def start_approvals(*, subjects: Sequence[Model], now: datetime) -> list[Approval]:
    """Begin the approvals of ``subjects``, of one model, as `start_approval` does quietly, by few statements; return
    them. The caller holds the rows, of which none has an approval that runs."""
    if not subjects:
        return []
    version = current_version(subject_code(subjects[0]), now=now)
    steps = next_steps(version, subjects, after=0, now=now)
    return begin_many(((_new(version, row, now), steps[row.pk], row) for row in subjects), now=now)


def _new(version: FlowVersion, subject: Model, now: datetime) -> Approval:
    return Approval(
        subject_type=subject_code(subject), subject_id=subject.pk, version=version, started_at=now
    )


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
    Where several have to agree, the verdict is COUNTED until they have; whoever does not agree sends back at
    once. Whose part it is not decides for somebody who handed over to him, which stands in the decision.
    The caller has checked that he may decide such subjects, and on this one. Refuses
    (DecisionRefused) when nothing runs, an approval that this system has not led to where it stands, during a
    public notice, whose part this step is not, whoever decided another step of this approval or has decided here, and
    reasons for what its subject does not have, that are too long, or that go along with consent.
    """
    outcome = decide_all(
        subjects=[subject], agree=agree, note=note, actor=actor, now=now, fields=fields
    )[subject.pk]
    if isinstance(outcome, DecisionRefused):
        raise outcome
    return outcome


@transaction.atomic
def decide_all(
    *,
    subjects: Sequence[Model],
    agree: bool,
    note: str,
    actor: User,
    now: datetime,
    fields: Mapping[str, str] | None = None,
) -> dict[int, Verdict | DecisionRefused]:
    """Decide as `decide` on each of ``subjects``, of one model, by as many statements as one takes; return by the
    key of each its verdict, or why it is refused."""
    if not subjects:
        return {}
    reasons = checked_reasons(subject_code(subjects[0]), agree, fields or {})
    note = whole(note, MOST_NOTE, DecisionRefused)
    approvals = _running_of(subjects)
    taken = parts_taken(actor, approvals.values())
    is_own = cache(is_proven_version)
    outcomes: dict[int, Verdict | DecisionRefused] = {}
    made: list[tuple[Decision, FlowStep, Model]] = []
    for subject in subjects:
        approval = approvals.get(subject.pk)
        try:
            if approval is None or approval.step is None:
                raise DecisionRefused(NOTHING_WAITS)
            if not is_proven(approval, is_own):
                raise DecisionRefused(LED)
            step = approval.step
            for_whom = _part(approval, step, subject, actor, taken, now=now)
        except DecisionRefused as refusal:
            outcomes[subject.pk] = refusal
            continue
        decision = Decision(
            approval=approval,
            step=step,
            agreed=agree,
            note=note,
            fields=reasons,
            decided_by=actor,
            decided_at=now,
            for_whom=for_whom,
            round=approval.moves,
        )
        made.append((decision, step, subject))
    Decision.objects.bulk_create(decision for decision, _, _ in made)
    led = [
        (one.approval, step, row)
        for one, step, row in made
        if not agree or _suffices(one.approval, step, row, now=now)
    ]
    counted = {row.pk: Verdict.COUNTED for _, _, row in made}
    outcomes |= counted | lead_on(led, agree=agree, now=now)
    for decision, _, row in made:
        verdict = outcomes[row.pk]
        if verdict in (Verdict.APPROVED, Verdict.REJECTED):
            tell_result(decision.approval, row, Verdict(verdict), decision, now=now)
    return outcomes


def why_not_now(*, subject: Model, actor: User, now: datetime) -> str:
    """Return why ``actor`` may not decide on ``subject`` now, as `decide` would refuse it: for pages, before anything
    is typed."""
    rows = Approval.objects.select_related("version", "step__role", "step__department")
    of = rows.filter(RUNNING, subject_type=subject_code(subject), subject_id=subject.pk)
    approval = of.first()
    if approval is None or approval.step is None:
        return NOTHING_WAITS
    try:
        taken = parts_taken(actor, [approval])
        _part(approval, approval.step, subject, actor, taken, now=now)
    except DecisionRefused as refusal:
        return _nobody(approval, approval.step) or str(refusal)
    return ""


def _nobody(approval: Approval, step: FlowStep) -> str:
    """Return that nobody can decide where ``approval`` stands; empty while somebody can."""
    found = FLOW_SUBJECTS.get(approval.subject_type)
    if step.kind == StepKind.NOTICE or found is None or not found.decidable:
        return ""
    return NOBODY.format(step) if nobodys(found).filter(pk=approval.pk).exists() else ""


@transaction.atomic
def withdraw_approval(*, subject: Model, now: datetime) -> None:
    """End the approval that runs, if any: its applicant took the subject back."""
    withdraw_approvals(subjects=[subject], now=now)


@transaction.atomic
def withdraw_approvals(*, subjects: Sequence[Model], now: datetime) -> None:
    """End the approvals of ``subjects``, of one model, that run."""
    if running := _running_of(subjects):
        end_all([*running.values()], ApprovalState.WITHDRAWN, now=now)


def _running(subject: Model) -> Approval | None:
    return _running_of([subject]).get(subject.pk)


def _running_of(subjects: Sequence[Model]) -> dict[int, Approval]:
    """The approvals that run, by the keys of their ``subjects``, with their rows locked until the transaction ends."""
    if not subjects:
        return {}
    keys = [one.pk for one in subjects]
    # PostgreSQL cannot lock what an outer join may leave empty: step and role.
    rows = Approval.objects.select_for_update(of=("self",)).order_by("pk")
    rows = rows.select_related("step__role", "department").prefetch_related("version__steps")
    found = rows.filter(RUNNING, subject_type=subject_code(subjects[0]), subject_id__in=keys)
    return {one.subject_id: one for one in found}


def _part(
    approval: Approval,
    step: FlowStep,
    row: Model,
    actor: User,
    taken: Taken,
    *,
    now: datetime,
) -> User | None:
    """Return for whom ``actor``, whose parts (`parts_taken`) are ``taken``, decides; None: for himself."""
    if step.kind == StepKind.NOTICE:
        until = f"至 {approval.last_day}，含当日"
        raise DecisionRefused(f"正在公示（{until}），公示期满后自动转下一步，期间不审批。")
    mine = taken.get(approval.pk, ())
    if are_elsewhere(mine, step):
        raise DecisionRefused("您已在另一个步骤审批过这项申请，请由其他人审批这一步。")
    if are_here(mine, approval):
        raise DecisionRefused("您已审批过这一步，请等待其他审批人。")
    why_not = why_not_his_part(actor, approval, step)
    if not why_not:
        return None
    giver = stands_in_for(actor, approval, step, row, now=now)
    if giver is None:
        raise DecisionRefused(why_not)
    return giver


def _suffices(approval: Approval, step: FlowStep, row: Model, *, now: datetime) -> bool:
    """Tell whether enough have agreed; each counts once, for himself or for another."""
    if step.agreement == Agreement.SOME:
        return len(agreed_here(approval)) >= (step.persons or 1)
    return step.agreement != Agreement.ALL or not awaited(approval, step, row, now=now)
