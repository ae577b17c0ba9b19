"""Drawing up flows. Every change is a new version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from expertpool.accounts.models import Department, Role, User
from expertpool.accounts.queries import users_with_permission
from expertpool.audit.services import record
from expertpool.core.criteria import AllOf, CriteriaError, canonical, explain, fields_named, parse
from expertpool.core.locks import lock_transaction
from expertpool.customforms.exceptions import FieldRetired
from expertpool.customforms.services.fields import keep_fields
from expertpool.workflow.enums import Agreement, OnRejection, Place, StepKind
from expertpool.workflow.exceptions import FlowRefused
from expertpool.workflow.models import FlowStep, FlowVersion
from expertpool.workflow.queries.approvals import latest_version
from expertpool.workflow.queries.steps import is_proven_version, proof_of_steps
from expertpool.workflow.registry import FLOW_SUBJECTS, FlowSubject

LOCK = "workflow.flow"
MOST_STEPS = 10
MOST_DAYS = 60  # working days of a step
MOST_PERSONS = 20
ALWAYS = canonical(AllOf())
FIRST_STEP = "审核"


@dataclass(frozen=True)
class StepData:
    """A step as it is drawn up; without ``role``, whoever may decide such subjects."""

    name: str
    role: Role | None = None
    condition: dict[str, Any] = field(default_factory=lambda: dict(ALWAYS))
    on_rejection: str = OnRejection.APPLICANT
    kind: str = StepKind.DECISION
    place: str = Place.ANY
    department: Department | None = None  # of NAMED
    agreement: str = Agreement.ANY
    persons: int | None = None  # of SOME
    days: int | None = None  # working days: the term, or how long a notice lasts
    return_to: int | None = None  # of OnRejection.STEP: its place, from 1


@transaction.atomic
def save_flow(
    *, subject: str, steps: Sequence[StepData], actor: User, now: datetime
) -> FlowVersion:
    """Make ``steps`` the flow that new approvals of ``subject`` take; logs it.

    The same flow again stays the version that it is. Refuses (FlowRefused) no step or more than
    ten, one name twice, a role that may not decide, more persons than there are (nobody decides two
    steps), a return to no earlier step, a notice of what is not for the public, that nobody decides
    after or, unless the office writes it, before, a flow in which every step has a condition, and a
    condition over a field that was just retired.
    """
    found = FLOW_SUBJECTS[subject]
    # Two who save at once would take the same number.
    lock_transaction(LOCK)
    latest = current_version(subject, now=now)
    wanted = [_normalised(step, subject) for step in steps]
    _check(found, wanted)
    _keep_asked(found, wanted)
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
    """Return ``step`` without what says nothing of such a step."""
    common: dict[str, Any] = {
        "name": step.name.strip(),
        "condition": canonical(parse(subject, step.condition)),
        "days": step.days,
    }
    if step.kind == StepKind.NOTICE:
        return StepData(kind=StepKind.NOTICE, **common)
    back, place = OnRejection(step.on_rejection), Place(step.place)
    agreement = Agreement(step.agreement)
    return StepData(
        **common,
        role=step.role,
        on_rejection=back,
        place=place,
        department=step.department if place == Place.NAMED else None,
        agreement=agreement,
        persons=step.persons if agreement == Agreement.SOME else None,
        return_to=step.return_to if back == OnRejection.STEP else None,
    )


def _keep_asked(subject: FlowSubject, steps: Sequence[StepData]) -> None:
    """Let nobody retire a field that ``steps`` ask until they are in force: nobody would fill it in any more, and the
    step be passed over."""
    try:
        asked = fields_named(parse(subject.code, step.condition) for step in steps)
        keep_fields(subject.asks or subject.code, asked)
    except (CriteriaError, FieldRetired) as gone:
        raise FlowRefused(str(gone)) from None


def _check(subject: FlowSubject, steps: list[StepData]) -> None:
    if not steps:
        raise FlowRefused("请至少设置一个审批步骤。")
    if len(steps) > MOST_STEPS:
        raise FlowRefused(f"最多 {MOST_STEPS} 个步骤，请合并。")
    names = [step.name for step in steps]
    if not all(names) or len(set(names)) < len(names):
        raise FlowRefused("请给每个步骤填写不同的名称。")
    for number, step in enumerate(steps, 1):
        if step.days is not None and not 1 <= step.days <= MOST_DAYS:
            raise FlowRefused(f"「{step.name}」的期限应为 1 至 {MOST_DAYS} 个工作日。")
        if step.kind == StepKind.NOTICE:
            _check_notice(subject, step, steps[: number - 1], steps[number:])
        else:
            _check_decision(subject, step, steps[: number - 1])
    decided = [step for step in steps if step.kind == StepKind.DECISION]
    if all(step.condition != ALWAYS for step in decided):
        raise FlowRefused(
            "每个审批步骤都有条件时，有的申请会没有人审批；请至少有一个步骤不设条件。"
        )
    _check_ends(subject, [step for step in decided if step.condition == ALWAYS])


def _check_decision(subject: FlowSubject, step: StepData, before: Sequence[StepData]) -> None:
    if step.role and not step.role.permissions.filter(code=subject.permission).exists():
        raise FlowRefused(
            f"角色「{step.role}」没有审批{subject.label}的权限，请先在「角色权限」里给它，或换一个角色。"
        )
    if step.place == Place.NAMED and (step.department is None or not step.department.active):
        raise FlowRefused(f"请为「{step.name}」选择一个启用的部门。")
    if step.agreement == Agreement.SOME:
        _check_persons(subject, step)
    if step.on_rejection == OnRejection.PREVIOUS and not before:
        raise FlowRefused("第一步之前没有步骤，不同意时只能退回申请人。")
    if step.on_rejection == OnRejection.STEP and not (
        step.return_to and 1 <= step.return_to <= len(before)
    ):
        raise FlowRefused(f"「{step.name}」只能退回它前面的步骤，请重新选择退回到第几步。")


def _check_persons(subject: FlowSubject, step: StepData) -> None:
    if not step.persons or not 2 <= step.persons <= MOST_PERSONS:
        raise FlowRefused(f"「{step.name}」须几人同意应为 2 至 {MOST_PERSONS} 人。")
    if (present := _deciders(subject, step).count()) < step.persons:
        raise FlowRefused(
            f"「{step.name}」须 {step.persons} 人同意，现在能审批的只有 {present} 人：请减少人数，或先增加审批人。"
        )


def _deciders(subject: FlowSubject, step: StepData) -> QuerySet[User]:
    """Return who may decide ``step`` of something, whichever department that belongs to."""
    users = users_with_permission(subject.permission)
    if step.role:
        users = users.filter(roles=step.role)
    if step.department:
        users = users.filter(department__path__startswith=step.department.path)
    if step.place == Place.SUBJECT:
        users = users.filter(department__isnull=False)
    return users


def _check_ends(subject: FlowSubject, steps: Sequence[StepData]) -> None:
    """Refuse ``steps``, through which everything goes, if there are not as many persons as it takes: nobody decides
    two of them. A step that is nobody's yet counts for none: its role is drawn up first, and given to people later."""
    parts = [step for step in steps for _ in range(step.persons or 1)]
    # As many as there are parts: so many are enough for any of them.
    pools = {
        step.name: list(_deciders(subject, step).values_list("pk", flat=True)[: len(parts)])
        for step in steps
    }
    taken: dict[int, StepData] = {}  # whose part a person has

    def place(step: StepData, seen: set[int]) -> bool:
        for person in pools[step.name]:
            if person in seen:
                continue
            seen.add(person)
            if person not in taken or place(taken[person], seen):
                taken[person] = step
                return True
        return False

    for step in parts:
        if pools[step.name] and not place(step, set()):
            raise FlowRefused(
                f"「{step.name}」没有另外的人能审批，申请会停在这一步：同一人不审批同一申请的两个步骤，"
                "现在能审批的人不够。请先增加审批人，或减少步骤。"
            )


