"""The register of who saw whose personal data."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.audit.queries import summary
from expertpool.core.exporting import export_url
from expertpool.core.permissions import requires
from expertpool.core.views.listing import listing, render_list
from expertpool.privacy.forms import ReadFilters
from expertpool.privacy.permissions import READS
from expertpool.privacy.queries.reads import kind_of, reads_visible_to
from expertpool.privacy.registry import KINDS


@require_safe
@requires(READS)
def index(request: UserRequest) -> HttpResponse:
    shown = listing(
        request,
        reads_visible_to(request.user),
        # Not by time: entries of one transaction have the same.
        sorts={"id": "id"},
        default_sort="-id",
        form=ReadFilters(request.GET),
    )
    rows = [(one, KINDS.get(kind_of(one), ""), summary(one)) for one in shown.page]
    context = shown.context | {"rows": rows, "export_url": export_url("privacy.reads")}
    return render_list(request, "privacy/reads.html", context)
