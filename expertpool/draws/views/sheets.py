"""The sheets of a draw to print and sign: built-in as PDF, and as a file in the customer's form."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import User, UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import file_answer
from expertpool.draws.enums import SheetKind
from expertpool.draws.exceptions import NamesSealed, SheetRefused
from expertpool.draws.models import Draw
from expertpool.draws.queries.draws import draws_visible_to
from expertpool.draws.queries.papers import template_for
from expertpool.draws.queries.waiting import waits_for_answers
from expertpool.draws.services.names import readable_from
from expertpool.draws.services.sheet_files import (
    sheet_pdf,
    sheet_xlsx,
    sign_in_pdf,
    sign_in_xlsx,
)
from expertpool.draws.services.sheet_values import SheetValues, draw_sheet_values, sign_in_values
from expertpool.draws.services.sheets import build_sheet
from expertpool.draws.services.sign_in import build_sign_in
from expertpool.papers.enums import TemplateForm
from expertpool.papers.models import PaperTemplate
from expertpool.papers.services import fill_paper

Made = tuple[str, str, bytes]  # title, form, content


@require_safe
@requires("draws.names")
def sheet(request: UserRequest, pk: int, sheet: SheetKind, as_pdf: bool) -> HttpResponseBase:
    """Send a sheet of a draw in the user's scope.

    A PDF opens in the browser, whence it is printed. The file is the customer's template for the
    kind of the project, filled, or the built-in Excel form. Before he may read the names the page
    says from when he may.
    """
    draws = draws_visible_to(request.user, "draws.names")
    draw = get_object_or_404(
        draws.select_related("project__department", "project__purchaser", "operator"), pk=pk
    )
    make = _draw_sheet if sheet == SheetKind.DRAW else _sign_in
    try:
        title, form, content = make(draw, request.user, as_pdf, timezone.now())
    except SheetRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("draws:detail", pk=pk)
    except NamesSealed:
        since, now = readable_from(draw, request.user), timezone.now()
        waits = since is not None and now >= since and waits_for_answers(draw, now=now)
        context = {"draw": draw, "since": since, "waits": waits}
        return render(request, "draws/sheet_sealed.html", context, status=409)
    return file_answer(content, name=f"{title} {draw.number}.{form}", inline=as_pdf)


def _draw_sheet(draw: Draw, user: User, as_pdf: bool, now: datetime) -> Made:
    template = None if as_pdf else template_for(draw, SheetKind.DRAW)
    purpose = f"打印抽取表（模板“{template.name}”）" if template else "打印抽取表"
    data = build_sheet(draw=draw, actor=user, now=now, purpose=purpose)
    if as_pdf:
        return data.title, "pdf", sheet_pdf(data, at=now)
    if template is None:
        return data.title, TemplateForm.XLSX, sheet_xlsx(data)
    return data.title, template.form, _fill(template, draw_sheet_values(draw, data), now)


def _sign_in(draw: Draw, user: User, as_pdf: bool, now: datetime) -> Made:
    template = None if as_pdf else template_for(draw, SheetKind.SIGN_IN)
    purpose = f"打印签到表（模板“{template.name}”）" if template else "打印签到表"
    data = build_sign_in(draw=draw, actor=user, now=now, purpose=purpose)
    if as_pdf:
        return data.title, "pdf", sign_in_pdf(data, at=now)
    if template is None:
        return data.title, TemplateForm.XLSX, sign_in_xlsx(data)
    return data.title, template.form, _fill(template, sign_in_values(draw, data), now)


def _fill(template: PaperTemplate, values: SheetValues, now: datetime) -> bytes:
    return fill_paper(template=template, values=values.fields, lines=values.lines, now=now)
