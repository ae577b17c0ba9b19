"""Who has not signed in sends no large bodies: they would be taken apart before anybody asks who he is.

The server (config.server) refuses those that do not even claim to be signed in; here the claim is
looked at. The interface looks at its tokens before it reads.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from config.addresses import INTERFACE
from config.server import ANONYMOUS_BODY


def small_before_sign_in(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[..., HttpResponse]:
    """The middleware."""

    def answer(request: HttpRequest) -> HttpResponse:
        size = request.META.get("CONTENT_LENGTH") or "0"
        large = size.isdecimal() and int(size) > ANONYMOUS_BODY
        if large and not request.path.startswith(INTERFACE) and not request.user.is_authenticated:
            return HttpResponse("请先登录，再上传文件。", status=413, content_type="text/plain")
        return get_response(request)

    return answer
