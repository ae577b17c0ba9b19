"""The blacklist: who is on it and was, adding, removing."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import listing, render_list
from expertpool.core.views.reasons import reason_of
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.forms.actions import BlacklistForm
from expertpool.experts.forms.filters import EntryFilter
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.queries.records import blacklist_visible_to
from expertpool.experts.services.blacklist import add_to_blacklist, remove_from_blacklist
from expertpool.experts.services.coming import UNSEEN
from expertpool.experts.tables import BLACKLIST_TABS
from expertpool.experts.views.coming import given_up, seats_of


@require_safe
@requires("experts.blacklist")
def index(request: UserRequest) -> HttpResponse:
    """Entries of the blacklist, those that are open first."""
    result = listing(
        request,
        blacklist_visible_to(request.user),
        sorts={"added": "added_at", "until": ("until_date", "id")},
        default_sort="-added",
        form=EntryFilter(request.GET, user=request.user),
        tabs=BLACKLIST_TABS,
    )
    return render_list(request, "experts/blacklist.html", result.context)


@requires("experts.blacklist")
def add(request: UserRequest, pk: int | None = None) -> HttpResponse:
    """Put an expert on the blacklist: the one of the page, or one chosen in the form."""
    # Those who could not be put on it are not found: their page has no such button either.
    allowed = experts_visible_to(request.user, "experts.blacklist").filter(
        status__in=(ExpertStatus.FORMAL, ExpertStatus.FROZEN)
    )
    given: Expert | None = get_object_or_404(allowed, pk=pk) if pk else None
    posted = [request.POST] if request.method == "POST" else []
    form, now = BlacklistForm(*posted, experts=None if given else allowed), timezone.now()
    shown: dict[str, Any] = {"coming": seats_of(request, [given], now=now) if given else None}

    def write() -> str:
        data = form.cleaned_data
        expert = given or data["expert"]
        shown["coming"] = coming = seats_of(request, [expert], now=now)
        if not coming.are_seen:
            raise ExpertRefused(UNSEEN)
        add_to_blacklist(
            expert=expert,
            reason=data["reason"],
            evidence=data["evidence"],
            until_date=data["until_date"],
            actor=request.user,
            now=now,
        )
        said = given_up(request, coming, reason=data["reason"], now=now)
        return f"已将{expert.name}移入黑名单{said}"

    title = f"移入黑名单 · {given.name}" if given else "移入黑名单"
    refresh = "page" if request.GET.get("from") == "detail" else "list"
    return drawer_form(
        request,
        form,
        write,
        refusals=ExpertRefused,
        title=title,
        refresh=refresh,
        back=reverse("experts:detail", args=[given.pk]) if given else "",
        danger=True,
        submit_label="移入黑名单",
        template="experts/seats_form.html",
        give_up=True,
        shown=shown,
    )


@require_POST
@requires("experts.blacklist")
def remove(request: UserRequest, pk: int) -> HttpResponse:
    """Take an expert off the blacklist."""
    expert = get_object_or_404(experts_visible_to(request.user, "experts.blacklist"), pk=pk)
    try:
        remove_from_blacklist(
            expert=expert,
            reason=reason_of(request),
            actor=request.user,
            now=timezone.now(),
        )
    except ExpertRefused as refusal:
        return refused(str(refusal))
    refresh = "page" if request.GET.get("from") == "detail" else "list"
    return saved(f"已将{expert.name}移出黑名单", refresh=refresh)
