"""Actions on the ticked rows of a list, each declared once: `BulkAction`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget, trigger_client_event

from expertpool.core.bulk import BulkResult, Refusals, for_each
from expertpool.core.permissions import View, requires
from expertpool.core.responses import refused, saved

MOST = 5000  # rows of one action: a request that takes longer than a minute is broken off


@dataclass(frozen=True)
class BulkAction:
    """What is done with each ticked row by one service.

    ``rows`` are those that this user may change so, ``picked`` narrows them to what is ticked or
    shown. The service ``change`` gets the row as ``subject`` (``expert``), actor, now, and what
    ``arguments`` takes from the request.
    """

    permission: str
    verb: str
    noun: str  # with its measure word: "位专家"
    subject: str
    change: Callable[..., object]
    picked: Callable[[Any], QuerySet[Any]]
    refusals: Refusals
    arguments: Callable[[Any], dict[str, Any]] = field(default=lambda request: {})


def bulk_view(action: BulkAction) -> View:
    """Return the view: 409 when no row is meant or too many, otherwise see `tell`."""

    @require_POST
    @requires(action.permission)
    def view(request: HttpRequest) -> HttpResponse:
        rows = list(action.picked(request)[: MOST + 1])
        if not rows:
            noun = action.noun[1:]
            return refused(f"所选{noun}不在您的操作范围内，请刷新列表后重新选择。")
        if len(rows) > MOST:
            return refused(f"一次最多处理 {MOST} {action.noun}，请用筛选条件分批处理。")
        also = {"actor": request.user, "now": timezone.now()} | action.arguments(request)
        result = for_each(
            rows,
            lambda row: action.change(**{action.subject: row}, **also),
            refusals=action.refusals,
        )
        return tell(request, result, action.verb, noun=action.noun)

    return view


def tell(
    request: HttpRequest, result: BulkResult, verb: str, *, noun: str, refresh: str = "list"
) -> HttpResponse:
    """Say that all went well, or open a drawer that tells each refusal."""
    done = f"已{verb} {len(result.done)} {noun}"
    if not result.refused:
        return saved(f"{done}。", refresh=refresh)
    context = {"title": f"{verb}结果", "done": done, "result": result, "noun": noun}
    response = render(request, "core/bulk_result.html", context)
    response = reswap(retarget(response, "#drawer"), "innerHTML")
    return trigger_client_event(response, f"{refresh}:refresh", after="settle")
