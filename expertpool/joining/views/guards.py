"""The guard of an applicant's own pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.shortcuts import redirect

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.joining.queries.applications import application_of


def as_applicant(view: Callable[..., Any]) -> Callable[..., Any]:
    """Guard a page of an applicant and call ``view(request, application, …)``; without an application of
    his own he is led to the beginning."""

    @requires("joining.apply")
    @wraps(view)
    def guarded(request: UserRequest, *args: Any, **kwargs: Any) -> Any:
        application = application_of(request.user)
        if application is None:
            return redirect("joining:start")
        return view(request, application, *args, **kwargs)

    return guarded
