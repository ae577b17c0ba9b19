"""One answer for a question that the database gave up, since it took too long (config.database), one for
as long as the database is away, one for a full disk, and one each for what is not there, not allowed and not readable.

The interface answers by itself: core.api.problems."""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Iterator

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from psycopg.errors import QueryCanceled

from config.bodies import page_of
from config.numbers import current_number
from expertpool.core.client import IN_DOUBT, NOBODY_WAITS, has_left, only_reads
from expertpool.core.middleware import Middleware
from expertpool.core.responses import refused
from expertpool.core.sizes import MEGABYTE

logger = logging.getLogger(__name__)

REASON = "查询太久，已停止"
MEND = "没有改动任何内容。请减少条件、缩小范围后再试；导出和统计请用后台任务。"
# Who writes has mostly waited for somebody else who does: an update of many holds its records until it ends.
WAITED = "等了太久，已停止：没有改动任何内容。可能正在导入或批量更新同样的内容，请等它完成后再试；一次选了很多条的，请分几次。"


class UnfinishedMiddleware(Middleware):
    """Answers a request whose statement was ended by 503: a page, or a message to htmx."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not was_ended(error):
            return None
        if has_left(request):  # config.leavers ended it
            return nobody_waits()
        match = request.resolver_match
        logger.warning("%s took too long", match.view_name if match else "?")
        is_read = only_reads(request)
        if request.headers.get("HX-Request"):
            return refused(f"{REASON}：{MEND}" if is_read else WAITED)
        answer = render(request, "unfinished.html", {"is_read": is_read}, status=503)
        answer["Retry-After"] = "60"
        return answer


def nobody_waits() -> HttpResponse:
    """Return what is logged of a request whose asker has left."""
    return HttpResponse(status=NOBODY_WAITS, reason="Nobody waits for the answer")


def was_ended(error: BaseException | None) -> bool:
    """Tell whether the database ended a statement for its time."""
    return isinstance(error, OperationalError) and isinstance(error.__cause__, QueryCanceled)


AWAY = "数据库暂时连不上"
AGAIN_SECONDS = 15
# SQLSTATE of a lost connection, and of a server that stops or starts; none: nobody was reached.
_AWAY_STATES = ("08", "57P01", "57P02", "57P03")


def is_away(error: BaseException | None) -> bool:
    """Tell whether ``error`` comes of a database that could not be reached, rather than of what it answered."""
    return any(_is_lost(one) for one in _behind(error))


def _is_lost(error: BaseException) -> bool:
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(_AWAY_STATES)


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    """Go through ``error`` and what led to it: a transaction that cannot be undone raises an error of its own."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


FULL = "磁盘已满"
_DISK_FULL = "53100"  # SQLSTATE


def is_full(error: BaseException | None) -> bool:
    """Tell whether ``error`` comes of a disk without room, that of the files or of the database."""
    return any(
        (isinstance(one, OSError) and one.errno in (errno.ENOSPC, errno.EDQUOT))
        or getattr(one, "sqlstate", None) == _DISK_FULL
        for one in _behind(error)
    )


def answer_failure(request: HttpRequest) -> HttpResponse:
    """Answer what nobody caught (``handler500``): without the database 503 and a page that tries again by
    itself, with a full disk 503 that says so, to htmx a message; to nobody where the asker has left; anything else as
    ever. Asks the database nothing."""
    if was_ended(sys.exc_info()[1]) and has_left(request):  # before any view was reached
        return nobody_waits()
    if is_full(sys.exc_info()[1]):
        if request.headers.get("HX-Request"):
            return refused(f"{FULL}，这次操作没有完成。请告诉系统管理员清理磁盘后再试。")
        return HttpResponse(render_to_string("full.html", {"reason": FULL}), status=503)
    if not is_away(sys.exc_info()[1]):
        html = render_to_string("500.html", {"number": current_number()})
        return HttpResponse(html, status=500)
    is_read = only_reads(request)
    if request.headers.get("HX-Request"):
        return refused(f"{AWAY}，{'没有改动任何内容，请稍后再试。' if is_read else IN_DOUBT}")
    shown = {"reason": AWAY, "seconds": AGAIN_SECONDS, "in_doubt": "" if is_read else IN_DOUBT}
    answer = HttpResponse(render_to_string("away.html", shown), status=503)
    answer["Retry-After"] = str(AGAIN_SECONDS)
    if is_read:  # what was posted is sent again by its sender alone
        answer["Refresh"] = str(AGAIN_SECONDS)
    return answer


def answer_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what is not there (``handler404``). Django's own answer reads what was posted, to check a form that no such
    page has, and fails by what cannot be read: an address that leads nowhere would say 500."""
    return render(request, "404.html", status=404)


def answer_forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer who may not (``handler403``), as `answer_not_found` does."""
    return render(request, "403.html", status=403)


def answer_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what cannot be read (``handler400``): of too much 413, which says how much may be sent."""
    code, words = 400, "发来的内容不完整，无法读取。请返回上一页，刷新后重新提交。"
    if isinstance(exception, RequestDataTooBig):
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // MEGABYTE
        code, words = 413, f"填写的内容太多：一次最多提交 {most} MB，请减少后重新提交。"
    elif isinstance(exception, TooManyFieldsSent | TooManyFilesSent):
        code, words = 413, "一次提交的项目太多，请分几次提交。"
    if request.headers.get("HX-Request"):
        return refused(words)
    return HttpResponse(page_of(code, words), status=code)
