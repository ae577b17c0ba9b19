"""Showing the coming seats of experts before they leave the pool, and giving these up with them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django_htmx.http import reswap, retarget

from expertpool.accounts.models import UserRequest
from expertpool.core.views.drawers import posted_again
from expertpool.experts.models import Expert, Leave
from expertpool.experts.queries.coming import ComingSeats, Period, coming_seats
from expertpool.experts.services.coming import give_up_seats

# What the page adds to what was posted.
OWN = ("seats", "give_up")


def seats_of(
    request: UserRequest,
    experts: Iterable[Expert],
    *,
    during: Period | None = None,
    signs_out: bool = False,
    now: datetime,
) -> ComingSeats:
    """Return what ``request`` has to have seen of the coming seats of ``experts``."""
    ids = [expert.pk for expert in experts]
    seen = request.POST.get("seats", "")
    return coming_seats(request.user, ids, during=during, seen=seen, signs_out=signs_out, now=now)


def seats_first(
    request: UserRequest,
    experts: Iterable[Expert],
    *,
    verb: str,
    signs_out: bool = False,
    now: datetime,
) -> HttpResponse | None:
    """Return the drawer that shows the coming seats, and what the experts could no longer finish, where they were
    not seen yet: it posts the same once more."""
    coming = seats_of(request, experts, signs_out=signs_out, now=now)
    if coming.are_seen:
        return None
    context = {
        "title": f"{verb}：先看{'将要参加的评审' if coming else '要他本人办的事'}",
        "verb": verb,
        "coming": coming,
        "posted": posted_again(request, *OWN),
    }
    response = render(request, "experts/seats_drawer.html", context)
    return reswap(retarget(response, "#drawer"), "innerHTML")


def given_up(
    request: UserRequest,
    coming: ComingSeats,
    *,
    reason: str,
    leave: Leave | None = None,
    now: datetime,
) -> str:
    """Give up the seats where that was ticked; return what came of it, for the end of a sentence."""
    if not coming or request.POST.get("give_up") != "1":
        return ""
    said = give_up_seats(coming=coming, actor=request.user, leave=leave, reason=reason, now=now)
    return f"；{said}" if said else ""
