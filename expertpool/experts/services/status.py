"""The status of an expert: one door for every change, and what clerks do with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.users import end_access
from expertpool.audit.services import record_many
from expertpool.core.configuration import value_of
from expertpool.core.events import publish
from expertpool.experts.enums import NOT_SIGNED_IN, STATUS_MOVES, ExpertStatus
from expertpool.experts.events import ExpertApproved, ExpertLeft, StatusChanged
from expertpool.experts.exceptions import StatusNotAllowed
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import last_day
from expertpool.experts.services.reasons import required_reason
from expertpool.experts.services.telling import tell_status
from expertpool.experts.settings import TERM_YEARS
from expertpool.workflow.services.approvals import start_approval, withdraw_approvals

# Of these he is told here; of the blacklist with the way to appeal, of an application by what decides it.
TOLD = (
    *("expert.freeze", "expert.unfreeze", "expert.unblacklist"),
    *("expert.delete", "expert.restore"),
)


def set_status(
    *,
    expert: Expert,
    to: str,
    action: str,
    actor: User | None,
    now: datetime,
    reason: str = "",
    **also: Any,
) -> Expert:
    """Change the status of ``expert`` to ``to``, write ``action`` to the log, return him.

    ``also`` are fields that change together with the status. Refuses what STATUS_MOVES does not
    allow ``action`` from the status he has now (StatusNotAllowed). Whoever leaves the pool is
    signed out, his tokens end, and he cannot sign in until he is back. With PENDING his approval begins, and ends
    where he leaves it without one. He is told of what is TOLD, with the reason. Announces
    StatusChanged, ExpertLeft of who was a member, ExpertApproved of who is one now.
    """
    set_statuses(
        experts=[expert], to=to, action=action, actor=actor, now=now, reason=reason, **also
    )
    return expert


def set_statuses(
    *,
    experts: Sequence[Expert],
    to: str,
    action: str,
    actor: User | None,
    now: datetime,
    reason: str = "",
    **also: Any,
) -> None:
    """Change the status of ``experts``, who all stand alike, as `set_status` does, by as many statements as one
    takes; refuses all where one cannot be changed so."""
    before = ExpertStatus(experts[0].status)
    after = ExpertStatus(to)
    move = STATUS_MOVES[action]
    keys = [one.pk for one in experts]
    allowed = before in move.starts and after in move.ends
    values = also | {"status": after, "updated_at": now}
    # With the status that the caller saw, in one statement: of two changes at once one is refused.
    rows = Expert.objects.filter(pk__in=keys, status=before)
    if not allowed or rows.update(**values) != len(keys):
        raise _not_allowed(experts, after, action)
    for expert in experts:
        for name, value in values.items():
            setattr(expert, name, value)
        if after in NOT_SIGNED_IN and expert.user is not None:
            end_access(user=expert.user, actor=actor, now=now)
    was, is_now = {"状态": before.label}, {"状态": after.label} | _term_words(also)
    said = [(one, was, is_now) for one in experts]
    record_many(action, actor=actor, now=now, said=said, note=reason)
    if after is ExpertStatus.PENDING:
        for expert in experts:
            start_approval(subject=expert, now=now)
    elif before is ExpertStatus.PENDING:
        withdraw_approvals(subjects=experts, now=now)
    if action in TOLD:
        _tell(experts, action, before, after, reason, now)
    _announce(keys, action, before, after)


def _tell(
    experts: Sequence[Expert],
    action: str,
    before: ExpertStatus,
    after: ExpertStatus,
    reason: str,
    now: datetime,
) -> None:
    """Tell each; who was never a member and has no account was told nothing of his record, nor is he of its end."""
    for expert in experts:
        if ExpertStatus.PENDING not in (before, after) or expert.user is not None:
            tell_status(expert, action, before, reason=reason, now=now)


def _not_allowed(experts: Sequence[Expert], after: ExpertStatus, action: str) -> StatusNotAllowed:
    # Read anew: the refusal says where he stands, not where he was.
    keys = [one.pk for one in experts]
    stand = dict(Expert.objects.filter(pk__in=keys).values_list("pk", "status"))
    first = next((one for one in experts if stand[one.pk] != after), experts[0])
    move = STATUS_MOVES[action]
    starts = [one.label for one in ExpertStatus if one in move.starts]
    return StatusNotAllowed(first.name, ExpertStatus(stand[first.pk]).label, move.verb, starts)


def _announce(keys: list[int], action: str, before: ExpertStatus, after: ExpertStatus) -> None:
    publish(StatusChanged(tuple(keys), action, before.value, after.value))
    if before is ExpertStatus.FORMAL:
        for key in keys:
            publish(ExpertLeft(key))
    if after is ExpertStatus.FORMAL:
        publish(ExpertApproved(tuple(keys), back=before is not ExpertStatus.PENDING))


def _term_words(values: Mapping[str, Any]) -> dict[str, str]:
    end = values.get("term_end_date")
    return {"聘期": f"{values['term_start_date']} 至 {end}"} if end else {}


def first_term(day: date) -> dict[str, Any]:
    """Return the term of who is admitted on ``day``, as the fields of his record; none where the office sets
    none."""
    end = last_day(day, value_of(TERM_YEARS))
    return {"term_start_date": day, "term_end_date": end} if end else {}


@transaction.atomic
def approve_expert(*, expert: Expert, note: str = "", actor: User | None, now: datetime) -> Expert:
    """Take a pending expert into the pool: the end of the flow by which that was decided (`admission`, and of who
    applied himself, joining), and no door besides. Who has no term gets that of the office (`first_term`)."""
    approve_experts(experts=[expert], note=note, actor=actor, now=now)
    return expert


@transaction.atomic
def approve_experts(
    *, experts: Iterable[Expert], note: str = "", actor: User | None, now: datetime
) -> None:
    """Take pending experts into the pool, each as `approve_expert` does."""
    with_term: list[Expert] = []
    without: list[Expert] = []
    for expert in experts:
        has_term = expert.term_start_date or expert.term_end_date
        (with_term if has_term else without).append(expert)
    for some, term in ((with_term, {}), (without, first_term(timezone.localdate(now)))):
        if some:
            set_statuses(
                **term,
                experts=some,
                to=ExpertStatus.FORMAL,
                action="expert.approve",
                actor=actor,
                now=now,
                reason=note,
            )


@transaction.atomic
def freeze_expert(*, expert: Expert, reason: str, actor: User | None, now: datetime) -> Expert:
    """Suspend an expert: he is not drawn until he is unfrozen. Needs a reason, which he is told."""
    reason = required_reason(reason, called="冻结原因")
    return set_status(
        expert=expert,
        to=ExpertStatus.FROZEN,
        action="expert.freeze",
        actor=actor,
        now=now,
        reason=reason,
    )


@transaction.atomic
def unfreeze_expert(*, expert: Expert, reason: str, actor: User | None, now: datetime) -> Expert:
    """End the suspension of a frozen expert. Needs a reason, which he is told."""
    reason = required_reason(reason, called="解冻原因")
    return set_status(
        expert=expert,
        to=ExpertStatus.FORMAL,
        action="expert.unfreeze",
        actor=actor,
        now=now,
        reason=reason,
    )
