"""What one person asked for and another has not decided yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import TypeVar

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.core.prepared import Given, Prepared
from expertpool.draws.models import (
    AnswerRequest,
    Draw,
    DrawRequest,
    Invitation,
    ReleaseRequest,
    WideningRequest,
)
from expertpool.workflow.queries.asking import forged_requests, only_asked
from expertpool.workflow.queries.matters import Matter
from expertpool.workflow.queries.requests import WaitingRequest, waiting_about

Asked = TypeVar("Asked", bound=DrawRequest)


def open_request(kind: type[Asked], draw: Draw) -> Asked | None:
    """Return the request of ``kind`` that waits for a second person to decide about ``draw``."""
    return next(iter(only_asked(_undecided(kind).all(draw=draw.pk))), None)


@cache
def _undecided(kind: type[DrawRequest]) -> Prepared:
    rows = kind._default_manager.filter(draw=Given("draw"), decided_at__isnull=True)
    return Prepared(lambda: rows.select_related("draw__project", "requested_by"))


def forged_about() -> list[int]:
    """Return the draws (ids) about which a request stands as open that nobody asked for here."""
    rows = forged_requests()
    kinds = (DrawRequest, AnswerRequest)
    return sorted({row.draw.pk for row in rows if isinstance(row, kinds)})


def open_answers() -> QuerySet[AnswerRequest]:
    """Return the requests to record an answer by hand that nobody decided yet."""
    return AnswerRequest.objects.filter(decided_at__isnull=True)


def requests_about(
    draw: Draw, user: User, *, now: datetime, among: Iterable[Matter] | None = None
) -> list[WaitingRequest]:
    """Return what waits for a second person about ``draw`` and its invitations, for its page; ``among``
    the matters in which somebody asked about the draw itself, where they are known."""
    rows: list[Invitation] = _lines_asked_about.all(draw=draw.pk)
    for row in rows:
        row.draw = draw
    of_draw = waiting_about(draw, user, now=now, among=among)
    return of_draw + [one for row in rows for one in waiting_about(row, user, now=now)]


_lines_asked_about = Prepared(
    lambda: Invitation.objects.filter(
        draw=Given("draw"), pk__in=open_answers().values("invitation")
    ).order_by("line")
)


def answers_among(waiting: Iterable[WaitingRequest]) -> dict[int, AnswerRequest]:
    """Return those of ``waiting`` that ask for an answer to be recorded, by their invitation."""
    asked = (one.asked for one in waiting)
    return {one.invitation_id: one for one in asked if isinstance(one, AnswerRequest)}


def who_widened(draw: Draw) -> str:
    """Return the name of who agreed to the widened ``draw``, for readers inside: its record has only what
    he is. What was sealed before requests were kept has it in the rule."""
    asked = WideningRequest.objects.filter(draw=draw.widens_id, agreed=True)
    asked = asked.filter(decided_at=draw.sealed_at).select_related("decided_by")
    second = next((one.decided_by for one in asked), None)
    return second.name if second else draw.rule.supervisor or ""


def early_release(draw: Draw) -> ReleaseRequest | None:
    """Return the request by which the names of ``draw`` were opened before their time, as it stands since its
    last move: that sealed them anew."""
    asked = agreed_request(ReleaseRequest, draw)
    moved = draw.last_moved_at if asked else None
    return None if asked and moved and asked.decided_at and asked.decided_at < moved else asked


def agreed_request(kind: type[Asked], draw: Draw) -> Asked | None:
    """Return the request of ``kind`` about ``draw`` to which a second person agreed."""
    agreed: Asked | None = _agreed(kind).first(draw=draw.pk)
    return agreed


@cache
def _agreed(kind: type[DrawRequest]) -> Prepared:
    rows = kind._default_manager.filter(draw=Given("draw"), agreed=True)
    return Prepared(lambda: rows.select_related("requested_by", "decided_by"))
