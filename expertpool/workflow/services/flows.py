"""Drawing up flows. Every change is a new version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from expertpool.accounts.models import Role, User
from expertpool.audit.services import record
from expertpool.core.criteria import AllOf, canonical, explain, parse
from expertpool.core.locks import lock_transaction
from expertpool.workflow.enums import OnRejection
from expertpool.workflow.exceptions import FlowRefused
from expertpool.workflow.models import FlowStep, FlowVersion
from expertpool.workflow.queries.approvals import latest_version
from expertpool.workflow.queries.steps import is_proven_version, proof_of_steps
from expertpool.workflow.registry import FLOW_SUBJECTS, FlowSubject

LOCK = "workflow.flow"
MOST_STEPS = 10
ALWAYS = canonical(AllOf())
FIRST_STEP = "审核"


@dataclass(frozen=True)
class StepData:
    """A step as it is drawn up; without ``role``, whoever may decide such subjects."""

    name: str
    role: Role | None = None
    condition: dict[str, Any] = field(default_factory=lambda: dict(ALWAYS))
    on_rejection: str = OnRejection.APPLICANT


@transaction.atomic
def save_flow(
    *, subject: str, steps: Sequence[StepData], actor: User, now: datetime
) -> FlowVersion:
    """Make ``steps`` the flow that new approvals of ``subject`` take; logs it.

    The same flow again stays the version that it is. Refuses (FlowRefused) no step or more than
    ten, one name twice, a role that may not decide, and a flow in which every step has a condition.
    """
    found = FLOW_SUBJECTS[subject]
    # Two who save at once would take the same number.
    lock_transaction(LOCK)
    latest = current_version(subject, now=now)
    wanted = [_normalised(step, subject) for step in steps]
    _check(found, wanted)
    # As words: the log keeps them, and a role may be renamed later.
    before, after = _in_words(_data_of(latest), subject), _in_words(wanted, subject)
    # Steps that somebody else has written are drawn up anew by saving them.
    if before == after and is_proven_version(latest):
        return latest
    version = _create(subject, latest.number + 1, wanted, actor=actor, now=now)
    record(
        "workflow.save",
        actor=actor,
        now=now,
        subject=version,
        before={"步骤": before},
        after={"步骤": after},
        note=f"{found.label}：第 {version.number} 版",
    )
    return version


def current_version(subject: str, *, now: datetime) -> FlowVersion:
    """Return the version that new approvals take; makes the first one, of a single step."""
    version = latest_version(subject)
    if version is None:
        # Then looked for again: two may hand in the first application of all at the same moment.
        lock_transaction(LOCK)
        version = latest_version(subject) or _create(
            subject, 1, [StepData(FIRST_STEP)], actor=None, now=now
        )
    return version


def _normalised(step: StepData, subject: str) -> StepData:
    return StepData(
        step.name.strip(),
        step.role,
        canonical(parse(subject, step.condition)),
        OnRejection(step.on_rejection),
    )


def _check(subject: FlowSubject, steps: list[StepData]) -> None:
    if not steps:
        raise FlowRefused("请至少设置一个审批步骤。")
    if len(steps) > MOST_STEPS:
        raise FlowRefused(f"最多 {MOST_STEPS} 个步骤，请合并。")
    names = [step.name for step in steps]
    if not all(names) or len(set(names)) < len(names):
        raise FlowRefused("请给每个步骤填写不同的名称。")
    for step in steps:
        if step.role and not step.role.permissions.filter(code=subject.permission).exists():
            raise FlowRefused(
                f"角色「{step.role}」没有审批{subject.label}的权限，请先在「角色权限」里给它，或换一个角色。"
            )
    if steps[0].on_rejection == OnRejection.PREVIOUS:
        raise FlowRefused("第一步之前没有步骤，不同意时只能退回申请人。")
    if all(step.condition != ALWAYS for step in steps):
        raise FlowRefused("每个步骤都有条件时，有的申请会没有人审批；请至少有一个步骤不设条件。")


def _create(
    subject: str, number: int, steps: Sequence[StepData], *, actor: User | None, now: datetime
) -> FlowVersion:
    version = FlowVersion(subject=subject, number=number, created_by=actor, created_at=now)
    rows = [
        FlowStep(
            version=version,
            order=order,
            name=step.name,
            role=step.role,
            condition=step.condition,
            on_rejection=step.on_rejection,
        )
        for order, step in enumerate(steps, 1)
    ]
    version.proof = proof_of_steps(version, rows)
    version.full_clean()
    version.save()
    FlowStep.objects.bulk_create(rows)
    return version


def _data_of(version: FlowVersion) -> list[StepData]:
    return [
        StepData(step.name, step.role, step.condition, step.on_rejection)
        for step in version.steps.select_related("role")
    ]


def _in_words(steps: Sequence[StepData], subject: str) -> list[str]:
    return [
        f"{step.name}（{step.role or '有权限的人'}；{explain(parse(subject, step.condition))}；"
        f"{OnRejection(step.on_rejection).label}）"
        for step in steps
    ]
