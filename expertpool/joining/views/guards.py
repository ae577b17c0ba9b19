"""The guard of an applicant's own pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.joining.enums import OPEN
from expertpool.joining.exceptions import Altered
from expertpool.joining.models import Application
from expertpool.joining.queries.applications import application_of, is_as_written
from expertpool.joining.services.locking import note_altered


def as_applicant(view: Callable[..., Any]) -> Callable[..., Any]:
    """Guard a page of an applicant and call ``view(request, application, …)``; without an application of
    his own he is led to the beginning. Of one that somebody altered he is shown nothing but that."""

    @wraps(view)
    def checked(request: UserRequest, application: Application, *args: Any, **kwargs: Any) -> Any:
        if not is_as_written(application):
            return altered_page(request, application)
        return view(request, application, *args, **kwargs)

    return with_application(checked)


def altered_page(request: UserRequest, application: Application) -> HttpResponse:
    """Say that ``application`` was altered, which is logged, and nothing of what it says."""
    note_altered(application, actor=request.user, now=timezone.now())
    may_begin_anew = application.state in OPEN
    context = {"application": application, "error": Altered(), "may_begin_anew": may_begin_anew}
    return render(request, "joining/altered.html", context, status=409)


def with_application(view: Callable[..., Any]) -> Callable[..., Any]:
    """The same, whether it was altered or not."""

    @requires("joining.apply")
    @wraps(view)
    def guarded(request: UserRequest, *args: Any, **kwargs: Any) -> Any:
        application = application_of(request.user)
        if application is None:
            return redirect("joining:start")
        return view(request, application, *args, **kwargs)

    return guarded
