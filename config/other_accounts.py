"""A page of one account is not gone on with by another: whoever signs in beside it on the same machine
neither sends what was typed there nor gets more of it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

HEADER = "X-Account"  # whose page asks; session.js sends it
OTHERS = "原来的页面是另一个账号打开的，上面填写的内容没有保存，请重新填写。"


def loaded_anew(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """The middleware."""

    def answer(request: HttpRequest) -> HttpResponse:
        account = request.headers.get(HEADER)
        if account and request.user.is_authenticated and account != str(request.user.pk):
            messages.warning(request, OTHERS)
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return get_response(request)

    return answer
