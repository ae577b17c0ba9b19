"""Pages behind a personal link: whoever holds it is let in, and no page elsewhere learns it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponseBase]


def opened_by_link(
    find: Callable[[str], Any], *, invalid: type[Exception], template: str
) -> Callable[[View], View]:
    """Open a view to whoever holds a link that ``find`` knows, as ``view(request, token, found, …)``; another one is
    answered by ``template`` with the ``error`` that it raises (404).

    The link is the only key: a forged post would have to know it. So no CSRF token is asked, which also lets browsers
    that refuse cookies answer.
    """

    def opened(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, token: str, **arguments: Any) -> HttpResponseBase:
            answer: HttpResponseBase
            try:
                found = find(token)
            except invalid as error:
                answer = render(request, template, {"error": error}, status=404)
            else:
                answer = view(request, token, found, **arguments)
            # Pages that a letter or a file links to must not learn the link, nor a search find it.
            answer["Referrer-Policy"] = "no-referrer"
            answer["X-Robots-Tag"] = "noindex, nofollow"
            return answer

        free: View = login_not_required(csrf_exempt(guarded))
        return free

    return opened
