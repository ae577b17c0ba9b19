"""One answer for a question that the database gave up, since it took too long (config.database).

The interface answers by itself: core.api.problems."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from psycopg.errors import QueryCanceled

from config.leavers import left
from expertpool.core.responses import refused

logger = logging.getLogger(__name__)

NOBODY_WAITS = 499  # as nginx has it; nobody reads it
REASON = "查询太久，已停止"
MEND = "没有改动任何内容。请减少条件、缩小范围后再试；导出和统计请用后台任务。"


class UnfinishedMiddleware:
    """Answers a request whose statement was ended by 503: a page, or a message to htmx."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not was_ended(error):
            return None
        if left(request):  # config.leavers ended it
            return HttpResponse(status=NOBODY_WAITS)
        match = request.resolver_match
        logger.warning("%s took too long", match.view_name if match else "?")
        if request.headers.get("HX-Request"):
            return refused(f"{REASON}：{MEND}")
        answer = render(request, "unfinished.html", status=503)
        answer["Retry-After"] = "60"
        return answer


def was_ended(error: BaseException) -> bool:
    """Tell whether the database ended a statement for its time."""
    return isinstance(error, OperationalError) and isinstance(error.__cause__, QueryCanceled)
