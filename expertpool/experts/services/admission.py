"""How somebody is taken into the pool who was entered by hand, by a table or by another platform: step by step as the
office's flow says, as it is with who applies himself (docs/decisions/0224)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.accounts.queries import users_with_permission
from expertpool.audit.services import record
from expertpool.core.text import moment_text
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
    makers_of,
    unbegun,
)
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.services.profile import RecordOrigin, create_expert
from expertpool.experts.services.status import approve_expert
from expertpool.experts.services.telling import tell_admitted
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.services.sending import Recipient, send_message
from expertpool.workflow.enums import Verdict
from expertpool.workflow.exceptions import DecisionRefused
from expertpool.workflow.models import Approval
from expertpool.workflow.queries.approvals import course_of, handed_in, reasons_in_words, running
from expertpool.workflow.queries.second_person import why_not_second
from expertpool.workflow.services.approvals import decide, start_approval, start_approvals

CHANGED = "您打开页面之后，{}的档案修改过，没有审核；请刷新页面，看过现在的内容再审核。"
SENT_BACK = "{}已被退回，修改后请先点「重新提交」。"
AT_ONCE = 500  # so many are begun in one transaction


@transaction.atomic
def enter_expert(
    *,
    values: dict[str, Any],
    specialties: Iterable[Specialty] = (),
    source: str = ExpertSource.MANUAL,
    knowing: str | None = None,
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
    (`why_not_second`), and whose part the step is not.
    """
    row, approval = _waiting(expert, "审核通过", now)
    if seen is not None and seen != approval.pk:
        raise ExpertRefused(CHANGED.format(row.name))
    firsts = makers_of(row)
    if actor.pk in firsts:
        raise ExpertRefused(f"{row.name}是您录入、导入或修改的，须由其他有权限的人员审核入库。")
    if why := why_not_second(actor, firsts, asked_at=approval.started_at, now=now):
        raise ExpertRefused(why)
    verdict = _decide(row, agree=True, note=note, actor=actor, now=now)
    if verdict is Verdict.APPROVED:
        approve_expert(expert=row, note=note.strip()[:500], actor=actor, now=now)
        tell_admitted(row, note=note, now=now)
    return verdict


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
    if not note.strip():
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
    some = [*rows.defer("search_tokens").order_by("pk")[:AT_ONCE]]
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
        starts = [ExpertStatus(one).label for one in STATUS_MOVES["expert.approve"].starts]
        raise StatusNotAllowed(row.name, row.get_status_display(), verb, starts)
    return row


def _waiting(expert: Expert, verb: str, now: datetime) -> tuple[Expert, Approval]:
    row = _locked(expert, verb)
    approval = running(EXPERT.code).filter(subject_id=row.pk).first()
    if approval is None:
        if handed_in(EXPERT.code).filter(subject_id=row.pk).exists():
            raise ExpertRefused(SENT_BACK.format(row.name))
        approval = start_approval(subject=row, now=now, quietly=True)
    return row, approval


def _decide(
    row: Expert, *, agree: bool, note: str, actor: User, now: datetime, **also: Any
) -> Verdict:
    try:
        verdict = decide(subject=row, agree=agree, note=note, actor=actor, now=now, **also)
    except DecisionRefused as error:
        raise ExpertRefused(f"{row.name}：{error}") from error
    if verdict is not Verdict.APPROVED:
        course = course_of(row, now=now)
        at = course.names[course.current] if course and verdict is not Verdict.REJECTED else ""
        result = "已退回修改" if verdict is Verdict.REJECTED else verdict.label
        after = {"结果": result} | ({"当前步骤": at} if at else {})
        note = note.strip()[:500]
        record("expert.admission", actor=actor, now=now, subject=row, after=after, note=note)
    return verdict


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
