"""What reviews came to: the summary, each item step by step, figures, and files of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import User, UserRequest
from expertpool.core.filling import TemplateRefused
from expertpool.core.permissions import requires
from expertpool.core.responses import file_answer
from expertpool.core.views.listing import page_size
from expertpool.papers.queries import template_for
from expertpool.reviews.calculation import Kind, explain, plain
from expertpool.reviews.calculation.figures import Far, figures_of, totals_in
from expertpool.reviews.calculation.tree import Rounding, rounded
from expertpool.reviews.permissions import EXPORT, RESULTS
from expertpool.reviews.queries.differences import remarks_in
from expertpool.reviews.queries.pairs import alikes_for
from expertpool.reviews.queries.results import (
    Summary,
    counted_submissions,
    leavers_of,
    names_in,
    results_visible_to,
)
from expertpool.reviews.queries.reviews import may_name
from expertpool.reviews.queries.sheets import submitted_sheets
from expertpool.reviews.rules.wording import settings_words, words_of
from expertpool.reviews.services import result_files, sheet_files

HIGH, FAIR = Fraction(7, 10), Fraction(1, 2)  # from where experts are said to agree


def _summary(user: User, pk: int, code: str, now: datetime) -> Summary:
    """Return the result of the review ``pk``, with names for who may read them."""
    row = get_object_or_404(results_visible_to(user, code), review=pk)
    named = may_name(user, row.review.project, now=now)
    return Summary(row, names_in(row.review) if named else None)


@require_safe
@requires(RESULTS)
def result(request: UserRequest, pk: int) -> HttpResponse:
    """The items by rank, with the experts' totals and what was left out."""
    summary = _summary(request.user, pk, RESULTS, timezone.now())
    page = Paginator(summary.lines, page_size(request)).get_page(request.GET.get("page"))
    context = {
        "summary": summary,
        "review": summary.review,
        "page": page,
        "rows": [(one, summary.told(one), summary.cells_named(one)) for one in page],
        "settings": settings_words(summary.rule),
        "assignments": summary.assigned_words,
        "people": result_files.people_words(summary),
        "left": leavers_of(summary.review),
        "figures": _told(summary),
        "may_export": results_visible_to(request.user, EXPORT).filter(review=pk).exists(),
        "lacking": result_files.lacking_on(summary),
        "own_form": result_files.own_form(summary),
        "own_sheet": template_for(sheet_files.PAPER_CODE, summary.review.project.kind) is not None,
    }
    return render(request, "reviews/result.html", context)


@dataclass(frozen=True)
class Told:
    """The figures of a result in words, for who watches over reviews; empty texts where nothing can be said."""

    agreement: str
    reliability: str
    severity: list[tuple[str, str]]  # expert, points above the others
    far: list[tuple[Far, str, str, str, str]]  # with name, the others' mean, the gap, what he says


def _told(summary: Summary) -> Told:
    found = figures_of(summary.rule, totals_in(summary.found))
    said = remarks_in(summary.review)
    return Told(
        agreement=_level(found.agreement),
        reliability=_level(found.reliability),
        severity=[(summary.names[one], _signed(gap)) for one, gap in found.severity.items()],
        far=[
            (
                one,
                summary.names[one.expert],
                _short(one.others),
                _signed(one.gap),
                said.get((one.expert, one.item), ""),
            )
            for one in found.far
        ],
    )


def _level(number: Fraction | None) -> str:
    """Say how far experts agree."""
    if number is None:
        return ""
    word = "高" if number >= HIGH else "中等" if number >= FAIR else "低"
    return f"{word}（{_short(number)}）"


def _short(number: Fraction | None) -> str:
    return "" if number is None else plain(rounded(number, 2, Rounding.HALF_UP))


def _signed(number: Fraction) -> str:
    text = _short(number)
    return text if text.startswith("-") or text == "0" else f"+{text}"


@require_safe
@requires(RESULTS)
def pairs(request: UserRequest) -> HttpResponse:
    """Experts who score more alike than chance, over many reviews."""
    found = alikes_for(request.user, now=timezone.now())
    return render(request, "reviews/pairs.html", {"found": found})


