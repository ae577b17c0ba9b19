"""Units with their aliases."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.audit.services import Edits
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.core.views.listing import listing, render_list
from expertpool.directory.forms import UnitFilter, UnitForm
from expertpool.directory.models import Unit, UnitAlias
from expertpool.directory.queries import search_units
from expertpool.directory.services.rows import delete_row
from expertpool.directory.services.units import LOCK, save_unit

MOST_OPTIONS = 30


@require_safe
@requires("directory.view")
def index(request: HttpRequest) -> HttpResponse:
    """The units, with search."""
    aliases = Prefetch("aliases", UnitAlias.objects.order_by("name"))
    result = listing(
        request,
        Unit.objects.prefetch_related(aliases),
        sorts={"name": "normalised_name", "uscc": "uscc", "id": "id"},
        default_sort="-id",
        form=UnitFilter(request.GET),
    )
    user: Any = request.user
    context = result.context | {"may_edit": user.has_permission("directory.edit")}
    return render_list(request, "directory/unit_list.html", context)


@requires("directory.edit")
def create(request: HttpRequest) -> HttpResponse:
    """Add a unit."""
    return _form(request, Unit(), "新增单位")


@requires("directory.edit")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a unit and its aliases."""
    editing = Editing(request, Edits((Unit, [pk]), lock=LOCK))
    return _form(request, get_object_or_404(Unit, pk=pk), "编辑单位", editing)


def _form(
    request: HttpRequest, unit: Unit, title: str, editing: Editing | None = None
) -> HttpResponse:
    form = UnitForm(request.POST or None, instance=unit)

    def write() -> None:
        save_unit(
            unit=form.instance,
            aliases=form.cleaned_data["aliases"],
            actor=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
        )

    return drawer_form(request, form, write, title=title, editing=editing)


@require_POST
@requires("directory.edit")
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a unit that nothing refers to."""
    unit = get_object_or_404(Unit, pk=pk)
    try:
        delete_row(row=unit, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    except ValidationError as error:
        return refused("".join(error.messages))
    return saved(f"已删除“{unit}”")


@require_safe
def search(request: HttpRequest) -> JsonResponse:
    """Units for the remote select, by name, alias or the beginning of the USCC."""
    units = search_units(request.GET.get("q", "")).order_by("name")[:MOST_OPTIONS]
    rows = [{"value": str(u.pk), "text": u.name, "note": u.uscc} for u in units]
    return JsonResponse(rows, safe=False)
