"""Who is told of an approval that waits: all whose part its step is, and whoever stands in for one of them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import users_with_permission
from expertpool.core.jobs import defer
from expertpool.core.visibility import told
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.queries.channels import ways_outside
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages
from expertpool.workflow.enums import StepKind
from expertpool.workflow.models import Approval, FlowStep
from expertpool.workflow.occasions import DUE, STUCK, WAITING
from expertpool.workflow.queries.approvals import RUNNING
from expertpool.workflow.queries.deciders import (
    awaited,
    deciders_of,
    delegations_at,
    hands_over,
    nobodys,
)
from expertpool.workflow.queries.notices import objections_to
from expertpool.workflow.registry import FLOW_SUBJECTS
from expertpool.workflow.services.leading import row_of

logger = logging.getLogger(__name__)
SOON, OVER = 1, 2  # what was told of a term
BEFORE = timedelta(days=1)
MOST_STUCK = 3  # of one subject: what keeps one back keeps all like it back


@transaction.atomic
def tell_waiting(*, approval_id: int, moves: int, now: datetime) -> None:
    """Tell who decides that the approval waits for him since its move ``moves``; who manages flows, where
    there is nobody. Nothing once it went on; once, however often it is called. Of what nobody may be told yet, on the
    next day: that its expert is at his account would show (docs/decisions/0185)."""
    approval = Approval.objects.select_related("step__role", "department").get(pk=approval_id)
    step = approval.step
    if approval.moves != moves or step is None:
        return
    row = row_of(approval)
    if not told(type(row)._default_manager.filter(pk=row.pk)).exists():
        day = timezone.localdate(now) + timedelta(days=1)
        tomorrow = datetime.combine(day, time.min, timezone.get_current_timezone())
        defer("workflow.tell_waiting", at=tomorrow, approval_id=approval_id, moves=moves)
        return
    users = deciders_of(approval, step, row)
    if not users:
        managers = users_with_permission("workflow.manage")
        _tell(STUCK, approval, step, managers, {}, now=now)
        return
    objections = len(objections_to(approval.notices.all()))
    # By what it came here: the move before this one. Why it was said is read by who signs in, and not by mail.
    back = approval.decisions.filter(round=moves - 1, agreed=False).select_related("step").last()
    said = [
        f"「{back.step.name}」不同意，退回重新审批，意见见审批过程。" if back else "",
        f"请在 {approval.last_day} 前处理。" if approval.due_at else "",
        f"公示期间收到 {objections} 条异议，请一并核对。" if objections else "",
    ]
    everybody = _with_those_who_stand_in(users, now=now)
    _tell(WAITING, approval, step, everybody, {"说明": "".join(said)}, now=now)


def remind(*, now: datetime) -> int:
    """Tell whose decision is awaited that the term of a step is over, or ends within a day; each once. Nothing
    is decided by it. Return of how many approvals. One of which nobody can be told keeps no other, and is tried again."""
    near = Q(due_at__lte=now + BEFORE, reminded__lt=SOON) | Q(due_at__lte=now, reminded__lt=OVER)
    rows = Approval.objects.filter(RUNNING, near, step__kind=StepKind.DECISION)
    count = 0
    for pk in rows.values_list("pk", flat=True):
        try:
            count += _remind(pk, now=now)
        except Exception:
            logger.exception("nobody can be reminded of approval %s", pk)
    return count


@transaction.atomic
def _remind(approval_id: int, *, now: datetime) -> bool:
    # The row is held until the messages are written: two that run at once tell once.
    rows = Approval.objects.select_for_update(of=("self",)).filter(RUNNING, pk=approval_id)
    approval = rows.first()
    step = approval.step if approval else None
    if approval is None or step is None or approval.due_at is None:
        return False
    stage = OVER if approval.due_at <= now else SOON
    if approval.reminded >= stage:
        return False
    approval.reminded = stage
    approval.save(update_fields=["reminded"])
    subject = FLOW_SUBJECTS.get(approval.subject_type)
    if subject is None or not subject.decidable:
        return False
    users = _with_those_who_stand_in(awaited(approval, step, row_of(approval), now=now), now=now)
    day = approval.last_day
    said = f"已超过审批期限 {day}" if stage == OVER else f"审批期限 {day} 将到"
    # What is late is seen by who manages the flows, too; not what its app tells in its own time.
    seen = stage == OVER and subject.tells
    more = users_with_permission("workflow.manage") if seen else ()
    told = {user.pk: user for user in (*users, *more)}.values()
    _tell(DUE, approval, step, told, {"情况": said}, now=now, nth=stage)
    return True


def tell_stuck(*, now: datetime) -> int:
    """Tell who manages flows of what waits for a decision that somebody could give once, and nobody can any more: he left,
    or has another role; each once, of one subject the few that wait longest. Return of how many."""
    count = 0
    for subject in FLOW_SUBJECTS:
        for approval in nobodys(subject)[:MOST_STUCK] if subject.decidable else ():
            try:
                count += _tell_stuck(approval, now=now)
            except Exception:
                logger.exception("nobody can be told that approval %s is stuck", approval.pk)
    return count


@transaction.atomic
def _tell_stuck(approval: Approval, *, now: datetime) -> bool:
    row = row_of(approval)
    known = told(type(row)._default_manager.filter(pk=row.pk)).exists()
    if known and approval.step:
        _tell(STUCK, approval, approval.step, users_with_permission("workflow.manage"), {}, now=now)
    return known


def _with_those_who_stand_in(users: Iterable[User], *, now: datetime) -> list[User]:
    told = {user.pk: user for user in users}
    for one in delegations_at(now).filter(giver__in=list(told)).select_related("giver", "to"):
        if hands_over(one) and one.to.is_active:
            told.setdefault(one.to_id, one.to)
    return list(told.values())


def _tell(
    occasion: Occasion,
    approval: Approval,
    step: FlowStep,
    users: Iterable[User],
    more: Mapping[str, str],
    *,
    now: datetime,
    nth: int = 0,
) -> None:
    subject = FLOW_SUBJECTS[approval.subject_type]
    row = row_of(approval)
    common = {
        "审核事项": subject.label,
        "对象": subject.name_of(row),
        "步骤": step.name,
        "期限": str(approval.last_day or "无"),
        **more,
    }
    by_ways: dict[tuple[ChannelCode, ...], list[Envelope]] = {}
    for user in users:
        envelope = Envelope(
            recipient=Recipient(user.username, user.name, email=user.email),
            context={"收件人": user.name, **common},
            about=subject.about(row),
            key=f"{occasion.code}:{approval.pk}:{approval.moves}:{nth}:{user.pk}",
        )
        outside = ways_outside(occasion, phone="", email=user.email)
        by_ways.setdefault((ChannelCode.SITE, *outside), []).append(envelope)
    for channels, envelopes in by_ways.items():
        send_messages(occasion=occasion.code, envelopes=envelopes, channels=channels, now=now)
