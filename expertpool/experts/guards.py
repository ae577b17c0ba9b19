"""The guard of an expert's own area, for every app that has a page there: whoever signed in is the expert, or
sees why he is not. And that of pages for who sees in clear who experts are."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import render

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.experts.queries.experts import expert_for
from expertpool.experts.queries.veils import sees_who

View = Callable[..., Any]  # pages and files


def as_expert(view: View) -> View:
    """Guard a page of the expert's own area and call ``view(request, expert, …)``."""

    @requires("experts.self")
    @wraps(view)
    def guarded(request: UserRequest, *args: Any, **kwargs: Any) -> Any:
        expert = expert_for(request.user)
        if expert is None:
            return render(
                request,
                "core/empty.html",
                {
                    "title": "账号还没有关联专家档案",
                    "text": "请联系专家库管理员，把您的账号关联到专家档案。",
                    "icon": "id-badge-2",
                },
            )
        return view(request, expert, *args, **kwargs)

    return guarded


def seeing_who(view: View) -> View:
    """Guard a page that tells in many words who experts are: refused to whoever does not see their names and employers
    in clear."""

    @wraps(view)
    def guarded(request: UserRequest, *args: Any, **kwargs: Any) -> Any:
        if not sees_who(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
