"""Why each number was excluded: for holders of draws.see_exclusions."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.views.listing import listing, render_list
from expertpool.draws.enums import ExclusionReason
from expertpool.draws.forms.exclusions import ExclusionFilter
from expertpool.draws.queries.draws import plan_for, projects_to_draw, valid_draws
from expertpool.draws.queries.exclusions import UNTOLD, excluded_experts
from expertpool.draws.queries.tallies import tallies_of
from expertpool.draws.queries.ties import tie_paths
from expertpool.draws.services.exclusions import read_exclusions
from expertpool.draws.views.plan import plan_address


@require_safe
@requires("draws.see_exclusions")
def exclusions(request: UserRequest, pk: int) -> HttpResponse:
    """The excluded by number with their reasons, the counts of the sealed draw, the paths, and who
    let count how often."""
    project = get_object_or_404(projects_to_draw(request.user, "draws.see_exclusions"), pk=pk)
    now, plan = timezone.now(), plan_for(project)
    if plan is None:
        messages.error(request, "还没有抽取方案，没有可看的排除原因。")
        return redirect(plan_address(project))
    excluded = excluded_experts(plan, now=now)
    found = listing(
        request,
        excluded,
        sorts={"number": "number"},
        default_sort="number",
        form=ExclusionFilter(request.GET),
    )
    draw = next(reversed(valid_draws(project)), None)
    sealed = draw.rule.exclusions if draw and draw.is_random and draw.tells_counts else {}
    context = found.context | {
        "project": project,
        "draw": draw,
        "rows": read_exclusions(
            project=project, rows=list(found.page), actor=request.user, now=now
        ),
        "paths": tie_paths(project, list(excluded.values_list("pk", flat=True))),
        "sealed": [(ExclusionReason(code).label, count) for code, count in sealed.items()],
        "tallies": tallies_of(project),
        # The last is asked only of who was sealed.
        "untold": "、".join(str(reason.label) for reason in UNTOLD[:-1]),
    }
    return render_list(request, "draws/exclusions.html", context)
