"""The first page after signing in."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.core.home import HOME, may_have_todos, numbers_for, shortcuts_for, todos_for
from expertpool.core.permissions import requires
from expertpool.core.registry import is_narrowed, tabs_for
from expertpool.core.responses import refused, saved
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import why_signed_out
from expertpool.experts.queries.records import open_entry, status_course
from expertpool.experts.services.telling import token_of
from expertpool.portal.queries.first_hour import RIGHT, first_steps
from expertpool.portal.queries.home import next_reviews, own_doings
from expertpool.portal.services.first_hour import leave_first_hour
from expertpool.selfservice.queries.letters import letters_of
from expertpool.siteconfig.exceptions import ChangedMeanwhile, SettingsRefused

BELOW = 50  # sections of this order and after stand below what waits


def home(request: UserRequest) -> HttpResponse:
    """Show what waits for this user and the numbers behind his lists; who has a one-time password
    goes to change it first."""
    user = request.user
    if user.must_change_password:
        return redirect("accounts:password")
    if is_narrowed(user):
        return narrowed_home(request)
    now, sections = timezone.now(), tabs_for(HOME, user)
    context = {
        "now": now,
        "roles": "、".join(str(role) for role in user.roles.all()),
        "stats": numbers_for(user, now=now),
        "first_steps": first_steps(user),
        "sections": [tab.render(request, user) for tab in sections if tab.order < BELOW],
        "sections_below": [tab.render(request, user) for tab in sections if tab.order >= BELOW],
        "has_todos": may_have_todos(user),
        "todos": todos_for(user, now=now),
        "shortcuts": shortcuts_for(user),
        "reviews": next_reviews(user, now=now),
        "doings": own_doings(user),
    }
    return render(request, "portal/home.html", context)


@require_POST
@requires(RIGHT)
def first_hour_dismiss(request: UserRequest) -> HttpResponse:
    """Show the steps of a new installation no more, to nobody."""
    try:
        leave_first_hour(actor=request.user, now=timezone.now())
    except (ChangedMeanwhile, SettingsRefused) as error:
        return refused(str(error))
    return saved("不再显示；需要时在站点设置里重新开启。", refresh="page")


@as_expert
def narrowed_home(request: UserRequest, expert: Expert) -> HttpResponse:
    """Show somebody out of the pool why he is, what he can do about it, and his reviews."""
    entry = open_entry(expert)
    context = {
        "expert": expert,
        "said": why_signed_out(request.user),
        "course": status_course(expert, own=True)[:1],
        "entry": entry,
        "appeal_token": token_of(entry) if entry else "",
        "letters": letters_of(expert, now=timezone.now()),
    }
    return render(request, "portal/narrowed.html", context)
