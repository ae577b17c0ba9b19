"""抹去个人信息: who left the pool, what of him would go and stay, and the request that two persons decide."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.views.listing import listing, render_list
from expertpool.privacy.forms import ErasureFilters
from expertpool.privacy.permissions import DECIDE
from expertpool.privacy.queries.erasures import erasable_visible_to, erasure_of
from expertpool.privacy.queries.periods import years_until_erased
from expertpool.privacy.tables import ERASURE_SORTS, erasure_tabs
from expertpool.workflow.queries.requests import waiting_about


@require_safe
@requires(DECIDE)
def index(request: UserRequest) -> HttpResponse:
    now = timezone.now()
    found = listing(
        request,
        erasable_visible_to(request.user),
        sorts=ERASURE_SORTS,
        default_sort="deleted",
        form=ErasureFilters(request.GET, user=request.user),
        tabs=erasure_tabs(now),
    )
    return render_list(
        request, "privacy/erasures.html", found.context | {"years": years_until_erased(now)}
    )


@require_safe
@requires(DECIDE)
def detail(request: UserRequest, pk: int) -> HttpResponse:
    """What erasing one expert means, before it is asked for and before it is agreed to."""
    expert = get_object_or_404(erasable_visible_to(request.user), pk=pk)
    now = timezone.now()
    context = {
        "expert": expert,
        "erasure": None if expert.erased_at else erasure_of(expert),
        "requests": waiting_about(expert, request.user, now=now),
    }
    return render(request, "privacy/erasure.html", context)
