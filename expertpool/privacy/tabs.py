"""The tab that this app shows on the panorama of an expert."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.template.loader import render_to_string
from django.utils import timezone

from expertpool.core.registry import Tab
from expertpool.experts.queries.availability import day_start
from expertpool.privacy.permissions import DECIDE
from expertpool.privacy.queries.consents import standings_of
from expertpool.privacy.queries.requests import requests_visible_to

if TYPE_CHECKING:
    from django.http import HttpRequest

    from expertpool.accounts.models import User
    from expertpool.experts.models import Expert

MOST = 20


def privacy(request: HttpRequest, expert: Expert) -> str:
    """To what he agreed, as of yesterday, and what he asked about his data."""
    user = cast("User", request.user)
    context = {
        "expert": expert,
        "consents": standings_of(expert, before=day_start(timezone.localdate())),
        "requests": requests_visible_to(user, expert).order_by("-pk")[:MOST],
    }
    return render_to_string("privacy/_tab.html", context, request)


TABS = (Tab("experts:detail", "privacy", "个人信息", 75, privacy, permissions=(DECIDE,)),)
