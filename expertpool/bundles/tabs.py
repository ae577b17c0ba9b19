"""What bundles show on the pages of lower apps."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.template.loader import render_to_string

from expertpool.bundles.permissions import MAKE
from expertpool.bundles.queries.bundles import bundles_visible_to, may_make
from expertpool.core.mandates import vouched
from expertpool.core.registry import Tab
from expertpool.draws.registry import EVIDENCE
from expertpool.projects.models import Project

if TYPE_CHECKING:
    from django.http import HttpRequest

    from expertpool.accounts.models import User

LONGEST = 20  # bundles that the card shows


def card(request: HttpRequest, project: Project) -> str:
    """The bundles of ``project``, and the button that makes one."""
    user = cast("User", request.user)
    rows = vouched(bundles_visible_to(user).filter(project=project)[:LONGEST])
    context = {"project": project, "rows": rows, "may_make": may_make(user, project)}
    return render_to_string("bundles/_card.html", context, request)


TABS = (Tab(EVIDENCE, "bundles", "证据包", 20, card, permissions=(MAKE,)),)
