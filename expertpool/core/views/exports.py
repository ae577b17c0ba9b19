"""Exports: ask, wait, download, and the list of one's own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.core.bulk import own_runs
from expertpool.core.client import client_address
from expertpool.core.configuration import words_of
from expertpool.core.exporting.refusals import ExportRefused
from expertpool.core.exporting.registry import EXPORTS
from expertpool.core.exporting.runs import own_exports, start_export
from expertpool.core.mandates import vouched
from expertpool.core.menus import CLOSED, hidden_from
from expertpool.core.models import ExportRun
from expertpool.core.models.exports import ExportState
from expertpool.core.responses import file_answer
from expertpool.core.settings import EXPORT_KEPT
from expertpool.core.views.listing import page_size, render_list
from expertpool.core.waiting import FileGone

MOST_RUNS = 20  # of bulk actions, below the exports
BY_BUTTON = "没有导出：打开链接不会导出，请在列表页点「导出当前结果」。"


def start(request: HttpRequest, code: str) -> HttpResponseBase:
    """Export what a list shows: the file itself, or a page that waits for a long one.

    Asked for by the button of the list alone (POST): a link, wherever it stands, makes nobody's file, log entry and
    count.
    """
    exporter = EXPORTS.get(code)
    if exporter is None:
        raise Http404
    user: Any = request.user
    if not user.has_permission(exporter.permission):
        raise PermissionDenied
    if exporter.item in hidden_from(user):
        return render(request, "core/closed.html", {"said": CLOSED}, status=403)
    if request.method != "POST":
        messages.error(request, BY_BUTTON)
        return redirect("core:export_list")
    try:
        run = start_export(
            exporter=exporter,
            params=request.GET,
            actor=user,
            address=client_address(request),
            now=timezone.now(),
        )
    except ExportRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("core:export_list")
    return _file(run) if run.state == ExportState.DONE else redirect("core:export_run", run.pk)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """My exports."""
    rows = own_exports(request.user, now=timezone.now())
    page = Paginator(rows, page_size(request)).get_page(request.GET.get("page"))
    found = own_runs(request.user, now=timezone.now()).select_related("user")
    runs = vouched(found[:MOST_RUNS])
    context = {"page": page, "kept": words_of(EXPORT_KEPT), "runs": runs}
    return render_list(request, "core/export_list.html", context)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an export is; htmx asks every second for the component alone."""
    run = _own(request, pk)
    template = "core/export_detail.html"
    htmx = getattr(request, "htmx", False)
    return render(request, f"{template}#job" if htmx else template, {"run": run})


@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, for its maker, until it expires."""
    run = _own(request, pk)
    if run.state != ExportState.DONE:
        raise Http404
    return _file(run)


def _own(request: HttpRequest, pk: int) -> ExportRun:
    return get_object_or_404(own_exports(request.user, now=timezone.now()), pk=pk)


def _file(run: ExportRun) -> HttpResponseBase:
    try:
        return file_answer(run.file.read(), name=run.file_name)
    except FileGone:
        raise Http404 from None
