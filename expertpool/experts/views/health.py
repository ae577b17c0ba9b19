"""What the pool lacks, and the lists behind it that are none of experts."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.configuration import value_of
from expertpool.core.counting import counted
from expertpool.core.locks import use_one_process
from expertpool.core.permissions import requires
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import RowCount, listing, render_list
from expertpool.directory.models import Unit, UnitPair
from expertpool.directory.queries import Near, surest_first, suspected_pairs, unidentified_units
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.forms.actions import AssignForm
from expertpool.experts.forms.filters import EmployerFilter, ThinFilter
from expertpool.experts.guards import seeing_who
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.queries.health import (
    GAPS,
    counts_of,
    thin_specialties,
    unidentified_employers,
)
from expertpool.experts.queries.names import BY_NAME
from expertpool.experts.queries.pairs import alike_in, pairs_in
from expertpool.experts.queries.veils import sees_who
from expertpool.experts.services.employers import assign_employer
from expertpool.experts.settings import PENDING_DAYS, THIN_SPECIALTY

MOST_ASSIGNED = 100  # experts of one name that a drawer offers at once


@require_safe
@requires("experts.view")
def index(request: UserRequest) -> HttpResponse:
    """The numbers of the pool's health, each with its list and what mends it."""
    now, user = timezone.now(), request.user
    found = counts_of(user, now=now)
    thin = thin_specialties(user, today=timezone.localdate(now))
    with transaction.atomic():
        use_one_process()
        pairs = (
            suspected_pairs() if user.has_permission("directory.view") else UnitPair.objects.none()
        )
        names = unidentified_employers(user)
        *counts, few, units, unsure = counted([*found.values(), thin, pairs, names])
        kept = experts_visible_to(user, "experts.edit")
        alike: RowCount | None = None
        if user.has_permission("experts.edit"):
            # As many as the page behind it lists: of each pair one, and whoever shares a number with an account.
            found_pairs = pairs_in(kept)
            listed = alike_in(kept, once=True, pairs=found_pairs).count()
            alike = RowCount(listed, is_least=found_pairs.is_least)
    sections: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for gap, count in zip(GAPS, counts, strict=True):
        url = f"{reverse('experts:list')}?{urlencode({'gap': gap.code})}"
        sections[gap.section].append(_line(gap.label, count, "人", url, gap.mend))
        if gap.code == "unit" and sees_who(user):
            # Also of those who are not yet, or no longer, drawn: as many as the page behind it lists.
            mend = "连同待审核、冻结等专家填写的；归入单位库里的单位，或确认它是一家单位。"
            url = reverse("experts:employers")
            sections[gap.section].append(_line("待核实的单位名称", unsure, "个", url, mend))
    mend = (
        f"可抽专家不足 {value_of(THIN_SPECIALTY)} 人，抽取时容易抽不满：补充专家，或并用上级专业。"
    )
    url = reverse("experts:thin")
    sections["专业"].append(_line("专家太少的专业", few, "个", url, mend))
    if alike is not None:
        mend = "是同一个人的合并档案，不是的标明后不再列出。"
        sections["重复"].append(
            _line("疑似重复的专家", alike, "人", reverse("experts:alike"), mend)
        )
    if user.has_permission("directory.view"):
        mend = "是同一家的合并，不是的标明后不再列出。"
        url = reverse("directory:unit_pairs")
        line = _line("疑似重复的单位", units, "对", url, mend)
        if uncompared := Unit.objects.filter(compared=False).count():
            line["note"] = f"另有 {uncompared:,} 个新单位正在比对，几分钟后再看"
        sections["重复"].append(line)
    context = {
        "sections": list(sections.items()),
        "days": value_of(PENDING_DAYS),
        "may_update": user.has_permission("experts.edit"),
    }
    return render(request, "experts/health.html", context)


def _line(label: str, count: int, unit: str, url: str, mend: str) -> dict[str, Any]:
    return {"label": label, "count": count, "unit": unit, "url": url, "mend": mend}


@require_safe
@requires("experts.view")
def thin(request: UserRequest) -> HttpResponse:
    """The specialties for which few experts can be drawn."""
    rows = thin_specialties(request.user, today=timezone.localdate())
    result = listing(
        request,
        rows.select_related("scheme"),
        sorts={"code": "code", "drawable": "drawable"},
        default_sort="drawable",
        form=ThinFilter(request.GET),
    )
    context = result.context | {"wanted": value_of(THIN_SPECIALTY)}
    return render_list(request, "experts/thin_list.html", context)


@require_safe
@requires("experts.view")
@seeing_who
def employers(request: UserRequest) -> HttpResponse:
    """The employers of which only a name was typed, with the units that they may be."""
    result = listing(
        request,
        unidentified_employers(request.user),
        sorts={"name": "normalised_name", "id": "id"},
        default_sort="-id",
        form=EmployerFilter(request.GET),
    )
    units = list(result.page or ())
    near: dict[int, list[Near]] = defaultdict(list)
    pairs = suspected_pairs().filter(Q(first__in=units) | Q(second__in=units))
    for pair in pairs.select_related("first", "second").order_by("-likeness"):
        near[pair.first_id].append(Near(pair.second, pair.likeness))
        near[pair.second_id].append(Near(pair.first, pair.likeness))
    context = result.context | {
        "rows": [(unit, [one.unit for one in surest_first(near[unit.pk])[:3]]) for unit in units],
        "may_edit": request.user.has_permission("directory.edit"),
        "may_assign": request.user.has_permission("experts.edit"),
    }
    return render_list(request, "experts/employer_list.html", context)


@requires("experts.edit")
def assign(request: UserRequest, pk: int) -> HttpResponse:
    """Say for which unit some of those work who are entered under an unidentified name (drawer)."""
    unit = get_object_or_404(unidentified_units(), pk=pk)
    staff = experts_visible_to(request.user, "experts.edit").exclude(status=ExpertStatus.DELETED)
    of_unit = BY_NAME.of(staff.filter(employer=unit))
    number = of_unit.count()
    form = AssignForm(
        request.POST if request.method == "POST" else None,
        experts=of_unit[:MOST_ASSIGNED],
        unit=unit,
        into=request.GET.get("into", ""),
        beyond=max(number - MOST_ASSIGNED, 0),
    )

    def write() -> str:
        into = form.cleaned_data["into"]
        experts = form.cleaned_data["experts"]
        count = assign_employer(experts=experts, into=into, actor=request.user, now=timezone.now())
        return f"已把 {count} 位专家归入“{into}”" if into else f"已清空 {count} 位专家的工作单位"

    return drawer_form(
        request,
        form,
        write,
        refusals=ExpertRefused,
        title=f"逐个归入 · {unit}",
        submit_label="归入",
        back=reverse("experts:employers"),
    )
