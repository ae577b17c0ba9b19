"""The first page after signing in."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from expertpool.accounts.models import UserRequest
from expertpool.core.registry import tabs_for
from expertpool.portal.queries.home import next_reviews, own_doings, shortcuts_for
from expertpool.portal.queries.stats import stats_for
from expertpool.portal.queries.todos import may_have_todos, todos_for

# Apps register sections of the home page as tabs of this page; the subject is the user.
HOME = "portal:home"


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
        "stats": stats_for(user, now=now),
        "sections": [tab.render(request, user) for tab in tabs_for(HOME, user)],
        "has_todos": may_have_todos(user),
        "todos": todos_for(user, now=now),
        "shortcuts": shortcuts_for(user),
        "reviews": next_reviews(user, now=now),
        "doings": own_doings(user),
    }
    return render(request, "portal/home.html", context)
