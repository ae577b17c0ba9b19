"""The first page after signing in."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from expertpool.accounts.models import UserRequest
from expertpool.core.home import HOME, may_have_todos, numbers_for, shortcuts_for, todos_for
from expertpool.core.registry import tabs_for
from expertpool.portal.queries.home import next_reviews, own_doings


def home(request: UserRequest) -> HttpResponse:
    """Show what waits for this user and the numbers behind his lists; who has a one-time password
    goes to change it first."""
    user = request.user
    if user.must_change_password:
        return redirect("accounts:password")
    now = timezone.now()
    context = {
        "now": now,
        "roles": "、".join(str(role) for role in user.roles.all()),
        "stats": numbers_for(user, now=now),
        "sections": [tab.render(request, user) for tab in tabs_for(HOME, user)],
        "has_todos": may_have_todos(user),
        "todos": todos_for(user, now=now),
        "shortcuts": shortcuts_for(user),
        "reviews": next_reviews(user, now=now),
        "doings": own_doings(user),
    }
    return render(request, "portal/home.html", context)
