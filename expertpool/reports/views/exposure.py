"""曝光分析: who was drawn how often against what chance gives, and what is done beside the draws."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from expertpool.accounts.models import UserRequest
from expertpool.audit.actions import action_label
from expertpool.core.exporting import export_url
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import listing, render_list
from expertpool.draws.enums import InvitationState
from expertpool.draws.queries.outlook import GUESSABLE_BITS
from expertpool.reports.enums import ReportState
from expertpool.reports.exceptions import ReportRefused
from expertpool.reports.forms.exposure import ExposureFilter, PeriodForm
from expertpool.reports.models import ExposureReport
from expertpool.reports.queries.reports import chosen_report, rows_visible_to
from expertpool.reports.services.exposure import request_report

SORTS = {
    "residual": "residual",
    "eligible": "eligible",
    "expected": "expected",
    "drawn": "drawn",
    "declined": "declined",
    "no_answer": "no_answer",
}
ANSWERED = (
    InvitationState.ACCEPTED,
    InvitationState.DECLINED,
    InvitationState.NO_ANSWER,
    InvitationState.LEAVE,
    InvitationState.REPLACED,
)
MOST_PERIODS = 12


@require_safe
@requires("reports.exposure")
def exposure(request: UserRequest) -> HttpResponse:
    report = chosen_report(request.GET.get("report"))
    rows = listing(
        request,
        rows_visible_to(request.user, report),
        sorts=SORTS,
        default_sort="-residual",
        form=ExposureFilter(request.GET),
    )
    context = rows.context | {
        "report": report,
        "pending": report is not None and report.state == ReportState.QUEUED,
        "failed": report is not None and report.state == ReportState.FAILED,
        "altered": report is not None and not report.is_whole,
        "figures": _figures(report.figures)
        if report and report.figures and report.is_whole
        else None,
        "periods": [_period(one) for one in ExposureReport.objects.all()[:MOST_PERIODS]],
        "guessable_bits": GUESSABLE_BITS,
        "export_url": export_url("reports.exposure"),
    }
    return render_list(request, "reports/exposure.html", context)


@requires("reports.exposure")
def new_period(request: UserRequest) -> HttpResponse:
    """Ask for the report of a period (drawer)."""
    form = PeriodForm(request.POST if request.method == "POST" else None)

    def write() -> HttpResponse:
        start, end = form.cleaned_data["period"]
        report = request_report(start=start, end=end, actor=request.user, now=timezone.now())
        return HttpResponseClientRedirect(address_of(report))

    return drawer_form(
        request,
        form,
        write,
        title="统计一个时段",
        submit_label="开始统计",
        refusals=ReportRefused,
        at="period",
    )


@require_POST
@requires("reports.exposure")
def again(request: UserRequest, pk: int) -> HttpResponse:
    report = get_object_or_404(ExposureReport, pk=pk)
    try:
        request_report(
            start=report.start_date,
            end=report.end_date,
            actor=request.user,
            now=timezone.now(),
        )
    except ReportRefused as error:
        return refused(str(error))
    return saved("已开始重新计算。", refresh="page")


def address_of(report: ExposureReport) -> str:
    return f"{reverse('reports:exposure')}?report={report.pk}"


def _period(report: ExposureReport) -> dict[str, Any]:
    figures = (report.is_proven and report.figures) or {}
    return {
        "report": report,
        "url": address_of(report),
        "figures": figures,
        "p": _chance(figures["chi_square"]["p"]) if figures else "",
        "void": _share(figures["void"], figures["draws"]) if figures else "",
    }


def _figures(figures: dict[str, Any]) -> dict[str, Any]:
    """What the page shows of a report, with rates as texts."""
    answers = figures["answers"]
    answered = sum(answers.get(state, 0) for state in ANSWERED)
    test = figures["chi_square"]
    tries = figures["draws"] - figures["by_hand"]
    return figures | {
        "void_rate": _share(figures["void"], tries),
        "redraw_rate": _share(figures["redrawn"], tries),
        "abandon_rate": _share(figures["abandoned"], tries),
        "touched_rate": _share(figures["touched"], figures["draws"]),
        "decline_rate": _share(answers.get(InvitationState.DECLINED, 0), answered),
        "no_answer_rate": _share(answers.get(InvitationState.NO_ANSWER, 0), answered),
        "leave_rate": _share(answers.get(InvitationState.LEAVE, 0), answered),
        "answered": answered,
        "steps": [
            (action_label(action), count)
            for action, count in sorted(figures["manual_steps"].items(), key=lambda one: -one[1])
        ],
        "p": _chance(test["p"]),
        "p_tone": _tone(test["p"]),
        "freedom": f"{test['freedom']:.1f}",
        "statistic": None if test["statistic"] is None else f"{test['statistic']:.2f}",
        "cells": [
            {
                "times": f"{fewest} 次及以上" if at == len(test["cells"]) else f"{fewest} 次",
                "seen": seen,
                "expected": f"{expected:.1f}",
            }
            for at, (fewest, seen, expected) in enumerate(test["cells"], start=1)
        ],
    }


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "—"


def _chance(p: float | None) -> str:
    if p is None:
        return "次数太少"
    return "＜0.001" if p < 0.001 else f"{p:.3f}"


def _tone(p: float | None) -> str:
    if p is None:
        return "blue"
    return "red" if p < 0.01 else "amber" if p < 0.05 else "green"
