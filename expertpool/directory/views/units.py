"""Units with their aliases."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.audit.services import Edits
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.core.views.listing import ListTab, listing, render_list
from expertpool.core.views.named_first import named_first
from expertpool.directory.forms import PairFilter, UnitFilter, UnitForm
from expertpool.directory.models import UNIDENTIFIED, FormerUnit, Unit, UnitAlias, UnitPair
from expertpool.directory.queries import search_units, suspected_pairs
from expertpool.directory.queries.lists import kept_word
from expertpool.directory.services.near import confirm_unit, tell_apart
from expertpool.directory.services.rows import delete_row
from expertpool.directory.services.units import LOCK, save_unit

MOST_OPTIONS, MOST_ALIASES = 30, 3
ALIASES = Prefetch("aliases", UnitAlias.objects.order_by("name"))
TABS = (ListTab("", "全部"), ListTab("unknown", "待核实", UNIDENTIFIED))


def unit_or_successor(pk: int) -> Unit:
    """Return the unit, or the one into which it was merged; raises Http404."""
    unit = Unit.objects.filter(pk=pk).first()
    return unit or get_object_or_404(FormerUnit.objects.select_related("unit"), pk=pk).unit


@require_safe
@requires("directory.view")
def index(request: HttpRequest) -> HttpResponse:
    """The units, with search."""
    result = listing(
        request,
        Unit.objects.prefetch_related(ALIASES),
        sorts={"name": "normalised_name", "uscc": "uscc", "id": "id"},
        default_sort="-id",
        form=UnitFilter(request.GET),
        tabs=TABS,
    )
    user: Any = request.user
    context = result.context | {
        "may_edit": user.has_permission("directory.edit"),
        "has_pairs": suspected_pairs().exists(),
    }
    return render_list(request, "directory/unit_list.html", context)


@require_safe
@requires("directory.view")
def pairs(request: HttpRequest) -> HttpResponse:
    """Units that may be one, the most alike first."""
    result = listing(
        request,
        suspected_pairs().select_related("first", "second"),
        sorts={"likeness": "likeness", "id": "id"},
        default_sort="-likeness",
        form=PairFilter(request.GET),
    )
    user: Any = request.user
    context = result.context | {
        "may_edit": user.has_permission("directory.edit"),
        "uncompared": Unit.objects.filter(compared=False).count(),
    }
    return render_list(request, "directory/unit_pairs.html", context)


@require_POST
@requires("directory.edit")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a unit of which only a name was typed is one."""
    unit = get_object_or_404(Unit, pk=pk)
    confirm_unit(unit=unit, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    return saved(f"“{unit}”已核实")


@require_POST
@requires("directory.edit")
def apart(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that two units are two."""
    pair = get_object_or_404(UnitPair.objects.select_related("first", "second"), pk=pk)
    tell_apart(pair=pair, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    return saved("已记住，不再列出")


@requires("directory.edit")
def create(request: HttpRequest) -> HttpResponse:
    """Add a unit."""
    return _form(request, Unit(), "新增单位")


@requires("directory.edit")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a unit and its aliases."""
    editing = Editing(request, Edits((Unit, [pk]), lock=LOCK))
    unit = unit_or_successor(pk)
    if unit.pk != pk:
        return redirect("directory:unit_edit", unit.pk)
    return _form(request, unit, "编辑单位", editing)


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
    if asked := named_first(request, str(unit), kept_word(unit)):
        return asked
    try:
        delete_row(row=unit, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    except ValidationError as error:
        return refused("".join(error.messages))
    return saved(f"已删除“{unit}”")


@require_safe
def search(request: HttpRequest) -> JsonResponse:
    """Units for the remote select and for proposals, by name, alias or the beginning of the USCC."""
    found = search_units(request.GET.get("q", "")).order_by("name")
    units = found.prefetch_related(ALIASES)[:MOST_OPTIONS]
    rows = [
        {"value": str(unit.pk), "text": unit.name, "code": unit.uscc, "note": _note(unit)}
        for unit in units
    ]
    return JsonResponse(rows, safe=False)


def _note(unit: Unit) -> str:
    aliases = [alias.name for alias in unit.aliases.all()][:MOST_ALIASES]
    also = f"又名 {'、'.join(aliases)}" if aliases else ""
    return "　".join(filter(None, (unit.uscc, also)))
