"""What is shown before many are admitted: to whom of them one cannot agree, and who can."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django_htmx.http import reswap, retarget

from expertpool.accounts.models import UserRequest
from expertpool.core.views.drawers import posted_again
from expertpool.experts.models import Expert
from expertpool.experts.queries.admitters import outlook

TOLD = "told"  # posted by the drawer


def barred_first(request: UserRequest, rows: Sequence[Expert]) -> HttpResponse | None:
    """Return the drawer that says to whom of ``rows`` the user cannot agree and who can, or that his account is as new
    as the installation; it posts the same once more (`left_to_admit`). None where there is nothing to say, or it was said."""
    if TOLD in request.POST:
        return None
    found = outlook(request.user, rows, now=timezone.now())
    if not found.barred and not found.at_first:
        return None
    context = {
        "title": "审核通过：先看下面的说明",
        "found": found,
        "posted": [*posted_again(request, TOLD), (TOLD, "1")],
        "total": len(rows),
    }
    response = render(request, "experts/admitters_drawer.html", context)
    return reswap(retarget(response, "#drawer"), "innerHTML")


def left_to_admit(request: UserRequest, picked: QuerySet[Expert]) -> QuerySet[Expert]:
    """Return ``picked`` without those to whom, as was said, the user cannot agree. They are left out after it was
    looked whether ``picked`` are still as many, and as they were, as when the list was shown."""
    if TOLD not in request.POST:
        return picked
    return picked.filter(pk__in=outlook(request.user, list(picked), now=timezone.now()).able)
