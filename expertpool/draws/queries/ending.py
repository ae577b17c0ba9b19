"""Which requests that wait for a second person end by a change: the services end them, and its page says so
before it is saved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from expertpool.core.text import moment_text
from expertpool.draws.models import (
    Draw,
    DrawPlan,
    DrawRequest,
    EmergencyRequest,
    Invitation,
    ReleaseRequest,
    WideningRequest,
)
from expertpool.draws.queries.plan_versions import version_of
from expertpool.draws.queries.requests import open_answers
from expertpool.workflow.models import TwoPersonRequest
from expertpool.workflow.queries.asking import OPEN, only_asked

# What asks for something by the plan as it stands, and by the times as they stand.
BY_PLAN: tuple[type[DrawRequest], ...] = (WideningRequest,)
BY_MOVE: tuple[type[DrawRequest], ...] = (ReleaseRequest, EmergencyRequest, WideningRequest)


def open_by_plan(plan: DrawPlan) -> Iterator[DrawRequest]:
    """Yield what a new version of ``plan`` ends."""
    for kind in BY_PLAN:
        rows = kind._default_manager.filter(OPEN, draw__project=plan.project_id)
        yield from rows.select_related("draw", "requested_by").order_by("requested_at")


def ended_by_plan(plan: DrawPlan | None) -> list[str]:
    """Return in words what a new version of ``plan`` ends: what was asked for by it, and its own approval."""
    if plan is None or plan.pk is None:
        return []
    standing = version_of(plan)
    found = [_words(one) for one in only_asked(open_by_plan(plan))]
    if standing is not None and standing.is_waiting and standing.submitted_at is not None:
        by, at = standing.submitted_by, moment_text(standing.submitted_at)
        found.append(f"方案第 {standing.number} 版的审核（{by} {at} 提交）")
    return found


def ended_by_move(draws: Sequence[Draw]) -> list[str]:
    """Return in words what ends when the panel of ``draws`` is moved; of the requests to record an answer how many:
    each is about a line."""
    found: list[str] = []
    for kind in BY_MOVE:
        rows = kind._default_manager.filter(OPEN, draw__in=draws)
        found += map(_words, only_asked(rows.select_related("draw", "requested_by")))
    lines = Invitation.objects.filter(draw__in=draws).values("pk")
    answers: Iterable[TwoPersonRequest] = open_answers().filter(invitation__in=lines)
    if count := len(only_asked(answers)):
        found.append(f"代登记申请 {count} 件")
    return found


def _words(asked: DrawRequest) -> str:
    what, at = asked._meta.verbose_name, moment_text(asked.requested_at)
    return f"{what}（{asked.draw.number}，{asked.requested_by} {at} 提出）"
