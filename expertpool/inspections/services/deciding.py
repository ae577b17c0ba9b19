"""What the office makes of an inspection: passed, returned, not passed; and the end of a suspension."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider
from expertpool.audit.services import MOST_NOTE, record
from expertpool.core.configuration import value_of
from expertpool.core.events import publish
from expertpool.core.text import SAY_MORE, if_seen, is_reason, whole
from expertpool.core.visibility import told
from expertpool.experts.queries.hands import why_not_agree
from expertpool.inspections.enums import State
from expertpool.inspections.events import InspectionDecided
from expertpool.inspections.exceptions import InspectionRefused
from expertpool.inspections.models import MOST_REASON, Inspection
from expertpool.inspections.occasions import DECIDED
from expertpool.inspections.queries.inspections import held_back, labels_of
from expertpool.inspections.services.submitting import locked
from expertpool.inspections.services.telling import tell
from expertpool.inspections.settings import GRACE
from expertpool.workflow.enums import Verdict
from expertpool.workflow.exceptions import DecisionRefused
from expertpool.workflow.queries.agreeing import agreed_at_first
from expertpool.workflow.services.approvals import decide, withdraw_approval

CHANGED = "这份年检已经审核或有变化，请刷新页面，看过后再办。"


@transaction.atomic
def decide_inspection(
    *,
    row: Inspection,
    outcome: str,
    note: str = "",
    reasons: Mapping[str, str] | None = None,
    seen: datetime | None = None,
    actor: User,
    now: datetime,
) -> Verdict:
    """Decide on the step at which ``row`` waits: PASSED, RETURNED to its expert with reasons by field, or FAILED.
    The last consent ends the suspension by this and by earlier ones. The expert is told. ``seen`` is when it was
    shown: nobody decides on what was handed in anew since.

    Refuses (InspectionRefused) the account of an expert, whose step it is not, to turn down without a reason,
    what was decided, or may not be told yet, and to agree as no other person (`why_not_pass`). Announces InspectionDecided.
    """
    row = _waiting(row, seen, actor)
    agree, note = outcome == State.PASSED, whole(if_seen(note), MOST_NOTE, InspectionRefused)
    said = (
        {} if agree else {name: why.strip() for name, why in (reasons or {}).items() if why.strip()}
    )
    _check_reasons(outcome, note, said)
    if agree and (why := why_not_pass(row, actor, now=now)):
        raise InspectionRefused(why)
    # For the log alone: the note is read by the expert.
    logged = [note, agreed_at_first(row, actor, now=now)] if agree else [note]
    try:
        verdict = decide(subject=row, agree=agree, note=note, fields=said, actor=actor, now=now)
    except DecisionRefused as refusal:
        raise InspectionRefused(str(refusal)) from refusal
    if verdict == Verdict.APPROVED:
        _end(row, State.PASSED, note, actor, now)
        # One pass is enough: what he missed in earlier years no longer keeps him out.
        _lift_others(row, actor, now)
    elif verdict == Verdict.REJECTED and outcome == State.FAILED:
        _end(row, State.FAILED, note, actor, now)
    elif verdict == Verdict.REJECTED:
        _return(row, note, now)
    result = State(row.state).label if verdict in _SETTLED else verdict.label
    after = {"年检": row.round.name, "结果": result}
    kept = whole("；".join(filter(None, logged)), MOST_NOTE, InspectionRefused)
    record("inspection.decide", actor=actor, now=now, subject=row.expert, after=after, note=kept)
    if verdict in _SETTLED:
        _tell(row, said, now)
        publish(InspectionDecided(row.pk))
    return verdict


def why_not_pass(row: Inspection, user: User, *, now: datetime) -> str:
    """Return why ``user``, whose step it is, cannot agree to ``row`` as another person than whoever handed it in and
    those who agreed before him; empty when he can."""
    return why_not_agree(row, row.expert, user, asked_by=row.asked_by_id, now=now)


def _waiting(row: Inspection, seen: datetime | None, actor: User) -> Inspection:
    """Return ``row``, held, if it waits for ``actor`` as he has seen it."""
    row = locked(row)
    if row.state != State.SUBMITTED or not told(Inspection.objects.filter(pk=row.pk)).exists():
        raise InspectionRefused(CHANGED)
    if seen and row.asked_at and row.asked_at > seen:
        raise InspectionRefused(CHANGED)
    if actor.pk == row.asked_by_id or is_outsider(actor):
        raise InspectionRefused("专家账号不能审核年检，请使用工作账号。")
    return row


def _check_reasons(outcome: str, note: str, said: Mapping[str, str]) -> None:
    if outcome == State.RETURNED and not (note or said):
        raise InspectionRefused("请填写退回的原因，专家会收到。", field="note")
    if outcome == State.FAILED and not is_reason(note):
        raise InspectionRefused(f"请填写不通过的原因{SAY_MORE}，专家会收到。", field="note")


_SETTLED = (Verdict.APPROVED, Verdict.REJECTED)


def pass_inspection(
    *, row: Inspection, seen: datetime | None = None, actor: User, now: datetime
) -> Verdict:
    """Let one of many that are ticked pass."""
    return decide_inspection(row=row, outcome=State.PASSED, seen=seen, actor=actor, now=now)


def return_inspection(
    *, row: Inspection, reason: str, seen: datetime | None = None, actor: User, now: datetime
) -> Verdict:
    """Return one of many that are ticked."""
    return decide_inspection(
        row=row, outcome=State.RETURNED, note=reason, seen=seen, actor=actor, now=now
    )


def send_back(
    *, row: Inspection, note: str, fields: Mapping[str, str], actor: User, now: datetime
) -> Verdict:
    """Return one to its expert, from the list of all that waits."""
    return decide_inspection(
        row=row, outcome=State.RETURNED, note=note, reasons=fields, actor=actor, now=now
    )


@transaction.atomic
def reopen(*, row: Inspection, reason: str, actor: User, now: datetime) -> None:
    """Let the expert of one that was not passed, or that was altered past this system, mend it and hand in anew; he
    stays suspended until he passes. Refuses (InspectionRefused) any other, and no reason."""
    reason = whole(reason, MOST_NOTE, InspectionRefused)
    row = locked(row, mends=True)
    if row.state != State.FAILED and not row.is_altered:
        raise InspectionRefused(CHANGED)
    if not is_reason(reason):
        raise InspectionRefused(f"请填写允许重新提交的原因{SAY_MORE}，专家会收到。")
    if row.state == State.SUBMITTED:
        withdraw_approval(subject=row, now=now)
    # He may mend it now, and is drawn again once he has passed.
    row.decided_at, row.decided_by, row.is_late = None, None, True
    row.asked_at, row.asked_by = row.asked_at or now, row.asked_by or actor
    _return(row, reason, now)
    after = {"年检": row.round.name, "结果": "允许重新提交"}
    record("inspection.decide", actor=actor, now=now, subject=row.expert, after=after, note=reason)
    _tell(row, {}, now)


@transaction.atomic
def lift(*, row: Inspection, reason: str, actor: User, now: datetime) -> None:
    """End the suspension by ``row``: its expert is drawn again, though he has not passed. Refuses
    (InspectionRefused) what suspends nobody now, and no reason."""
    row = locked(row, mends=True)
    if not held_back(row.expert, timezone.localdate(now)).filter(pk=row.pk).exists():
        raise InspectionRefused("这次年检现在没有暂停他的抽取，请刷新页面。")
    if not is_reason(reason):
        raise InspectionRefused(f"请填写恢复抽取的原因{SAY_MORE}。")
    _lift(row, whole(reason, MOST_REASON, InspectionRefused), actor, now)


def _lift(row: Inspection, reason: str, actor: User, now: datetime) -> None:
    is_altered, names = row.is_altered, ("lifted_at", "lifted_by", "lift_reason")
    row.lifted_at, row.lifted_by, row.lift_reason = now, actor, reason
    if is_altered:  # it goes on saying so
        row.save(update_fields=names)
    else:
        row.keep(*names)
    after = {"年检": row.round.name}
    record("inspection.lift", actor=actor, now=now, subject=row.expert, after=after, note=reason)


def _lift_others(row: Inspection, actor: User, now: datetime) -> None:
    """Whoever passes is drawn again, whatever came of earlier rounds."""
    # Held: a colleague may lift one of them meanwhile.
    rows = held_back(row.expert, timezone.localdate(now)).select_for_update(of=("self",))
    for other in rows.exclude(pk=row.pk).select_related("expert"):
        _lift(other, f"{row.round.name}通过", actor, now)


def _end(row: Inspection, state: State, note: str, actor: User, now: datetime) -> None:
    row.state, row.note, row.decided_at, row.decided_by = state, note, now, actor
    if state == State.FAILED:
        row.suspended_at = now  # he is told with the result
    row.keep()


def _return(row: Inspection, note: str, now: datetime) -> None:
    least = timezone.localdate(now) + timedelta(days=value_of(GRACE))
    row.state, row.note, row.returned_at = State.RETURNED, note, now
    # He declares anew: what he signs for has changed.
    row.due_on, row.is_declared = max(row.due_on, least), False
    row.keep()


def _tell(row: Inspection, said: Mapping[str, str], now: datetime) -> None:
    labels = labels_of(row)
    why = [
        row.note.rstrip("。"),
        *(f"{labels.get(name, name)}：{text}" for name, text in said.items()),
    ]
    why = [one for one in why if one]
    follows = ""
    if row.state == State.RETURNED:
        follows = f"请在 {row.due_on} 前修改后重新提交。"
    elif row.state == State.FAILED and (day := row.round.suspend_from):
        since = max(day, timezone.localdate(now))
        follows = f"自 {since} 起暂停抽取，已接受的评审邀请不受影响。"
    words = {
        "结果": str(State(row.state).label),
        "意见": f"意见：{'；'.join(why)}。" if why else "",
        "后续": follows,
    }
    # By the moment: it may be returned to him several times.
    tell(DECIDED, [row], key=f"{now:%Y%m%d%H%M%S}", now=now, words=lambda _: words)
