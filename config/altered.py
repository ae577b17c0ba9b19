"""One answer for what somebody changed in the database: values that no longer open or no longer
fit what was sealed. Views and endpoints need not think of it."""

from __future__ import annotations

import logging
import traceback

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from expertpool.core.api import Refusal
from expertpool.core.crypto import DecryptionError
from expertpool.core.middleware import Middleware
from expertpool.core.responses import refused
from expertpool.draws.services.checking import check_stopped
from vdraw import EngineError

logger = logging.getLogger(__name__)

NOTHING_CHANGED = "已停止，没有改动任何内容。请告诉系统管理员；涉及抽取的，同时告诉监督人。"


class AlteredDataMiddleware(Middleware):
    """Answers a request that met altered data by 409: a page, or a message to htmx."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DecryptionError):
            reason = "数据无法解密"
        elif isinstance(error, EngineError):  # ReplayDifference, too
            reason = "数据与封存时不同"
        else:
            return None
        log_altered(request, error)
        if request.headers.get("HX-Request"):
            return refused(f"{reason}，{NOTHING_CHANGED}")
        return render(request, "altered.html", {"reason": reason}, status=409)


def log_altered(request: HttpRequest, error: Exception) -> None:
    """Say what was asked and where it stopped, and have the draw checked whose rows these were. The message of ``error`` may name an expert, the
    address may be somebody's personal link: neither is logged."""
    match = request.resolver_match
    assert match is not None  # noqa: S101 - a view has raised it
    row = {
        name: value
        for name, value in match.kwargs.items()
        if name in {"pk", "number"} or name.endswith("_id")
    }
    place = traceback.extract_tb(error.__traceback__)[-1]
    logger.error(
        "%s of %s %s met altered data: %s in %s:%s",
        *(request.method, match.view_name, row),
        *(type(error).__name__, place.filename, place.lineno),
    )
    check_stopped(error)


# What the interface answers.
REFUSALS = (
    Refusal(DecryptionError, 409, "unreadable", "数据无法解密", log=log_altered),
    Refusal(EngineError, 409, "record-differs", "抽取数据与封存值不一致", log=log_altered),
)
