"""Records that may be the same person's, and those of which somebody has said that they are not."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.listing import listing, render_list
from expertpool.core.views.reasons import reason_of
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.forms.filters import AlikeFilter
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_mergeable_by, experts_visible_to
from expertpool.experts.queries.names import BY_NAME
from expertpool.experts.queries.pairs import alike_in, grounds_of, told_apart_within
from expertpool.experts.services.apart import take_back, tell_apart

SORTS = {"name": BY_NAME}


@require_safe
@requires("experts.edit")
def index(request: UserRequest) -> HttpResponse:
    """Those of the records that a clerk keeps which have too much in common."""
    kept = _kept(request)
    # Whoever looks for one record finds it, first of its pair or not; else each pair stands once.
    once = not request.GET.get("q", "").strip()
    result = listing(
        request,
        alike_in(kept, once=once).select_related("employer"),
        sorts=SORTS,
        default_sort="name",
        form=AlikeFilter(request.GET, user=request.user),
    )
    told = grounds_of(list(result.page), kept, once=once)
    rows = [(expert, told[expert.pk]) for expert in result.page]
    context = result.context | {
        "rows": rows,
        "may_merge": request.user.has_permission("experts.delete"),
    }
    return render_list(request, "experts/alike_list.html", context)


@require_safe
@requires("experts.edit")
def apart(request: UserRequest) -> HttpResponse:
    """Those that somebody has told apart."""
    result = listing(
        request,
        told_apart_within(_kept(request)).select_related("first", "second", "told_by"),
        sorts={"id": "id"},
        default_sort="-id",
    )
    context = result.context | {"may_merge": request.user.has_permission("experts.delete")}
    return render_list(request, "experts/apart_list.html", context)


@require_POST
@requires("experts.delete")
def tell(request: UserRequest, pk: int, other: int) -> HttpResponse:
    """Say that two records are two persons'."""
    rows = experts_mergeable_by(request.user)
    one, two = get_object_or_404(rows, pk=pk), get_object_or_404(rows, pk=other)
    reason, now = reason_of(request), timezone.now()
    try:
        tell_apart(one=one, other=two, reason=reason, actor=request.user, now=now)
    except ExpertRefused as refusal:
        return refused(str(refusal))
    return saved(f"已记住 {one} 和 {two} 不是同一人，不再提示")


@require_POST
@requires("experts.delete")
def untell(request: UserRequest, pk: int) -> HttpResponse:
    """Take back that two records are two persons'."""
    rows = told_apart_within(experts_mergeable_by(request.user)).select_related("first", "second")
    row = get_object_or_404(rows, pk=pk)
    take_back(row=row, actor=request.user, now=timezone.now())
    return saved("已撤回，这两份档案重新列入疑似重复")


def _kept(request: UserRequest) -> QuerySet[Expert]:
    return experts_visible_to(request.user, "experts.edit")
