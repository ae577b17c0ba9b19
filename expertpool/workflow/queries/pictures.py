"""A flow as a picture: a box for each step, with who, how many, until when, on what condition, and where a
return leads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from expertpool.core.criteria import AllOf, CriteriaError, explain, parse
from expertpool.workflow.enums import Agreement, Place, StepKind
from expertpool.workflow.models import FlowStep
from expertpool.workflow.queries.approvals import place_before


@dataclass(frozen=True)
class Box:
    """One step in words; ``back_to`` is the number of the box to which it sends back, 0 for the applicant,
    None for what decides nothing."""

    number: int
    name: str
    is_notice: bool
    condition: str
    fault: str
    who: str
    how_many: str
    term: str
    back: str
    back_to: int | None
    is_named: bool

    @property
    def icon(self) -> str:
        """Of who acts."""
        return "speakerphone" if self.is_notice else "user-check"


def boxes_of(steps: Iterable[FlowStep], subject: str) -> list[Box]:
    """Return the picture of ``steps`` in their order."""
    found = list(steps)
    return [_box(step, found, subject) for step in found]


def _box(step: FlowStep, steps: list[FlowStep], subject: str) -> Box:
    node = parse(subject, step.condition, stored=True)
    condition = "" if node == AllOf() else explain(node)
    common: dict[str, Any] = {
        "number": step.order,
        "name": step.name or "未命名的步骤",
        "condition": condition,
        "fault": _fault(step, subject),
        "is_named": bool(step.name),
    }
    if step.kind == StepKind.NOTICE:
        term = f"公示 {step.days} 个工作日" if step.days else "公示期未填"
        return Box(
            **common,
            is_notice=True,
            who="社会公众可以提出异议",
            how_many="",
            term=term,
            back="",
            back_to=None,
        )
    return Box(
        **common,
        is_notice=False,
        who=_who(step),
        how_many=_how_many(step),
        term=f"{step.days} 个工作日内，逾期提醒" if step.days else "",
        back=_back(step, steps),
        back_to=place_before(step),
    )


def _fault(step: FlowStep, subject: str) -> str:
    """Return what of the condition of ``step`` is gone, and what is done until it is mended (`approvals.applying`)."""
    try:
        parse(subject, step.condition)
    except CriteriaError as error:
        until = "不进行这一公示" if step.kind == StepKind.NOTICE else "所有申请都经过这一步"
        return f"{error}在改好之前，{until}。"
    return ""


def _who(step: FlowStep) -> str:
    who = str(step.role or "有审批权限的人")
    if step.place == Place.SUBJECT:
        return f"申请所属部门的{who}"
    if step.place == Place.NAMED:
        return f"{step.department or '指定部门'}的{who}"
    return who


def _how_many(step: FlowStep) -> str:
    if step.agreement == Agreement.SOME:
        return f"须 {step.persons or '?'} 人同意"
    return "全部同意" if step.agreement == Agreement.ALL else "任一人同意"


def _back(step: FlowStep, steps: list[FlowStep]) -> str:
    to = place_before(step)
    return f"退回「{steps[to - 1].name}」" if to else "退回申请人"
