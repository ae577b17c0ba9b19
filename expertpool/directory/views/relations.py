"""The relations of one unit, and whom an avoidance of it reaches through them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.audit.services import Edits
from expertpool.core.configuration import value_of
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.core.views.listing import render_list
from expertpool.directory.forms import RelationForm
from expertpool.directory.models import Unit, UnitRelation
from expertpool.directory.queries import ways_from
from expertpool.directory.services.relations import LOCK, save_relation
from expertpool.directory.services.rows import delete_row
from expertpool.directory.settings import DEPTH, SHARE
from expertpool.directory.views.units import unit_or_successor

OWNER, OWNED = "owner", "owned"
MOST_WAYS = 200


@require_safe
@requires("directory.view")
def index(request: HttpRequest, pk: int) -> HttpResponse:
    """Who stands above and below the unit, and which units follow from it."""
    unit = unit_or_successor(pk)
    if unit.pk != pk:
        return redirect("directory:unit_relations", unit.pk)
    user: Any = request.user
    ways = ways_from(unit, on=timezone.localdate())
    context = {
        "unit": unit,
        "sides": [
            (OWNER, "上级与股东", unit.owner_relations.select_related("owner")),
            (OWNED, "下级与投资", unit.owned_relations.select_related("owned")),
        ],
        "ways": ways[:MOST_WAYS],
        "more": max(len(ways) - MOST_WAYS, 0),
        "depth": value_of(DEPTH),
        "share": value_of(SHARE),
        "today": timezone.localdate(),
        "former": unit.former_units.order_by("-merged_at"),
        "may_edit": user.has_permission("directory.edit"),
    }
    return render_list(request, "directory/unit_relations.html", context)


@requires("directory.edit")
def create(request: HttpRequest, pk: int, side: str) -> HttpResponse:
    """Add a unit above (``owner``) or below (``owned``)."""
    if side not in (OWNER, OWNED):
        raise Http404
    unit = get_object_or_404(Unit, pk=pk)
    return _form(request, UnitRelation(), unit, other_is_owner=side == OWNER)


@requires("directory.edit")
def edit(request: HttpRequest, pk: int, relation: int) -> HttpResponse:
    """Change or end a relation of the unit."""
    editing = Editing(request, Edits((UnitRelation, [relation]), lock=LOCK))
    row = get_object_or_404(_relations(pk), pk=relation)
    unit = get_object_or_404(Unit, pk=pk)
    return _form(request, row, unit, other_is_owner=row.owned_id == pk, editing=editing)


@require_POST
@requires("directory.edit")
def delete(request: HttpRequest, pk: int, relation: int) -> HttpResponse:
    """Forget a relation that was entered by mistake; the log keeps what it was."""
    row = get_object_or_404(_relations(pk), pk=relation)
    try:
        delete_row(row=row, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    except ValidationError as error:
        return refused("".join(error.messages))
    return saved("已删除")


def _relations(unit: int) -> QuerySet[UnitRelation]:
    return UnitRelation.objects.filter(Q(owner=unit) | Q(owned=unit)).select_related(
        "owner", "owned"
    )


def _form(
    request: HttpRequest,
    row: UnitRelation,
    unit: Unit,
    *,
    other_is_owner: bool,
    editing: Editing | None = None,
) -> HttpResponse:
    form = RelationForm(
        request.POST or None, instance=row, unit=unit, other_is_owner=other_is_owner
    )

    def write() -> None:
        save_relation(
            relation=form.instance,
            actor=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
        )

    title = f"{'上级或股东' if other_is_owner else '下级或被投资单位'} · {unit}"
    return drawer_form(request, form, write, title=title, editing=editing)
