"""Actions on the ticked rows of a list, each declared once: `BulkAction`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget, trigger_client_event

from expertpool.core.bulk import (
    ACTIONS,
    OUT_OF_REACH,
    Asked,
    BulkResult,
    Refusals,
    as_result,
    for_each,
    note_seen,
    own_runs,
    start_run,
    stop_run,
    undo_run,
    way_back,
)
from expertpool.core.fields import is_vouched
from expertpool.core.jobs import jobs_before
from expertpool.core.models import BulkRun
from expertpool.core.models.bulk import BulkState
from expertpool.core.permissions import View, requires
from expertpool.core.responses import MOST_UNDONE, Undo, refused, saved
from expertpool.core.text import SAY_MORE, is_reason

# More than these are worked off by a job: a request that takes longer than a minute is broken off.
MOST_AT_ONCE = 100


@dataclass(frozen=True)
class BulkAction:
    """What is done with each ticked row by one service.

    ``picked`` are the rows that are ticked or shown (`picked_rows`), ``reach`` those that this user may
    change so, ``meant`` those of a whole list that the action is for. The service ``change`` gets the
    row as ``subject`` (``expert``), actor, now, and what ``arguments`` takes from the request.
    ``undo`` names the bulk view that takes it back, ``undone_by`` its code as a background action. ``first`` may answer with what has to be seen before
    (None where there is nothing), ``then`` does what was asked for along with it, for the rows by their
    keys, and says what came of it. ``background``: a code under which more than MOST_AT_ONCE rows are worked off by a job
    (`core.bulk`); ``arguments``, ``reach`` and ``then`` then get the user and what was posted, and no more of the request.
    ``all_at_once``: a service that takes the rows together, as ``experts``, and says what came of each by its key
    (`as_result`): by few statements, where there are thousands.
    """

    permission: str
    verb: str
    noun: str  # with its measure word: "位专家"
    subject: str
    change: Callable[..., object]
    picked: Callable[[Any], QuerySet[Any]]
    reach: Callable[[Any], QuerySet[Any]]
    refusals: Refusals
    arguments: Callable[[Any], dict[str, Any]] = field(default=lambda request: {})
    meant: Q | Callable[[], Q] = field(
        default_factory=Q
    )  # asked each time, where it depends on more than the row
    undo: str = ""
    first: Callable[[Any, list[Any]], HttpResponse | None] = field(
        default=lambda request, rows: None
    )
    then: Callable[[Any, list[Any]], str] = field(default=lambda request, keys: "")
    background: str = ""
    undone_by: str = ""
    all_at_once: Callable[..., Mapping[Any, object]] | None = None

    @property
    def is_of_sets(self) -> bool:
        return self.all_at_once is not None

    def do(self, rows: list[Any], asked: Asked, now: datetime) -> BulkResult:
        """Change ``rows`` as ``asked`` says."""
        also = {"actor": asked.user, "now": now} | self.arguments(asked)
        if self.all_at_once is not None:
            return as_result(rows, self.all_at_once(**{f"{self.subject}s": rows}, **also))
        return for_each(
            rows, lambda row: self.change(**{self.subject: row}, **also), refusals=self.refusals
        )


def bulk_view(action: BulkAction) -> View:
    """Return the view: 409 when no row is meant, too many or others than were seen, otherwise see
    `tell`; of many rows it leads to the page of their run."""
    if action.background:
        ACTIONS[action.background] = action

    @require_POST
    @requires(action.permission)
    def view(request: HttpRequest) -> HttpResponse:
        picked = action.picked(request)
        unmeant = 0
        meant = action.meant() if callable(action.meant) else action.meant
        if request.POST.get("all") == "1" and meant:
            # Of the whole list: rows in other states would each be told as refused.
            unmeant = picked.exclude(meant).count()
            picked = picked.filter(meant)
        within = picked.filter(pk__in=action.reach(request).values("pk"))
        rows = list(within.order_by("pk"))
        beyond = list(picked.exclude(pk__in=[row.pk for row in rows]).order_by("pk"))
        if not rows:
            return refused(f"所选{action.noun[1:]}{OUT_OF_REACH}，请刷新列表后重新选择。")
        if (answer := action.first(request, rows)) is not None:
            return answer
        now, asked = timezone.now(), cast("Asked", request)
        if action.background and len(rows) > MOST_AT_ONCE:
            # Each row would be refused for it: that needs no run.
            given = action.arguments(asked)
            if "reason" in given and not is_reason(given["reason"]):
                return refused(f"请填写原因{SAY_MORE}。")
            run = start_run(
                action=action.background,
                title=f"{action.verb} {len(rows) + len(beyond)} {action.noun}",
                keys=[row.pk for row in (*rows, *beyond)],
                asked=asked,
                back=_page_of(request),
                now=now,
            )
            return HttpResponseClientRedirect(reverse("core:bulk_run", args=[run.pk]))
        result = action.do(rows, asked, now)
        result.refused.extend((str(row), f"{OUT_OF_REACH}。") for row in beyond)
        said = action.then(request, result.keys) if result.keys else ""
        return _told(action, request, result, unmeant, said)

    return view


def _page_of(request: HttpRequest) -> str:
    """Return the page on which htmx asked, without its host; none where its header is no address."""
    try:
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:
        return ""
    return urlunsplit(("", "", page.path, page.query, ""))


@require_safe
def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a run of one's own is, and what came of it; htmx asks every second for the component alone."""
    run = _own(request, pk)
    note_seen(run=run)
    template = "core/bulk_run.html"
    htmx = getattr(request, "htmx", False)
    before = 0
    if run.state == BulkState.QUEUED:
        before = jobs_before("core.run_bulk", now=timezone.now(), run_id=run.pk)
    context = {"run": run, "may_undo": bool(way_back(run)), "before": before}
    return render(request, f"{template}#job" if htmx else template, context)


