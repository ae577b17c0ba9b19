"""The draw sheet to print and sign, as PDF and as Excel."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.draws.exceptions import NamesSealed
from expertpool.draws.queries.draws import draws_visible_to
from expertpool.draws.services.names import readable_from
from expertpool.draws.services.sheet_files import sheet_pdf, sheet_xlsx
from expertpool.draws.services.sheets import build_sheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@never_cache
@requires("draws.names")
def sheet(request: UserRequest, pk: int, kind: str) -> HttpResponse:
    """Send the sheet of a draw in the user's scope: a PDF opens in the browser, whence it is
    printed. Before he may read the names the page says from when he may."""
    draws = draws_visible_to(request.user, "draws.names")
    draw = get_object_or_404(
        draws.select_related("project__department", "project__purchaser", "operator"), pk=pk
    )
    now = timezone.now()
    try:
        data = build_sheet(draw=draw, actor=request.user, now=now)
    except NamesSealed:
        context = {"draw": draw, "since": readable_from(draw, request.user)}
        return render(request, "draws/sheet_sealed.html", context, status=409)
    if kind == "pdf":
        response = HttpResponse(sheet_pdf(data, at=now), content_type="application/pdf")
    else:
        response = HttpResponse(sheet_xlsx(data), content_type=XLSX)
    header = content_disposition_header(kind == "xlsx", f"{data.title} {draw.number}.{kind}")
    response["Content-Disposition"] = header or "inline"
    return response
