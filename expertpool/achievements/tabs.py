"""The tab on the panorama of an expert."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.template.loader import render_to_string

from expertpool.achievements.enums import AchievementKind
from expertpool.achievements.queries import EDIT, VIEW, filed_for, standing
from expertpool.core.registry import Tab
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to

if TYPE_CHECKING:
    from django.http import HttpRequest

    from expertpool.accounts.models import User


def achievements(request: HttpRequest, expert: Expert) -> str:
    user = cast("User", request.user)
    context = {
        "expert": expert,
        "rows": standing(filed_for(user).filter(expert=expert)),
        "is_out": expert.status != ExpertStatus.FORMAL,
        "may": experts_visible_to(user, EDIT).filter(pk=expert.pk).exists(),
        "kinds": AchievementKind.choices,
    }
    return render_to_string("achievements/_tab.html", context, request)


def count(user: User, expert: Expert) -> int:
    rows: int = filed_for(user).filter(expert=expert).count()
    return rows


TABS = (Tab("experts:detail", "achievements", "成果", 65, achievements, (VIEW,), count),)