@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """End a run of one's own after the rows that are being done."""
    run = _own(request, pk)
    if not stop_run(run=run):
        messages.info(request, "已经办完，没有可停止的。")
    return redirect("core:bulk_run", run.pk)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what a run of one's own has done, by a run as well."""
    run = _own(request, pk)
    back = undo_run(run=run, now=timezone.now())
    if back is None:
        messages.error(request, "这项操作不能在此撤销，请在列表中选择后办理。")
        return redirect("core:bulk_run", run.pk)
    return redirect("core:bulk_run", back.pk)


def _own(request: HttpRequest, pk: int) -> BulkRun:
    run = get_object_or_404(own_runs(request.user, now=timezone.now()), pk=pk)
    if not is_vouched(run):  # its words are nobody's
        raise Http404
    return run


def _told(
    action: BulkAction, request: HttpRequest, result: BulkResult, unmeant: int, said: str
) -> HttpResponse:
    also = f"其余 {unmeant} {action.noun}现在不需要{action.verb}，没有处理。" if unmeant else ""
    also += f"{said.removeprefix('；')}。" if said else ""
    undo = Undo(reverse(action.undo), result.keys) if action.undo else None
    return tell(request, result, action.verb, noun=action.noun, also=also, undo=undo)


def tell(
    request: HttpRequest,
    result: BulkResult,
    verb: str,
    *,
    noun: str,
    refresh: str = "list",
    also: str = "",
    undo: Undo | None = None,
) -> HttpResponse:
    """Say that all went well (and ``also``), or open a drawer that tells each refusal."""
    if undo is not None and len(undo.keys) > MOST_UNDONE:
        undo, also = None, f"{also}一次超过 {MOST_UNDONE} {noun}的不能在此撤销。"
    done = f"已{verb} {len(result.done)} {noun}。{also}"
    if not result.refused:
        return saved(done, refresh=refresh, undo=undo)
    context = {"title": f"{verb}结果", "done": done, "result": result, "noun": noun, "undo": undo}
    response = render(request, "core/bulk_result.html", context)
    response = reswap(retarget(response, "#drawer"), "innerHTML")
    return trigger_client_event(response, f"{refresh}:refresh", after="settle")
