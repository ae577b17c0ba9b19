"""How rounds and inspections are ordered, split into tabs, and coloured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db.models import Q

from expertpool.changes.registry import OwnData, OwnFile, OwnFiles
from expertpool.changes.services.own_files import attached_to
from expertpool.core.configuration import value_of
from expertpool.core.text import moment_text
from expertpool.core.views.listing import ListTab, Sort
from expertpool.experts.models import Expert
from expertpool.experts.queries.names import BY_NAME
from expertpool.experts.settings import TERM_ENDING_WITHIN
from expertpool.inspections.enums import TO_SUBMIT, TOO_LATE, RenewalState, RoundState, State
from expertpool.inspections.queries.inspections import inspections_of, own_word, shown_late
from expertpool.inspections.queries.renewals import renewals_of
from expertpool.inspections.queries.suspension import holding

SORTS: dict[str, str | tuple[str, ...]] = {
    "number": ("expert__number", "id"),
    "asked": ("shown_at", "id"),
    "due": ("due_on", "id"),
}
ROUND_SORTS: dict[str, str | tuple[str, ...]] = {"year": ("year", "id"), "due": ("due_date", "id")}
ROUND_TABS = (
    ListTab("", "全部"),
    ListTab("open", "进行中", Q(state__in=(RoundState.OPENING, RoundState.OPEN))),
    ListTab("draft", "未开启", Q(state=RoundState.DRAFT)),
    ListTab("closed", "已结束", Q(state=RoundState.CLOSED)),
)
ROUND_TONES: dict[str, str] = {
    RoundState.DRAFT: "grey",
    RoundState.OPENING: "amber",
    RoundState.OPEN: "green",
    RoundState.CLOSED: "grey",
}
_TONES: dict[str, str] = {
    str(State.WAITING.label): "blue",
    str(State.SUBMITTED.label): "amber",
    str(State.RETURNED.label): "orange",
    str(State.PASSED.label): "green",
    str(State.FAILED.label): "red",
    TOO_LATE: "red",
}


def tone_of(word: str) -> str:
    """Return the colour of where an inspection stands, in words."""
    return _TONES.get(word, "grey")


def tabs(today: date) -> tuple[ListTab, ...]:
    """Return the tabs of a round: by what is shown."""
    return (
        ListTab("", "全部"),
        ListTab("waits", "待审核", Q(shown=State.SUBMITTED)),
        ListTab("open", "待提交", Q(shown__in=TO_SUBMIT, due_on__gte=today)),
        ListTab("late", TOO_LATE, shown_late(today)),
        ListTab("passed", "通过", Q(shown=State.PASSED)),
        ListTab("failed", "不通过", Q(shown=State.FAILED)),
        ListTab("held", "暂停抽取中", holding(today)),
    )


def inspection_rows(expert: Expert, now: datetime) -> Iterable[tuple[str, ...]]:
    """Return the inspections of ``expert``, for his download of what is kept of him."""
    for one in inspections_of(expert):
        said = own_word(one, now.date()), one.note, one.readable_contents
        yield one.round.name, moment_text(one.asked_at), *said


def renewal_rows(expert: Expert, now: datetime) -> Iterable[tuple[str, ...]]:
    """Return what ``expert`` asked for, for his download."""
    for one in renewals_of(expert):
        said = str(one.get_state_display()), str(one.until or ""), one.note
        yield moment_text(one.asked_at), one.readable_reason, *said


OWN = (
    OwnData(
        "renewals",
        "续聘申请",
        91,
        ("申请时间", "说明", "结果", "续聘至", "意见"),
        renewal_rows,
        lambda one: renewals_of(one).count(),
    ),
    OwnData(
        "inspections",
        "年检",
        90,
        ("年检", "提交时间", "结果", "审核意见", "本年度情况"),
        inspection_rows,
        lambda one: inspections_of(one).count(),
    ),
)


def _materials(expert: Expert, now: datetime) -> Iterator[OwnFile]:
    for one in inspections_of(expert).order_by("pk"):
        yield from attached_to(one, one.round.name)


MATERIALS = OwnFiles("inspections", "年检", _materials)

TERM_SORTS: dict[str, Sort] = {
    "term": ("term_end_date", "id"),
    "number": "number",
    "name": BY_NAME,
}
RENEWAL_TONES: dict[str, str] = {
    RenewalState.WAITING: "amber",
    RenewalState.APPROVED: "green",
    RenewalState.REJECTED: "red",
    RenewalState.OVERTAKEN: "grey",
}


def term_tabs(today: date, asked: Q) -> tuple[ListTab, ...]:
    """Return the tabs of the terms; ``asked`` are those whose experts ask for more."""
    soon = today + value_of(TERM_ENDING_WITHIN)
    return (
        ListTab("", "即将届满", Q(term_end_date__range=(today, soon))),
        ListTab("over", "已届满", Q(term_end_date__lt=today)),
        ListTab("asked", "申请续聘", asked),
        ListTab("all", "全部"),
    )
