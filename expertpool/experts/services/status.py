"""The status of an expert: one door for every change, and what clerks do with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.experts.enums import STATUS_TRANSITIONS, ExpertStatus
from expertpool.experts.exceptions import ExpertRefused, StatusNotAllowed
from expertpool.experts.models import Expert


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

    ``also`` are fields that change together with the status. Refuses a change that
    STATUS_TRANSITIONS does not allow from the status he has now (StatusNotAllowed).
    """
    before = ExpertStatus(expert.status)
    after = ExpertStatus(to)
    allowed = after in STATUS_TRANSITIONS[before]
    values = also | {"status": after, "updated_at": now}
    rows = Expert.objects.filter(pk=expert.pk, status=before)
    if not allowed or not rows.update(**values):
        now_is = Expert.objects.only("status").get(pk=expert.pk).get_status_display()
        raise StatusNotAllowed(expert.name, now_is, after.label)
    for name, value in values.items():
        setattr(expert, name, value)
    record(
        action,
        actor=actor,
        now=now,
        subject=expert,
        before={"状态": before.label},
        after={"状态": after.label},
        note=reason,
    )
    return expert


@transaction.atomic
def approve_expert(*, expert: Expert, actor: User | None, now: datetime) -> Expert:
    """Take a pending expert into the pool."""
    return set_status(
        expert=expert, to=ExpertStatus.FORMAL, action="expert.approve", actor=actor, now=now
    )


@transaction.atomic
def freeze_expert(*, expert: Expert, reason: str, actor: User | None, now: datetime) -> Expert:
    """Suspend an expert: he is not drawn until he is unfrozen. Needs a reason."""
    if not reason.strip():
        raise ExpertRefused("请填写冻结原因。")
    return set_status(
        expert=expert,
        to=ExpertStatus.FROZEN,
        action="expert.freeze",
        actor=actor,
        now=now,
        reason=reason.strip(),
    )


@transaction.atomic
def unfreeze_expert(*, expert: Expert, actor: User | None, now: datetime) -> Expert:
    """End the suspension of a frozen expert."""
    if expert.status != ExpertStatus.FROZEN:
        raise StatusNotAllowed(expert.name, expert.get_status_display(), "在库")
    return set_status(
        expert=expert, to=ExpertStatus.FORMAL, action="expert.unfreeze", actor=actor, now=now
    )


@dataclass
class BulkOutcome:
    """What came of a change of many experts: how many were done, and why each other was not."""

    done: int = 0
    refused: list[str] = field(default_factory=list)

    def sentence(self, verb: str) -> str:
        """Return 已冻结 3 位；2 位未处理：…"""
        text = f"已{verb} {self.done} 位专家。"
        if not self.refused:
            return text
        shown = "".join(self.refused[:3])
        more = " 等" if len(self.refused) > 3 else ""
        return f"{text}{len(self.refused)} 位未处理：{shown}{more}"


@transaction.atomic
def for_each_expert(
    experts: Iterable[Expert], change: Callable[..., object], **arguments: Any
) -> BulkOutcome:
    """Call the service ``change`` for each of ``experts``; who is refused is skipped and told."""
    outcome = BulkOutcome()
    for expert in experts:
        try:
            with transaction.atomic():
                change(expert=expert, **arguments)
            outcome.done += 1
        except ExpertRefused as refusal:
            outcome.refused.append(str(refusal))
    return outcome
