"""What the draws of a project have to avoid: units, persons, periods."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import in_words, record
from expertpool.core.text import if_seen
from expertpool.core.validators import validate_uscc
from expertpool.directory.models import Unit
from expertpool.directory.queries import Named, units_matching_each
from expertpool.projects.enums import AvoidanceSubject
from expertpool.projects.exceptions import ProjectNotEditable
from expertpool.projects.models import Avoidance, Project
from expertpool.projects.queries.persons import folded_number, why_not_number
from expertpool.projects.services.state import approval_kept, lock_project, note_editor

NOT_OPEN = "审核中、已抽取或已归档的项目不能改回避；审核中的请先撤回，已抽取的请用更换专家处理。"
APPROVED = "项目审核通过后可以新增回避，不能移除：移除后抽取的就不是审核过的。确需移除，请撤回项目，改后重新提交审核。"


@dataclass(frozen=True)
class AvoidanceData:
    """One avoidance as typed; which fields count depends on ``subject`` (see `Avoidance`)."""

    subject: str
    unit: Unit | None = None
    name: str = ""
    uscc: str = ""
    unit_name: str = ""
    expert_number: str = ""
    role: str = ""
    from_date: date | None = None
    to_date: date | None = None
    reason: str = ""


# The values that belong to each subject; all others are left empty.
FIELDS: dict[str, tuple[str, ...]] = {
    AvoidanceSubject.UNIT: ("unit", "name", "uscc"),
    AvoidanceSubject.PERSON: ("name", "unit_name", "expert_number", "role"),
    AvoidanceSubject.PERIOD: ("from_date", "to_date"),
}


@transaction.atomic
def add_avoidance(
    *, project: Project, data: AvoidanceData, actor: User, now: datetime
) -> Avoidance:
    """Add one avoidance; logs it. What was approved stays approved: it narrows. Refuses incomplete
    values, what keeps nobody away as far as ``actor`` may know, and what the project avoids already
    (ValidationError), and a project that is being decided, is drawn or archived, or was approved
    by ``actor`` (ProjectNotEditable)."""
    project = lock_project(project)
    if not project.is_open:
        raise ProjectNotEditable(NOT_OPEN)
    data = _as_read(data)
    _check(data)
    _check_number(data, actor)
    # What belongs to another subject was typed before he chose: it would speak of nobody.
    kept = {name: getattr(data, name) for name in FIELDS[data.subject]}
    avoidance = Avoidance(project=project, subject=data.subject, reason=data.reason, **kept)
    avoidance.full_clean()
    if project.avoidances.filter(subject=data.subject, **kept).exists() or _is_avoided_unit(
        avoidance
    ):
        raise ValidationError(f"本项目已有同样的回避（{avoidance.target}），不用再添加。")
    note_editor(project, actor)
    with approval_kept(project):
        avoidance.save()
    record("project.avoidance", actor=actor, now=now, subject=project, after=_in_words(avoidance))
    return avoidance


@transaction.atomic
def remove_avoidance(*, avoidance: Avoidance, actor: User, now: datetime) -> None:
    """Remove one avoidance; logs it. Refuses what `add_avoidance` refuses, and a project that was
    approved (ProjectNotEditable): who was kept away would be drawn, and nobody agreed to that."""
    project = lock_project(avoidance.project)
    if not project.is_open:
        raise ProjectNotEditable(NOT_OPEN)
    if not project.is_editable:
        raise ProjectNotEditable(APPROVED)
    note_editor(project, actor)
    # Before it is gone: the entry names it.
    record("project.avoidance", actor=actor, now=now, subject=project, before=_in_words(avoidance))
    avoidance.delete()


def _is_avoided_unit(avoidance: Avoidance) -> bool:
    """Tell whether the project avoids that unit already, which was chosen once and typed the other time."""
    if avoidance.subject != AvoidanceSubject.UNIT:
        return False
    rows = avoidance.project.avoidances.filter(subject=AvoidanceSubject.UNIT).select_related("unit")
    own, *others = [one.unit or Named(one.name, one.uscc) for one in (avoidance, *rows)]
    same, *found = units_matching_each([Named(one.name, one.uscc) for one in (own, *others)])
    return any(same and same == one for one in found)


def _in_words(avoidance: Avoidance) -> dict[str, Any]:
    return in_words(avoidance, "subject", *FIELDS[avoidance.subject], "reason")


def _as_read(data: AvoidanceData) -> AvoidanceData:
    """Return ``data`` as people read it: a name of which nobody sees anything is none."""
    return replace(
        data,
        name=if_seen(data.name),
        unit_name=if_seen(data.unit_name),
        expert_number=folded_number(data.expert_number),
    )


def _check_number(data: AvoidanceData, actor: User) -> None:
    """Refuse (ValidationError) a number that is nobody's, or of another than is named, as far as ``actor`` may know."""
    if data.subject != AvoidanceSubject.PERSON or not data.expert_number:
        return
    if why_not := why_not_number(data.expert_number, data.name, actor):
        raise ValidationError({"expert_number": why_not})


def _check(data: AvoidanceData) -> None:
    if data.subject == AvoidanceSubject.UNIT:
        if data.unit is None and not data.name:
            raise ValidationError({"unit": "请选择单位；单位库里没有的，请填写「单位名称」。"})
        if data.uscc:
            validate_uscc(data.uscc)
    elif data.subject == AvoidanceSubject.PERSON:
        if not data.name and not data.expert_number:
            raise ValidationError({"name": "请填写姓名或专家编号。"})
    elif data.from_date is None or data.to_date is None or data.to_date < data.from_date:
        raise ValidationError({"to_date": "请填写开始和结束日期，结束日期不早于开始日期。"})
