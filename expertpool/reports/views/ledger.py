"""人工操作台账: what persons did in draws, each step with its link of the chain."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.audit.actions import action_label
from expertpool.audit.queries import head_confirmed
from expertpool.core.exporting import export_url
from expertpool.core.permissions import requires
from expertpool.core.text import hour_of
from expertpool.core.views.listing import listing, render_list
from expertpool.draws.queries.chain import hash_text
from expertpool.reports.forms.ledger import LedgerFilter
from expertpool.reports.queries.ledger import draw_ids_of, ledger_text, ledger_visible_to
from expertpool.reports.tables import LEDGER_TABS


@require_safe
@requires("reports.ledger")
def ledger(request: UserRequest) -> HttpResponse:
    shown = listing(
        request,
        ledger_visible_to(request.user),
        sorts={"id": "id"},
        default_sort="-id",
        form=LedgerFilter(request.GET),
        tabs=LEDGER_TABS,
    )
    draws = draw_ids_of(shown.page)
    context = shown.context | {
        "rows": [
            {
                "entry": entry,
                "action": action_label(entry.action),
                "draw_id": draws[entry.pk],
                "text": ledger_text(entry),
                "hash": hash_text(entry),
            }
            for entry in shown.page
        ],
        # By the hour: who counts how many entries there are knows when somebody answered.
        "head": head_confirmed(hour_of(timezone.now())),
        "export_url": export_url("reports.ledger"),
    }
    return render_list(request, "reports/ledger.html", context)