@require_safe
@requires(RESULTS)
def result_item(request: UserRequest, pk: int, place: int) -> HttpResponse:
    """One item: what each expert said of each indicator and why, and how its total came about."""
    summary = _summary(request.user, pk, RESULTS, timezone.now())
    line = next((one for one in summary.lines if one.item.place == place), None)
    if line is None:
        raise Http404
    steps = explain(
        summary.rule,
        summary.reviewed.items,
        summary.reviewed.sheets,
        summary.found,
        line.item.number,
        roles=summary.reviewed.roles,
        names=summary.names,
    )
    context = {
        "summary": summary,
        "review": summary.review,
        "line": line,
        "steps": steps,
        "stages": _said(summary, line.item.number, line.row.means),
        "experts": _asked(summary, line.item.number),
    }
    return render(request, "reviews/result_item.html", context)


def _asked(summary: Summary, item: str) -> list[str]:
    return [summary.names[key] for key in summary.experts if item in summary.reviewed.asked[key]]


def _said(summary: Summary, item: str, means: dict[str, Fraction]) -> list[tuple[Any, list[Any]]]:
    """Each stage with its indicators: what each expert said, and the mean."""
    sheets = submitted_sheets(summary.review)
    experts = [key for key in summary.experts if item in summary.reviewed.asked[key]]
    found = []
    for stage in summary.rule.stages:
        rows = [
            (
                one,
                words_of(one) if one.kind is Kind.PRICE else "",
                [
                    (summary.names[key], *sheets.get(key, {}).get(item, {}).get(one.code, ("", "")))
                    for key in experts
                ]
                if one.is_filled_in
                else [],
                _short(means[one.code]) if one.code in means else "",
            )
            for one in stage.walk()
        ]
        found.append((stage, rows))
    return found


@require_safe
@requires(EXPORT)
def result_sheet(request: UserRequest, pk: int, place: int) -> HttpResponseBase:
    """What one expert submitted, as PDF with his signature; ``own``: in the customer's form."""
    now = timezone.now()
    summary = _summary(request.user, pk, EXPORT, now)
    row = get_object_or_404(counted_submissions(summary.review), reviewer__place=place)
    if row.is_altered:
        raise Http404
    row.reviewer.review = summary.review
    signed = sheet_files.as_office_reads(row, summary.names[row.reviewer.key])
    try:
        content, ending = sheet_files.sheet_file(signed, at=now, own_form="own" in request.GET)
    except TemplateRefused as refusal:
        return _refused(request, refusal)
    sheet_files.log_sheet(signed, actor=request.user, now=now)
    name = f"{sheet_files.TITLE} {summary.review.project.number} {signed.expert}.{ending}"
    return file_answer(content, name=name, inline=ending == "pdf")


def _refused(request: UserRequest, refusal: TemplateRefused) -> HttpResponse:
    context = {"title": "模板不能用", "icon": "file-off", "text": str(refusal)}
    return render(request, "core/empty.html", context, status=409)


@require_safe
@requires(EXPORT)
def result_file(request: UserRequest, pk: int, form: str) -> HttpResponseBase:
    """The summary as PDF, Excel, in the customer's own form, or its public record."""
    now = timezone.now()
    summary = _summary(request.user, pk, EXPORT, now)
    name = f"{result_files.TITLE} {summary.review.project.number}"
    if form == "pdf":
        content = result_files.result_pdf(summary, user=request.user, at=now)
    elif form == "xlsx":
        content = result_files.result_xlsx(summary)
    elif form == "json":
        name = f"评审结果记录 {summary.review.project.number}"
        content = json.dumps(summary.sealed.content, ensure_ascii=False, indent=1).encode()
    else:
        template = result_files.own_form(summary)
        if template is None:
            raise Http404
        form = template.form
        try:
            content = result_files.result_paper(template, summary, user=request.user, at=now)
        except TemplateRefused as refusal:
            return _refused(request, refusal)
    result_files.log_file(summary, form, actor=request.user, now=now)
    return file_answer(content, name=f"{name}.{form}", inline=form == "pdf")
