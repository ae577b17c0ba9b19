"""Records that may be the same person's."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.views.listing import listing, render_list
from expertpool.experts.queries.alike import alike_in, grounds_of
from expertpool.experts.queries.experts import experts_visible_to

SORTS = {"name": ("name", "id")}


@require_safe
@requires("experts.edit")
def index(request: UserRequest) -> HttpResponse:
    """Those of the records that a clerk keeps which have too much in common."""
    kept = experts_visible_to(request.user, "experts.edit").defer("search_tokens")
    result = listing(
        request, alike_in(kept).select_related("employer"), sorts=SORTS, default_sort="name"
    )
    told = grounds_of(list(result.page), kept)
    rows = [(expert, told[expert.pk]) for expert in result.page]
    context = result.context | {
        "rows": rows,
        "may_merge": request.user.has_permission("experts.delete"),
    }
    return render_list(request, "experts/alike_list.html", context)
