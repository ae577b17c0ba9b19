"""待我审批: what waits for somebody, of all subjects at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.home import MOST_TODOS, Source, Todo
from expertpool.workflow.models import Approval, FlowStep
from expertpool.workflow.queries.approvals import RUNNING
from expertpool.workflow.queries.deciders import givers_of, may_decide, parts_of
from expertpool.workflow.registry import FLOW_SUBJECTS, FlowSubject


def codes_to_decide() -> tuple[str, ...]:
    """The permissions by which somebody decides anything."""
    return tuple({one.permission: None for one in FLOW_SUBJECTS})


def subjects_of(user: User) -> list[FlowSubject]:
    """Return what ``user`` may decide at all, and this app can find."""
    return [one for one in FLOW_SUBJECTS if one.decidable and user.has_permission(one.permission)]


def approvals_waiting_for(user: User, subjects: Iterable[FlowSubject]) -> QuerySet[Approval]:
    """Return what of ``subjects`` waits for ``user`` to decide now."""
    waiting = Q(pk__in=[])
    for one in subjects:
        assert one.decidable  # noqa: S101 - see `subjects_of`
        rows = one.decidable(user).order_by().values("pk")
        waiting |= Q(may_decide(user, one.code), subject_type=one.code, subject_id__in=rows)
    return Approval.objects.filter(RUNNING, waiting).select_related("step")


@dataclass(frozen=True)
class WaitingLine:
    """Something that waits, as a list shows it; ``for_whom`` where it is another's part."""

    approval: Approval
    step: FlowStep
    subject: FlowSubject
    name: str
    page: str
    for_whom: str
    is_late: bool

    @property
    def may_send_back(self) -> bool:
        """Whether this app sends it back, with reasons by field."""
        return self.subject.send_back is not None

    @property
    def last_day(self) -> datetime | None:
        """A moment of the last day of its term."""
        due = self.approval.due_at
        return due - timedelta(minutes=1) if due else None


def lines_of(approvals: Iterable[Approval], user: User, *, now: datetime) -> list[WaitingLine]:
    """Return the lines of a page, by as many statements as it has subjects."""
    found = list(approvals)
    ids: dict[str, list[int]] = defaultdict(list)
    for one in found:
        ids[one.subject_type].append(one.subject_id)
    rows: dict[tuple[str, int], Any] = {}
    for code, pks in ids.items():
        subject = FLOW_SUBJECTS[code]
        of_subject = subject.decidable(user) if subject.decidable else _all(code)
        rows |= {(code, row.pk): row for row in of_subject.filter(pk__in=pks)}
    givers = givers_of(user)
    own = _own(found, user) if givers else set()
    names = "、".join(giver.name for giver in givers)
    return [
        WaitingLine(
            approval=one,
            step=one.step,
            subject=(subject := FLOW_SUBJECTS[one.subject_type]),
            name=subject.name_of(row),
            page=subject.page(row) if subject.page else "",
            for_whom=names if givers and one.pk not in own else "",
            is_late=bool(one.due_at and one.due_at <= now),
        )
        for one in found
        if one.step and (row := rows.get((one.subject_type, one.subject_id)))
    ]


def todos_waiting(user: User, now: datetime) -> Iterator[Todo]:
    """What waits for ``user`` of those subjects whose app says nothing of it on the home page."""
    subjects = [one for one in subjects_of(user) if not one.own_todo]
    if not subjects:
        return
    rows = approvals_waiting_for(user, subjects).order_by("due_at", "started_at")[:MOST_TODOS]
    for line in lines_of(rows, user, now=now):
        day = f"，期限 {timezone.localdate(line.last_day):%m-%d}" if line.last_day else ""
        yield Todo(
            f"审批{line.subject.label}：{line.name}",
            f"{line.step}{day}{'，已超期' if line.is_late else ''}",
            line.page or reverse("workflow:approval_list"),
            "rubber-stamp",
            "red" if line.is_late else "amber",
            "审批",
        )


def _running() -> QuerySet[Approval]:
    """What runs of those subjects, whoever decides it."""
    codes = [one.code for one in FLOW_SUBJECTS if one.decidable and not one.own_todo]
    return Approval.objects.filter(RUNNING, subject_type__in=codes)


TODO = Source("approvals", codes_to_decide, 60, todos_waiting, _running)


def _all(code: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = apps.get_model(code)._default_manager.all()
    return rows


def _own(approvals: Iterable[Approval], user: User) -> set[int]:
    """The ids of those that are ``user``'s own part."""
    pks = [one.pk for one in approvals]
    return set(Approval.objects.filter(parts_of(user), pk__in=pks).values_list("pk", flat=True))
