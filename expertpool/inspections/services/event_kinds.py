"""What comes of inspections, as it is told to event rules: what the office decided, and that somebody is not
drawn any more, which lists show that day. What an expert hands in is told to nobody (docs/decisions/0185)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse

from expertpool.automation.registry import EventKind, Person
from expertpool.experts.services.contacts import recipient_of
from expertpool.inspections.enums import State
from expertpool.inspections.events import ExpertsSuspended, InspectionDecided
from expertpool.inspections.models import Inspection
from expertpool.inspections.queries.inspections import SUBJECT, inspections_visible_to

SAMPLES = {
    "专家姓名": "王建国",
    "专家编号": "E-000123",
    "年检": "2026 年度年检",
    "提交截止": "2026-12-31",
    "审核意见": "继续教育学时不足",
}


def _words(row: Inspection) -> dict[str, str]:
    return {
        "专家姓名": row.expert.name,
        "专家编号": row.expert.number,
        "年检": row.round.name,
        "提交截止": row.due_on.isoformat(),
        "审核意见": row.note,
    }


def _of(state: State) -> QuerySet[Inspection]:
    return Inspection.objects.filter(state=state).annotate(happened_at=F("decided_at"))


def _if(keys: Iterable[int], state: State) -> Iterator[int]:
    yield from Inspection.objects.filter(pk__in=keys, state=state).values_list("pk", flat=True)


def _decided(row: Inspection) -> str:
    return row.decided_at.isoformat() if row.decided_at else ""


_ALIKE: dict[str, Any] = {
    "subject": SUBJECT,
    "visible": inspections_visible_to,
    "page": lambda row: reverse("inspections:detail", args=[row.pk]),
    "name_of": lambda row: f"{row.expert.name}（{row.round.name}）",
    "words": _words,
    "samples": SAMPLES,
    "people": {"expert": Person("专家本人", lambda row: recipient_of(row.expert))},
    "parties": {"expert": lambda row: row.expert},
    "about": lambda row: row.expert,
    "order": 26,
}

PASSED = EventKind(
    code="inspections.passed",
    label="年检通过",
    sources={InspectionDecided: lambda event: _if([event.inspection_id], State.PASSED)},
    past=lambda: _of(State.PASSED),
    fact=_decided,
    **_ALIKE,
)

FAILED = EventKind(
    code="inspections.failed",
    label="年检未通过",
    note="退回修改的不算；允许重新提交后又未通过的，再触发一次。",
    sources={InspectionDecided: lambda event: _if([event.inspection_id], State.FAILED)},
    past=lambda: _of(State.FAILED),
    fact=_decided,
    **_ALIKE,
)

SUSPENDED = EventKind(
    code="inspections.suspended",
    label="逾期未年检，停止抽取",
    note="从停止抽取的当天早上起触发，每次年检对每位专家一次。",
    sources={ExpertsSuspended: lambda event: event.inspection_ids},
    past=lambda: (
        Inspection.objects.filter(suspended_at__isnull=False)
        .exclude(state=State.FAILED)
        .annotate(happened_at=F("suspended_at"))
    ),
    fact=lambda row: "suspended",
    **_ALIKE,
)

EVENTS = (PASSED, FAILED, SUSPENDED)
