"""The tab that this app shows on the panorama of an expert."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.template.loader import render_to_string

from expertpool.changes.queries import (
    RIGHT,
    labels_of,
    requests_visible_to,
    told_careers,
    told_works,
    with_items,
)
from expertpool.changes.tables import TONES
from expertpool.core.registry import Tab
from expertpool.experts.queries.veils import sees_who

if TYPE_CHECKING:
    from django.http import HttpRequest

    from expertpool.accounts.models import User
    from expertpool.experts.models import Expert

MOST = 20


def history(request: HttpRequest, expert: Expert) -> str:
    """What the expert keeps himself, and what he asked for."""
    user = cast("User", request.user)
    asked = []
    if user.has_permission(RIGHT):
        rows = with_items(requests_visible_to(user).filter(expert=expert))[:MOST]
        asked = [(one, labels_of(one.items.all()), TONES[one.state]) for one in rows]  # type: ignore[index]
    context = {
        "careers": told_careers(expert),
        "works": told_works(expert),
        "asked": asked,
        "expert": expert,
    }
    return render_to_string("changes/_history.html", context, request)


TABS = (Tab("experts:detail", "life", "履历论著", 25, history, is_for=sees_who),)