def _check_notice(
    subject: FlowSubject, step: StepData, before: Sequence[StepData], later: Sequence[StepData]
) -> None:
    def decides_all(steps: Sequence[StepData]) -> bool:
        return any(one.kind == StepKind.DECISION and one.condition == ALWAYS for one in steps)

    if subject.public is None:
        raise FlowRefused(f"{subject.label}没有可以公开的内容，不能设公示步骤。")
    if step.days is None:
        raise FlowRefused(f"请填写「{step.name}」公示几个工作日。")
    if not subject.public_first and not decides_all(before):
        raise FlowRefused(
            f"请在「{step.name}」之前设一个不带条件的审批步骤：本人提交的{subject.label}由审批人看过，再公示。"
        )
    if not decides_all(later):
        raise FlowRefused(
            f"公示不作决定：请在「{step.name}」之后设一个不带条件的审批步骤，由审批人看过异议再决定。"
        )


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
            kind=step.kind,
            place=step.place,
            department=step.department,
            agreement=step.agreement,
            persons=step.persons,
            days=step.days,
            return_to=step.return_to,
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
        StepData(**{one.name: getattr(step, one.name) for one in dataclass_fields(StepData)})
        for step in version.steps.select_related("role", "department")
    ]


def in_words(version: FlowVersion, subject: str) -> list[str]:
    """Return each step of ``version`` as the log keeps it."""
    return [_step_in_words(step, [*version.steps.all()], subject) for step in version.steps.all()]


def _in_words(steps: Sequence[StepData], subject: str) -> list[str]:
    """Return each step as the log keeps it."""
    return [_step_in_words(step, steps, subject) for step in steps]


def _step_in_words(
    step: StepData | FlowStep, steps: Sequence[StepData | FlowStep], subject: str
) -> str:
    said = [explain(parse(subject, step.condition, stored=True))]
    if step.kind == StepKind.NOTICE:
        return f"{step.name}（公示 {step.days} 个工作日；{said[0]}）"
    who = str(step.role or "有权限的人")
    if step.place != Place.ANY:
        who += f"，{step.department or Place(step.place).label}"
    back = OnRejection(step.on_rejection).label
    if step.return_to:
        back = f"退回「{steps[step.return_to - 1].name}」"
    said = [who, *said, back]
    if step.agreement != Agreement.ANY:
        said.append(f"{step.persons} 人同意" if step.persons else Agreement(step.agreement).label)
    if step.days:
        said.append(f"{step.days} 个工作日内")
    return f"{step.name}（{'；'.join(said)}）"
