"""Records of the system itself, counted: chart, table, file and print as of all statistics. Each topic has its pages by
being declared (`queries.record_topics.RECORDS`)."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse, HttpResponseBase
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.views.listing import render_list
from expertpool.reports.forms.records import read_records
from expertpool.reports.queries.record_topics import RECORDS
from expertpool.reports.queries.records import RecordTopic
from expertpool.reports.views.figures import pdf_answer, shown


def record_urls(prefix: str) -> list[URLPattern]:
    """Return the page and the PDF of each topic, named by its code."""
    return [url for topic in RECORDS for url in _urls(topic, f"{prefix}{_in_address(topic)}/")]


def _in_address(topic: RecordTopic) -> str:
    return topic.code.replace("_", "-")


def _urls(topic: RecordTopic, address: str) -> list[URLPattern]:
    @require_safe
    @requires(topic.permission)
    def page(request: UserRequest) -> HttpResponse:
        reading = read_records(topic, request.GET, user=request.user, now=timezone.now())
        return render_list(request, "reports/records.html", shown(request, topic.code, reading))

    @require_safe
    @requires(topic.permission)
    def pdf(request: UserRequest) -> HttpResponseBase:
        return pdf_answer(request, partial(read_records, topic), f"reports:{topic.code}")

    return [
        path(address, page, name=topic.code),
        path(f"{address}pdf/", pdf, name=f"{topic.code}_pdf"),
    ]
