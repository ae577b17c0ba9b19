"""How somebody is taken into the pool who was entered by hand, by a table or by another platform: step by step as the
office's flow says, as it is with who applies himself (docs/decisions/0224)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.accounts.queries import users_with_permission
from expertpool.audit.services import MOST_NOTE, record, record_many
from expertpool.core.text import if_seen, moment_text, whole
from expertpool.directory.models import Specialty
from expertpool.experts.enums import STATUS_MOVES, ExpertSource, ExpertStatus
from expertpool.experts.exceptions import ExpertRefused, StatusNotAllowed
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from expertpool.experts.occasions import ADMISSIONS_WAITING, RETURNED
from expertpool.experts.queries.admission import (
    RIGHT,
    admissions_at_step_of,
    admits_at_once,
    firsts_of_each,
    unbegun,
    why_not_to_admit,
)
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.services.profile import RecordOrigin, create_expert
from expertpool.experts.services.status import approve_expert, approve_experts
from expertpool.experts.services.telling import tell_admitted
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.services.sending import Recipient, send_message
from expertpool.workflow.enums import Verdict
from expertpool.workflow.exceptions import DecisionRefused
from expertpool.workflow.models import Approval
from expertpool.workflow.queries.approvals import handed_in, reasons_in_words, running
from expertpool.workflow.queries.second_person import at_first_in_words
from expertpool.workflow.services.approvals import decide_all, start_approval, start_approvals

CHANGED = "您打开页面之后，{}的档案修改过，没有审核；请刷新页面，看过现在的内容再审核。"
OWN = "{}是您录入、导入或修改的，须由其他有权限的人员审核入库。"
SENT_BACK = "{}已被退回，修改后请先点「重新提交」。"
AT_ONCE = 500  # so many are begun in one transaction

Refused = dict[int, ExpertRefused]
Outcomes = dict[int, Verdict | ExpertRefused]


@transaction.atomic
def enter_expert(
    *,
    values: dict[str, Any],
    specialties: Iterable[Specialty] = (),
    source: str = ExpertSource.MANUAL,
    knowing: str | None = None,
    before_number: Callable[[], object] = lambda: None,
    actor: User,
    now: datetime,
) -> Expert:
    """Enter an expert as `create_expert` does, who waits to be admitted by the office's flow; where the office
    lets those enter members at once who decide its last step, and ``actor`` may admit him, he is one, and is told."""
    expert = create_expert(
        values=values,
        specialties=specialties,
        origin=RecordOrigin(source, ExpertStatus.PENDING),
        knowing=knowing,
        before_number=before_number,
        actor=actor,
        now=now,
    )
    # What another platform enters, nobody here has looked at.
    at_once = source == ExpertSource.MANUAL and admits_at_once(actor, expert.department_id, now=now)
    if at_once and experts_visible_to(actor, RIGHT).filter(pk=expert.pk).exists():
        expert = approve_expert(expert=expert, actor=actor, now=now)
        tell_admitted(expert, now=now)
        return expert
    start_approval(subject=expert, now=now)
    return expert


@transaction.atomic
def approve_admission(
    *, expert: Expert, actor: User, now: datetime, note: str = "", seen: int | None = None
) -> Verdict:
    """Agree to the step at which ``expert`` waits; logs it. With the last one he is a member, and is told.

    ``seen`` is the approval that ``actor`` has looked at: where the record was changed since, it is another. Refuses
    (ExpertRefused) who does not wait, whoever entered or changed the record, or need not be another person
    than he and who agreed before (`why_not_to_admit`), and whose part the step is not.
    """
    outcome = approve_admissions(experts=[expert], note=note, seen=seen, actor=actor, now=now)
    said = outcome[expert.pk]
    if isinstance(said, ExpertRefused):
        raise said
    return said


@transaction.atomic
def approve_admissions(
    *,
    experts: Iterable[Expert],
    actor: User,
    now: datetime,
    note: str = "",
    seen: int | None = None,
) -> Outcomes:
    """Agree to the steps at which ``experts`` wait, to each as `approve_admission` does, by as many statements as
    one takes; return by the key of each what came of it, or why he is refused. The record says where the account of
    ``actor`` is as new as the installation."""
    waiting, refused = _all_waiting([one.pk for one in experts], "审核通过", now)
    outcomes: Outcomes = {**refused}
    firsts_of = firsts_of_each([row for row, _ in waiting], actor)
    # Most were handed in by one person at once: he is asked about once.
    why_not = cache(lambda firsts, at: why_not_to_admit(actor, firsts, asked_at=at, now=now))
    at_first = cache(lambda at: at_first_in_words(actor, asked_at=at, now=now))
    rows: list[Expert] = []
    told: set[str] = set()
    for row, approval in waiting:
        firsts = firsts_of[row.pk]
        if seen is not None and seen != approval.pk:
            outcomes[row.pk] = ExpertRefused(CHANGED.format(row.name))
        elif actor.pk in firsts:
            outcomes[row.pk] = ExpertRefused(OWN.format(row.name))
        elif why := why_not(firsts, approval.started_at):
            outcomes[row.pk] = ExpertRefused(why)
        else:
            rows.append(row)
            told.add(at_first(approval.started_at))
    kept = whole("；".join(filter(None, (note.strip(), *sorted(told)))), MOST_NOTE, ExpertRefused)
    outcomes |= _decide_all(rows, agree=True, note=kept, actor=actor, now=now)
    admitted = [row for row in rows if outcomes[row.pk] is Verdict.APPROVED]
    approve_experts(experts=admitted, note=kept, actor=actor, now=now)
    tell_admitted(*admitted, note=note, now=now)
    return outcomes


@transaction.atomic
def return_admission(
    *,
    expert: Expert,
    note: str,
    fields: Mapping[str, str] | None = None,
    actor: User,
    now: datetime,
) -> Verdict:
    """Send ``expert`` back with a ``note`` and reasons by field: to whoever entered him, who is told, or to the step
    before, as the flow says; logs it. He waits, to be corrected and handed in again (`hand_in_again`).

    Refuses to say nothing, and what `approve_admission` refuses, but of who made the record.
    """
    note = whole(note, MOST_NOTE, ExpertRefused)
    if not if_seen(note):
        raise ExpertRefused("请填写退回原因，录入人据此修改。")
    row, approval = _waiting(expert, "退回", now)
    said = fields or {}
    verdict = _decide(row, agree=False, note=note, actor=actor, now=now, fields=said)
    if verdict is Verdict.REJECTED:
        reasons = reasons_in_words(EXPERT.code, said)
        _tell_maker(row, approval, "；".join(filter(None, (note.strip(), reasons))), actor, now)
    return verdict


@transaction.atomic
def hand_in_again(*, expert: Expert, actor: User, now: datetime) -> Expert:
    """Hand ``expert``, who was sent back, in again; logs it. His approval begins with the first step. Refuses who does
    not wait, and who is at a step already."""
    row = _locked(expert, "重新提交")
    if running(EXPERT.code).filter(subject_id=row.pk).exists():
        raise ExpertRefused(f"{row.name}正在审核中，不必重新提交。")
    start_approval(subject=row, now=now)
    record("expert.admission", actor=actor, now=now, subject=row, after={"结果": "已重新提交"})
    return row


def begin_admissions(*, now: datetime) -> int:
    """Begin the approvals of all who wait and have none yet, as an import leaves them; tell who decides how many
    there are, once. Return how many."""
    begun: list[int] = []
    while keys := _begin_some(now):
        begun += keys
    if begun:
        _tell_deciders(begun, now)
    return len(begun)


@transaction.atomic
def _begin_some(now: datetime) -> list[int]:
    rows = unbegun().select_for_update(of=("self",)).select_related("department")
    # Who waits for a row that another one begins finds it begun: the condition is asked anew of him alone.
    some = [*rows.order_by("pk")[:AT_ONCE]]
    done = set(
        handed_in(EXPERT.code)
        .filter(subject_id__in=[row.pk for row in some])
        .values_list("subject_id", flat=True)
    )
    new = [row for row in some if row.pk not in done]
    start_approvals(subjects=new, now=now)
    return [row.pk for row in new]


def reason_labels() -> Iterator[tuple[str, str]]:
    """Names and labels of what a return may give reasons for."""
    return ((one.code, one.label) for one in EXPERT.fields() if one.write)


def _locked(expert: Expert, verb: str) -> Expert:
    """Lock who waits: his row, then (in `decide`) his approval, as whoever changes him does."""
    row = Expert.objects.select_for_update(of=("self",)).get(pk=expert.pk)
    if row.status != ExpertStatus.PENDING:
        raise _does_not_wait(row, verb)
    return row


def _does_not_wait(row: Expert, verb: str) -> StatusNotAllowed:
    starts = [ExpertStatus(one).label for one in STATUS_MOVES["expert.approve"].starts]
    return StatusNotAllowed(row.name, row.get_status_display(), verb, starts)


def _waiting(expert: Expert, verb: str, now: datetime) -> tuple[Expert, Approval]:
    waiting, refused = _all_waiting([expert.pk], verb, now)
    if refused:
        raise refused[expert.pk]
    return waiting[0]


def _all_waiting(
    keys: list[int], verb: str, now: datetime
) -> tuple[list[tuple[Expert, Approval]], Refused]:
    """Lock those of ``keys`` who wait, in one order; return each with his approval, and why the others are refused."""
    locked = Expert.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    rows = [*locked.select_related("user", "department")]
    refused: Refused = {
        row.pk: _does_not_wait(row, verb) for row in rows if row.status != ExpertStatus.PENDING
    }
    waiting = [row for row in rows if row.pk not in refused]
    handed = {one.subject_id: one for one in running(EXPERT.code).filter(subject_id__in=keys)}
    ever = {*handed}
    if any(row.pk not in handed for row in waiting):
        ever |= {
            *handed_in(EXPERT.code).filter(subject_id__in=keys).values_list("subject_id", flat=True)
        }
    refused |= {
        row.pk: ExpertRefused(SENT_BACK.format(row.name))
        for row in waiting
        if row.pk not in handed and row.pk in ever
    }
    begun = start_approvals(subjects=[row for row in waiting if row.pk not in ever], now=now)
    handed |= {one.subject_id: one for one in begun}
    return [(row, handed[row.pk]) for row in waiting if row.pk not in refused], refused


def _decide(row: Expert, **decision: Any) -> Verdict:
    outcome = _decide_all([row], **decision)[row.pk]
    if isinstance(outcome, ExpertRefused):
        raise outcome
    return outcome


def _decide_all(
    rows: Sequence[Expert], *, agree: bool, note: str, actor: User, now: datetime, **also: Any
) -> Outcomes:
    """Decide on each of ``rows``; log what is not the end."""
    try:
        said = decide_all(subjects=rows, agree=agree, note=note, actor=actor, now=now, **also)
    except DecisionRefused as error:  # of all: what is said by field
        return {row.pk: ExpertRefused(f"{row.name}：{error}") for row in rows}
    outcomes: Outcomes = {}
    going_on: list[tuple[Expert, Verdict]] = []
    for row in rows:
        verdict = said[row.pk]
        if isinstance(verdict, DecisionRefused):
            outcomes[row.pk] = ExpertRefused(f"{row.name}：{verdict}")
            continue
        outcomes[row.pk] = verdict
        if verdict is not Verdict.APPROVED:
            going_on.append((row, verdict))
    if going_on:
        _log_steps(going_on, note, actor, now)
    return outcomes


def _log_steps(
    decided: Sequence[tuple[Expert, Verdict]], note: str, actor: User, now: datetime
) -> None:
    """Log what was decided of each, and at which step he stands now."""
    keys = [row.pk for row, _ in decided]
    standing = (
        running(EXPERT.code).filter(subject_id__in=keys).values_list("subject_id", "step__name")
    )
    at = dict(standing)
    said = []
    for row, verdict in decided:
        result = "已退回修改" if verdict is Verdict.REJECTED else verdict.label
        said.append(
            (row, None, {"结果": result} | ({"当前步骤": at[row.pk]} if row.pk in at else {}))
        )
    record_many("expert.admission", actor=actor, now=now, said=said, note=note.strip())


def _tell_maker(row: Expert, approval: Approval, why: str, actor: User, now: datetime) -> None:
    """Tell who entered ``row`` why he was sent back; nobody where it was no account."""
    maker = row.created_by
    if maker is None or not maker.is_active:
        return
    channels = [ChannelCode.SITE] + ([ChannelCode.EMAIL] if maker.email else [])
    send_message(
        occasion=RETURNED.code,
        recipient=Recipient(maker.username, maker.name, "", maker.email),
        channels=channels,
        context={
            "收件人": maker.name,
            "专家姓名": row.name,
            "专家编号": row.number,
            "审核人": actor.name,
            "原因": why,
            "时间": moment_text(now),
        },
        about=row,
        key=f"expert.returned:{approval.pk}",
        now=now,
    )


def _tell_deciders(keys: list[int], now: datetime) -> None:
    for user in users_with_permission(RIGHT).select_related("department"):
        count = admissions_at_step_of(user).filter(pk__in=keys).count()
        if count:
            send_message(
                occasion=ADMISSIONS_WAITING.code,
                recipient=Recipient(user.username, user.name),
                channels=[ChannelCode.SITE],
                context={"收件人": user.name, "人数": str(count)},
                about=user,
                key=f"expert.admissions:{user.pk}:{now:%Y%m%d%H%M%S%f}",
                now=now,
            )
