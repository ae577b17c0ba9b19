"""How far a run is, and its PDF."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.certificates.models import CertificateRun
from expertpool.certificates.services.runs import lacking_in_run, own_runs
from expertpool.core.fields import is_vouched
from expertpool.core.permissions import requires
from expertpool.core.responses import file_answer
from expertpool.core.waiting import FileGone


@require_safe
@requires("certificates.issue")
def run(request: UserRequest, pk: int) -> HttpResponse:
    """The page; htmx asks every second for the component alone."""
    template = "certificates/run.html"
    htmx = getattr(request, "htmx", False)
    shown = f"{template}#job" if htmx else template
    row = _own(request, pk)
    context = {"run": row, "lacking": lacking_in_run(row) if row.is_over else []}
    return render(request, shown, context)


@require_safe
@requires("certificates.issue")
def file(request: UserRequest, pk: int) -> HttpResponseBase:
    row = _own(request, pk)
    try:
        return file_answer(row.file.read(), name=row.file_name)
    except FileGone:
        raise Http404 from None


def _own(request: UserRequest, pk: int) -> CertificateRun:
    row = get_object_or_404(own_runs(request.user, now=timezone.now()), pk=pk)
    if not is_vouched(row):
        raise Http404
    return row
