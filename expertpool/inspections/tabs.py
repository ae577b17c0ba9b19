"""The tab on the panorama of an expert."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.template.loader import render_to_string
from django.utils import timezone

from expertpool.core.registry import Tab
from expertpool.experts.models import Expert
from expertpool.inspections.exports import day_of
from expertpool.inspections.permissions import MANAGE, VIEW
from expertpool.inspections.queries.inspections import (
    inspections_visible_to,
    shown_word,
    with_held,
)
from expertpool.inspections.tables import tone_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from expertpool.accounts.models import User

MOST = 20


def inspections(request: HttpRequest, expert: Expert) -> str:
    user, today = cast("User", request.user), timezone.localdate()
    found = with_held(inspections_visible_to(user).filter(expert=expert), today)[:MOST]
    rows = [
        (row, word := shown_word(row, today), tone_of(word), day_of(row.shown_at)) for row in found
    ]
    return render_to_string("inspections/_tab.html", {"rows": rows}, request)


TABS = (Tab("experts:detail", "inspections", "年检", 66, inspections, (VIEW, MANAGE)),)
