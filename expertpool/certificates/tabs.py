"""The tab on the panorama of an expert."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.template.loader import render_to_string
from django.utils import timezone

from expertpool.certificates.queries.certificates import certificates_of, certificates_visible_to
from expertpool.certificates.queries.states import is_outdated
from expertpool.certificates.services.issuing import why_not
from expertpool.certificates.services.printing import lacking_for, lacking_of
from expertpool.certificates.tables import state_pill
from expertpool.core.registry import Tab
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to

if TYPE_CHECKING:
    from django.http import HttpRequest

    from expertpool.accounts.models import User


def certificates(request: HttpRequest, expert: Expert) -> str:
    user, today = cast("User", request.user), timezone.localdate()
    seen = experts_visible_to(user, "certificates.view").filter(pk=expert.pk).exists()
    rows = list(certificates_of(expert)) if seen else []
    may = experts_visible_to(user, "certificates.issue").filter(pk=expert.pk).exists()
    may_issue = may and all(row.ending for row in rows) and not why_not(expert, today)
    context = {
        "expert": expert,
        "rows": [(row, *state_pill(row, today), is_outdated(row)) for row in rows],
        "renews": not why_not(expert, today),
        "may": may,
        "may_issue": may_issue,
        "lacking": lacking_for([expert]) if may_issue else lacking_of(rows),
    }
    return render_to_string("certificates/_tab.html", context, request)


def count(user: User, expert: Expert) -> int:
    rows: int = certificates_visible_to(user).filter(expert=expert).count()
    return rows


TABS = (
    Tab(
        "experts:detail",
        "certificates",
        "证书",
        60,
        certificates,
        permissions=("certificates.view",),
        count=count,
    ),
)
