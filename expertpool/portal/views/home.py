"""The first page after signing in."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from expertpool.accounts.models import UserRequest
from expertpool.core.registry import panels_for
from expertpool.portal.queries.home import quick_links, stats_for, todos_for

HOME = "portal:home"


def home(request: UserRequest) -> HttpResponse:
    """Show what waits for this user and the numbers behind his lists; who has a one-time password
    goes to change it first."""
    user = request.user
    if user.must_change_password:
        return redirect("accounts:password")
    now = timezone.now()
    context = {
        "stats": stats_for(user, now=now),
        "todos": todos_for(user, now=now),
        "links": quick_links(user),
        "sections": [panel.render(request, user) for panel in panels_for(HOME, user)],
        "today": now,
        "roles": "、".join(str(role) for role in user.roles.all()),
    }
    return render(request, "portal/home.html", context)
