"""Leading an approval from step to step: what begins with a step, and what ends it."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import uuid4

from django.apps import apps
from django.db import transaction
from django.db.models import Model

from expertpool.audit.services import record
from expertpool.core.jobs import defer
from expertpool.core.text import moment_text
from expertpool.core.workdays import end_of_working_days
from expertpool.workflow.enums import ApprovalState, StepKind, Verdict
from expertpool.workflow.models import Approval, FlowStep, FlowVersion, PublicNotice
from expertpool.workflow.queries.approvals import (
    RUNNING,
    applying,
    subject_code,
    where_back,
)
from expertpool.workflow.queries.notices import objections_to
from expertpool.workflow.queries.steps import is_proven, proof_of_approval
from expertpool.workflow.registry import FLOW_SUBJECTS, FlowSubject

logger = logging.getLogger(__name__)

MOST_LINES = 30  # of what the public is told
LONGEST_LINE = 500
MOVED = ("step", "state", "ended_at", "moves", "due_at", "reminded", "proof")


def begin(
    approval: Approval, step: FlowStep, row: Model, *, now: datetime, quietly: bool = False
) -> None:
    """Keep the new ``approval`` of ``row`` at its first ``step``; ``quietly``: nobody is told that it waits."""
    _stand(approval, step, row, now=now)
    approval.save()  # its proof names it by its id
    approval.proof = proof_of_approval(approval)
    approval.save(update_fields=["proof"])
    _entered(approval, step, row, now=now, quietly=quietly)


def begin_many(
    begun: Iterable[tuple[Approval, FlowStep, Model]], *, now: datetime
) -> list[Approval]:
    """Keep new approvals, each at its first step, by as many statements as one takes; nobody is told that they
    wait. Return them."""
    found = list(begun)
    for approval, step, row in found:
        _stand(approval, step, row, now=now)
    kept = Approval.objects.bulk_create(approval for approval, _, _ in found)
    for approval in kept:
        approval.proof = proof_of_approval(approval)
    Approval.objects.bulk_update(kept, ["proof"])
    for approval, step, row in found:
        _entered(approval, step, row, now=now, quietly=True)
    return kept


def _stand(approval: Approval, step: FlowStep, row: Model, *, now: datetime) -> None:
    subject = FLOW_SUBJECTS.get(approval.subject_type)
    approval.department = subject.department(row) if subject else None
    approval.step = step
    approval.due_at = _due(step, now)


def lead_on(
    led: Sequence[tuple[Approval, FlowStep, Model]], *, agree: bool, now: datetime
) -> dict[int, Verdict]:
    """Lead each approval, of one subject, to where what was decided at its step sends it, by as many statements as
    one takes; return what came of each, by the key of its row."""
    to = _after(led, now=now) if agree else {one.pk: where_back(one, step) for one, step, _ in led}
    moves = [(one, following, row) for one, _, row in led if (following := to[one.pk])]
    ended = ApprovalState.APPROVED if agree else ApprovalState.REJECTED
    for approval, _, _ in led:
        following = to[approval.pk]
        if following is not None:
            _stand_at(approval, following, now=now)
        else:
            _end(approval, ended, now)
    Approval.objects.bulk_update([one for one, _, _ in led], MOVED)
    for approval, following, row in moves:
        _entered(approval, following, row, now=now)
    on, over = Verdict.SENT_BACK, Verdict.REJECTED
    if agree:
        on, over = Verdict.ADVANCED, Verdict.APPROVED
    return {row.pk: on if to[approval.pk] else over for approval, _, row in led}


def _after(
    led: Sequence[tuple[Approval, FlowStep, Model]], *, now: datetime
) -> dict[int, FlowStep | None]:
    """Return the step that follows for each approval of ``led``, by its key."""
    alike: dict[tuple[int, int], list[tuple[Approval, Model]]] = defaultdict(list)
    for approval, step, row in led:
        alike[approval.version_id, step.order].append((approval, row))
    found: dict[int, FlowStep | None] = {}
    for (_, order), some in alike.items():
        rows = [row for _, row in some]
        following = next_steps(some[0][0].version, rows, after=order, now=now)
        found |= {approval.pk: following.get(row.pk) for approval, row in some}
    return found


def end(approval: Approval, state: ApprovalState, *, now: datetime) -> None:
    """End ``approval``, whatever it waits for."""
    end_all([approval], state, now=now)


def end_all(approvals: Sequence[Approval], state: ApprovalState, *, now: datetime) -> None:
    """End each of ``approvals``, whatever it waits for, by one statement."""
    for approval in approvals:
        _end(approval, state, now)
    Approval.objects.bulk_update(approvals, MOVED)


def next_step(approval: Approval, row: Model, *, after: int, now: datetime) -> FlowStep | None:
    """The first step after ``after`` (0: from the start) whose condition ``row`` meets now."""
    return next_steps(approval.version, [row], after=after, now=now).get(row.pk)


def next_steps(
    version: FlowVersion, rows: Sequence[Model], *, after: int, now: datetime
) -> dict[int, FlowStep]:
    """Return for each of ``rows``, of one model, its first step after ``after``, where there is one, by a statement
    for each step with a condition."""
    found: dict[int, FlowStep] = {}
    for step in version.steps.all():
        if step.order > after:
            meeting = applying(step, [row for row in rows if row.pk not in found], now=now)
            found |= dict.fromkeys(meeting, step)
    return found


def end_notices(*, now: datetime) -> int:
    """Lead on what waited for the end of a public notice that is over; return how many. One that cannot be
    led on keeps no other."""
    over = Approval.objects.filter(RUNNING, step__kind=StepKind.NOTICE, due_at__lte=now)
    moved = 0
    for pk, moves in over.values_list("pk", "moves"):
        try:
            moved += end_notice(approval_id=pk, moves=moves, now=now)
        except Exception:
            logger.exception("the notice of approval %s cannot be ended", pk)
    return moved


@transaction.atomic
def end_notice(*, approval_id: int, moves: int, now: datetime) -> bool:
    """Lead the approval on from its public notice, as it was at its move ``moves``, once its days are over;
    logs it. True if it did: a second run changes nothing, nor does anything that this system has not led there."""
    approval = _locked(approval_id)
    step = approval.step
    if approval.moves != moves or step is None or step.kind != StepKind.NOTICE:
        return False
    if not approval.due_at or approval.due_at > now or not is_proven(approval):
        return False
    row = row_of(approval)
    following = next_step(approval, row, after=step.order, now=now)
    assert following is not None  # noqa: S101 - a step without a condition follows every notice
    notice = approval.notices.get(round=approval.moves)
    objections = len(objections_to(approval.notices.filter(pk=notice.pk)))
    _move(approval, following, row, now=now)
    record(
        "workflow.notice_end",
        actor=None,
        now=now,
        subject=row,
        after={"公示": str(step), "收到异议": objections, "当前步骤": str(following)},
    )
    return True


def row_of(approval: Approval) -> Model:
    """Return what ``approval`` is of."""
    row: Model = apps.get_model(approval.subject_type)._default_manager.get(pk=approval.subject_id)
    return row


def _locked(approval_id: int) -> Approval:
    rows = Approval.objects.select_for_update(of=("self",)).select_related("version")
    return rows.get(pk=approval_id)


def _move(approval: Approval, step: FlowStep, row: Model, *, now: datetime) -> None:
    _stand_at(approval, step, now=now)
    approval.save(update_fields=MOVED)
    _entered(approval, step, row, now=now)


def _stand_at(approval: Approval, step: FlowStep, *, now: datetime) -> None:
    approval.step = step
    approval.due_at = _due(step, now)
    _count(approval)


def _end(approval: Approval, state: ApprovalState, now: datetime) -> None:
    approval.step, approval.state, approval.ended_at = None, state, now
    approval.due_at = None
    _count(approval)


def _due(step: FlowStep, now: datetime) -> datetime | None:
    return end_of_working_days(step.days, after=now) if step.days else None


def _count(approval: Approval) -> None:
    approval.moves += 1
    approval.reminded = 0
    approval.proof = proof_of_approval(approval)


def _entered(
    approval: Approval, step: FlowStep, row: Model, *, now: datetime, quietly: bool = False
) -> None:
    """What begins with a step: the notice, or that those who decide are told."""
    subject = FLOW_SUBJECTS.get(subject_code(row))
    if subject is None:
        return
    if step.kind == StepKind.NOTICE:
        _publish(approval, step, row, now=now)
    elif subject.decidable and not quietly and _tells(subject, approval):
        defer("workflow.tell_waiting", approval_id=approval.pk, moves=approval.moves)


def _tells(subject: FlowSubject, approval: Approval) -> bool:
    """Tell whether those who decide hear of it now: to a further step the office has led it, which betrays nobody."""
    return subject.tells_on if approval.moves else subject.tells


def _publish(approval: Approval, step: FlowStep, row: Model, *, now: datetime) -> None:
    subject = FLOW_SUBJECTS[approval.subject_type]
    assert subject.public is not None and approval.due_at is not None  # noqa: S101, PT018 - see save_flow
    lines = [[str(label), str(value)[:LONGEST_LINE]] for label, value in subject.public(row)]
    notice = PublicNotice(
        public_id=uuid4(),
        approval=approval,
        step=step,
        round=approval.moves,
        title=f"{subject.label}公示：{subject.name_of(row)}"[:200],
        lines=lines[:MOST_LINES],
        begins_at=now,
        ends_at=approval.due_at,
    )
    notice.save(force_insert=True)
    record(
        "workflow.notice_begin",
        actor=None,
        now=now,
        subject=row,
        after={"公示": str(step), "公示至": moment_text(notice.ends_at)},
    )
