"""What every middleware that is a class begins with."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class Middleware:
    """Lets each request pass. A subclass looks at the view before it is called (``process_view``), at what it raises
    (``process_exception``), or does something around it in ``__call__``; Django calls them by these names."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)
