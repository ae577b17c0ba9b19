"""The trees of specialties: one tab a scheme, branches opened by the address."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.audit.services import Edits
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.text import is_key
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.core.views.listing import render_list
from expertpool.core.views.named_first import named_first
from expertpool.directory.forms import (
    SpecialtyEditForm,
    SpecialtyFilter,
    SpecialtyForm,
    SpecialtyMoveForm,
)
from expertpool.directory.models import Specialty, SpecialtyScheme
from expertpool.directory.queries import (
    path_names,
    search_specialties,
    specialties_like,
    specialty_tree,
)
from expertpool.directory.queries.lists import kept_word
from expertpool.directory.services.rows import delete_row
from expertpool.directory.services.specialties import (
    LOCK,
    add_specialty,
    move_specialty,
    update_specialty,
)

MOST_FOUND = 200


@require_safe
@requires("directory.view")
def index(request: HttpRequest) -> HttpResponse:
    """The tree of one scheme (``?scheme=``), or what a search finds in it."""
    schemes = list(
        SpecialtyScheme.objects.annotate(size=Count("specialties")).order_by("order", "id")
    )
    wanted = request.GET.get("scheme", "")
    current = next((one for one in schemes if one.code == wanted), schemes[0] if schemes else None)
    form = SpecialtyFilter(request.GET)
    query = form.cleaned_data.get("q", "") if form.is_valid() else ""
    user: Any = request.user
    context = {
        "scheme": current,
        "tabs": [_tab(one, current) for one in schemes],
        "filter_form": form,
        "query": query,
        "rows": _found(current, query) if query else _open_rows(request, current),
        "may_edit": user.has_permission("directory.edit"),
        "most": MOST_FOUND,
    }
    return render_list(request, "directory/specialty_list.html", context)


def _tab(scheme: Any, current: SpecialtyScheme | None) -> dict[str, Any]:
    return {
        "label": scheme.name if scheme.active else f"{scheme.name}（未启用）",
        "url": f"?scheme={scheme.code}",
        "active": scheme == current,
        "count": scheme.size,
    }


def _found(scheme: SpecialtyScheme | None, query: str) -> list[dict[str, Any]]:
    if scheme is None:
        return []
    nodes = list(search_specialties(scheme, query).annotate(below=Count("children"))[:MOST_FOUND])
    paths = path_names(nodes)
    return [{"node": n, "key": str(n.pk), "note": paths[n.pk], "depth": 0} for n in nodes]


def _open_rows(request: HttpRequest, scheme: SpecialtyScheme | None) -> list[dict[str, Any]]:
    """Return the nodes that are visible: the roots, and the children of opened nodes."""
    if scheme is None:
        return []
    # In the address, so that going back and reloading show the same branches.
    opened = {int(pk) for pk in request.GET.get("open", "").split(",") if is_key(pk)}
    nodes = scheme.specialties.filter(Q(parent=None) | Q(parent__in=opened))
    rows: list[dict[str, Any]] = []
    visible: set[int] = set()
    # By path a node stands before all below it.
    for node in sorted(nodes.annotate(below=Count("children")), key=lambda node: node.path):
        if node.parent_id and node.parent_id not in visible:
            continue
        is_open = node.pk in opened
        if is_open:
            visible.add(node.pk)
        toggle = _toggle(request, opened ^ {node.pk}) if node.below else ""
        rows.append(
            {
                "node": node,
                "key": str(node.pk),
                "depth": min(node.level, 5),
                "toggle": toggle,
                "open": is_open,
            }
        )
    return rows


def _toggle(request: HttpRequest, opened: set[int]) -> str:
    query = QueryDict(mutable=True)
    if "scheme" in request.GET:
        query["scheme"] = request.GET["scheme"]
    if opened:
        query["open"] = ",".join(map(str, sorted(opened)))
    return f"{request.path}?{query.urlencode(safe=',')}"


@requires("directory.edit")
def create(request: HttpRequest, scheme: str) -> HttpResponse:
    """Add a node; ``?parent=`` is the one above it."""
    current = get_object_or_404(SpecialtyScheme, code=scheme)
    above = request.GET.get("parent", "")
    parent = get_object_or_404(current.specialties, pk=above) if is_key(above) else None
    form = SpecialtyForm(request.POST or None)

    def write() -> object:
        return add_specialty(
            scheme=current,
            parent=parent,
            code=form.cleaned_data["code"],
            name=form.cleaned_data["name"],
            actor=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
        )

    title = f"在“{parent.name}”下新增" if parent else "新增一级分类"
    return drawer_form(request, form, write, title=title)


@requires("directory.edit")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename, disable, enable."""
    editing = _editing(request, pk)
    node = get_object_or_404(Specialty, pk=pk)
    initial = {"name": node.name, "active": node.active}
    form = SpecialtyEditForm(request.POST or None, initial=initial)

    def write() -> object:
        return update_specialty(
            specialty=node,
            name=form.cleaned_data["name"],
            active=form.cleaned_data["active"],
            actor=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
        )

    back = reverse("directory:specialty_list")
    return drawer_form(request, form, write, title=f"编辑 {node}", editing=editing, back=back)


@requires("directory.edit")
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a node elsewhere in its tree."""
    editing = _editing(request, pk)
    node = get_object_or_404(Specialty.objects.select_related("scheme"), pk=pk)
    initial = {"parent": node.parent_id}
    form = SpecialtyMoveForm(request.POST or None, initial=initial, scheme=node.scheme)

    def write() -> object:
        return move_specialty(
            specialty=node,
            parent=form.cleaned_data["parent"],
            actor=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
        )

    back = reverse("directory:specialty_list")
    return drawer_form(request, form, write, title=f"移动 {node}", editing=editing, back=back)


def _editing(request: HttpRequest, pk: int) -> Editing:
    return Editing(request, Edits((Specialty, [pk]), lock=LOCK))


@require_POST
@requires("directory.edit")
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a node that nothing refers to."""
    node = get_object_or_404(Specialty, pk=pk)
    if asked := named_first(request, str(node), kept_word(node)):
        return asked
    try:
        delete_row(row=node, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    except ValidationError as error:
        return refused("".join(error.messages))
    return saved(f"已删除“{node}”")


@require_safe
def tree(request: HttpRequest) -> JsonResponse:
    """Nodes for the cascader; ``?scheme=`` limits them to one scheme. With ``?q=`` those that an input
    proposes while one types."""
    if query := request.GET.get("q", "")[:100]:
        found = specialties_like(query)
        paths = path_names(found)
        rows = [{"text": f"{one.code} {one.name}", "note": paths[one.pk]} for one in found]
        return JsonResponse(rows, safe=False)
    return JsonResponse(specialty_tree(request.GET.get("scheme", "")), safe=False)


@require_safe
@requires("directory.view")
def search(request: HttpRequest, scheme: str) -> JsonResponse:
    """Nodes of any level, for the remote select of the move form."""
    current = get_object_or_404(SpecialtyScheme, code=scheme)
    nodes = list(search_specialties(current, request.GET.get("q", ""))[:50])
    paths = path_names(nodes)
    rows = [{"value": str(n.pk), "text": str(n), "note": paths[n.pk]} for n in nodes]
    return JsonResponse(rows, safe=False)
