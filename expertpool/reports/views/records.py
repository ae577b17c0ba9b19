"""Records of the system itself, counted: chart, table, file and print as of all statistics."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.views.listing import render_list
from expertpool.reports.forms.records import read_records
from expertpool.reports.queries.records import ACTIVITY, SIGN_INS, TRAFFIC_BY, RecordTopic
from expertpool.reports.views.figures import pdf_answer, shown


@require_safe
@requires(SIGN_INS.permission)
def sign_ins(request: UserRequest) -> HttpResponse:
    return _page(request, SIGN_INS)


@require_safe
@requires(SIGN_INS.permission)
def sign_ins_pdf(request: UserRequest) -> HttpResponseBase:
    return pdf_answer(request, partial(read_records, SIGN_INS), "reports:sign_ins")


@require_safe
@requires(ACTIVITY.permission)
def activity(request: UserRequest) -> HttpResponse:
    return _page(request, ACTIVITY)


@require_safe
@requires(ACTIVITY.permission)
def activity_pdf(request: UserRequest) -> HttpResponseBase:
    return pdf_answer(request, partial(read_records, ACTIVITY), "reports:activity")


@require_safe
@requires(TRAFFIC_BY.permission)
def traffic(request: UserRequest) -> HttpResponse:
    return _page(request, TRAFFIC_BY)


@require_safe
@requires(TRAFFIC_BY.permission)
def traffic_pdf(request: UserRequest) -> HttpResponseBase:
    return pdf_answer(request, partial(read_records, TRAFFIC_BY), "reports:traffic")


def _page(request: UserRequest, topic: RecordTopic) -> HttpResponse:
    reading = read_records(topic, request.GET, user=request.user, now=timezone.now())
    return render_list(request, "reports/records.html", shown(request, topic.code, reading))
