"""A number for each request and each job: it stands in every line of the log that it causes, in the answer's
header and on the page that says that something failed, so that a user can name it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
GIVEN = re.compile(r"[\w-]{6,64}", re.ASCII)

_number: ContextVar[str] = ContextVar("number", default="")


def current_number() -> str:
    """Return the number of the request or job in hand; empty outside of one."""
    return _number.get()


@contextmanager
def numbered(number: str) -> Iterator[None]:
    token = _number.set(number)
    try:
        yield
    finally:
        _number.reset(token)


def numbering(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """The middleware; the first, so that the lines of all others have the number."""
    from django.conf import settings  # noqa: PLC0415 - the log is set up before the settings are

    def answer(request: HttpRequest) -> HttpResponse:
        # A proxy's own number, so that its log and ours say the same; anybody else may write what he likes.
        given = request.headers.get(HEADER, "") if settings.TRUST_PROXY else ""
        number = given if GIVEN.fullmatch(given) else secrets.token_hex(5)
        with numbered(number):
            response = get_response(request)
        response[HEADER] = number
        return response

    return answer


def numbering_jobs(call_next: Callable[[], Any], context: Any, _worker: Any) -> Any:
    """Give what a job logs the number of the job."""
    with numbered(f"job-{context.job.id}"):
        return call_next()
