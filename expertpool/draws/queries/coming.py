"""The coming seats of experts, for whoever takes them out of the pool: those whose names he may read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.draws.enums import INVALID, SEATED_STATES, ActionCode
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.actions import actions_for
from expertpool.draws.queries.meetings import next_opening, sits_during
from expertpool.draws.queries.reveal import is_released
from expertpool.draws.queries.sitting import slots_left
from expertpool.experts.queries.coming import ComingSeat, Period


def seats_to_come(
    rows: QuerySet[Invitation], during: Period | None, *, now: datetime
) -> list[Invitation]:
    """Return those of ``rows`` that are seats of reviews which are not over (and overlap ``during``), of draws
    whose names are public: nothing else is counted or told."""
    seated = rows.filter(state__in=SEATED_STATES).exclude(draw__status__in=INVALID)
    seated = seated.select_related("draw__project__batch", "expert")
    found = seated.prefetch_related("draw__projects").order_by("draw", "line")
    return [row for row in found if is_released(row.draw) and _is_coming(row, during, now)]


def coming_seats_for(
    user: User, rows: QuerySet[Invitation], during: Period | None, now: datetime
) -> list[ComingSeat]:
    """Return the same in words; ``rows`` are those that ``user`` may read."""
    may: dict[int, bool] = {}
    seats = []
    for row in seats_to_come(rows, during, now=now):
        draw, expert = row.draw, row.expert
        if expert is None:
            continue
        if draw.pk not in may:
            may[draw.pk] = actions_for(draw, user, now=now)[ActionCode.RECORD_REPLY].allowed
        seats.append(
            ComingSeat(
                key=str(row.pk),
                expert=f"{expert.name}（{expert.number}）",
                review=f"{draw.title} {draw.number}",
                url=reverse("draws:detail", args=[draw.pk]),
                at=next_opening(draw.covered, now=now),
                state=row.state_label,
                may_ask=may[draw.pk],
                then=_then(draw, may_ask=may[draw.pk]),
            )
        )
    return seats


def _then(draw: Draw, *, may_ask: bool) -> str:
    how = "由原次序的下一位递补" if draw.is_random else "由经办人另选专家"
    if may_ask:
        return f"勾选下面一项即提交申请，监督人确认后让出席位，{how}；不勾选的，须另行代登记"
    return f"由经办人{draw.operator.name}代登记、监督人确认后让出席位，{how}"


def _is_coming(seat: Invitation, during: Period | None, now: datetime) -> bool:
    slots = slots_left(seat, seat.draw.covered, now=now)
    return bool(slots) and (during is None or sits_during(slots, *during))


def expert_rows(experts: Collection[int], draws: QuerySet[Draw]) -> QuerySet[Invitation]:
    """Return the lines of ``experts`` in ``draws``, as far as their names are in clear."""
    return Invitation.objects.filter(expert__in=experts, draw__in=draws.values("pk"))
