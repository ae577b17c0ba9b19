"""To HEAD the head of an answer alone (RFC 9110, 9.3.2): what followed on a kept connection would be read as the
beginning of the next answer. The server sends what the application returns, whatever was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def without_body_of_head(application: Application) -> Application:
    """Return ``application`` as it answers to HEAD: all that is said of the answer, and nothing of it."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = application(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return body
        close = getattr(body, "close", None)
        if close is not None:
            close()
        return ()

    return answer
