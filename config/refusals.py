"""Why something was refused, for whoever opened its address itself: htmx says it over the page that is
there, a browser would show an empty one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.shortcuts import render

from config.bodies import page_of
from expertpool.core.middleware import Middleware
from expertpool.core.responses import Refused, refused
from expertpool.core.storing import StoreDown
from expertpool.core.views.listing import PicksRefused
from expertpool.core.views.reasons import ReasonRefused
from expertpool.workflow.exceptions import Settled

NO_FORM = (
    "发来的内容类型不对：这个地址不接受表单（multipart/form-data）。请返回上一页，刷新后重试。"
)
REFUSED = (PicksRefused, StoreDown, Settled, ReasonRefused)


class RefusalsMiddleware(Middleware):
    """Shows a refusal as a page to whoever opened the address himself."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, Refused) or request.headers.get("HX-Request"):
            return response
        return render(request, "refused.html", {"reason": response.message}, status=409)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for views of bulk actions, none of which can go on without its rows, for all that need a
        file while the store does not answer, for who comes to decide what was settled, for reasons that nobody
        can have written, and for forms where the body itself is asked for (a program sends those)."""
        if isinstance(error, RawPostDataException):
            return HttpResponse(page_of(415, NO_FORM), status=415)
        return refused(str(error)) if isinstance(error, REFUSED) else None
