"""The list of experts and the panorama of one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.accounts.queries import FoundFor
from expertpool.core.criteria import explain
from expertpool.core.exporting import export_url
from expertpool.core.permissions import requires
from expertpool.core.saved_searches import kept_on
from expertpool.core.views.listing import listing, render_list
from expertpool.core.views.panorama import panorama
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.fields import EXPERT
from expertpool.experts.forms.filters import ExpertFilter
from expertpool.experts.models import Expert
from expertpool.experts.queries.accounts import account_words, waits_for_him
from expertpool.experts.queries.actions import actions_for
from expertpool.experts.queries.admission import RIGHT, at_once_in_words, makers_of
from expertpool.experts.queries.admitters import who_else
from expertpool.experts.queries.availability import suspended
from expertpool.experts.queries.beside import read_beside
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.queries.files import photo_of
from expertpool.experts.queries.names import by_likeness
from expertpool.experts.queries.records import standing_of
from expertpool.experts.queries.search import numbers_merged, search
from expertpool.experts.queries.veils import employer_for, name_for, sees_who
from expertpool.experts.registry import LIST_ACTIONS
from expertpool.experts.services.looking import note_look
from expertpool.experts.tables import sorts_for, tabs
from expertpool.workflow.enums import ApprovalState
from expertpool.workflow.queries.approvals import course_of
from expertpool.workflow.queries.notices import objections_about

PAGE = "experts:detail"
MOST_OPTIONS = 20
OWN = "由您录入、导入或修改，须由其他有「审核专家入库」权限的人员审核。"
# Encrypted, and not shown by the list: a page of it would open each for nothing.
UNSHOWN = ("id_number", "email", "address", "bank_account")


@require_safe
@requires("experts.view")
def index(request: UserRequest) -> HttpResponse:
    """The list: search, filters, state tabs, bulk actions."""
    user = request.user
    form = ExpertFilter(request.GET, user=user)
    result = listing(
        request,
        experts_visible_to(user).select_related("employer", "division").defer(*UNSHOWN),
        sorts=sorts_for(user),
        default_sort="-entered",
        form=form,
        tabs=tabs(timezone.localdate()),
    )
    read_beside(result.page)
    where = form.value("where")
    may = _rights(user)
    others = [one for one in LIST_ACTIONS if user.has_permission(one.permission)]
    context = result.context | {
        "may": may,
        "may_bulk": may["edit"]
        or may["admit"]
        or may["delete"]
        or may["blacklist"]
        or may["tags"]
        or others,
        "list_actions": others,
        "export_url": export_url("experts.experts")
        if user.has_permission("experts.export")
        else "",
        "package_url": reverse("experts:package"),
        "in_clear": sees_who(user),
        "where": explain(where) if where else "",
        "merged": _merged_of(form.value("q") or "", result.page),
        "columns": EXPERT.list_columns(user),
        **kept_on(user, "experts"),
        "at_once": at_once_in_words(timezone.now()),
        # Of the tab, so that the bulk bar offers what fits its rows.
        "of": request.GET.get("tab", ""),
    }
    return render_list(request, "experts/expert_list.html", context)


def _merged_of(text: str, rows: Iterable[Expert]) -> list[str]:
    """Say of numbers that were searched which of ``rows`` their records were merged into."""
    found = numbers_merged(text)
    shown = {one.pk for one in rows} if found else set()
    return [f"{old} 已并入 {number}" for old, (pk, number) in found.items() if pk in shown]


def _rights(user: Any) -> dict[str, bool]:
    """Which actions the user may take at all; each row is checked again by its action."""
    names = ("add", "edit", "admit", "delete", "import", "export", "blacklist", "leave", "tags")
    return {name: user.has_permission(f"experts.{name}") for name in names}


@require_safe
@requires("experts.view")
def options(request: UserRequest) -> JsonResponse:
    """Experts for a remote select."""
    found = experts_visible_to(request.user).exclude(status=ExpertStatus.DELETED)
    text = request.GET.get("q", "")
    found = search(found, text, request.user, by_name=True)
    rows = [
        {
            "value": str(one.pk),
            "text": name_for(request.user, one),
            "note": " ".join(filter(None, (one.number, employer_for(request.user, one)))),
        }
        for one in by_likeness(found.select_related("employer"), text, request.user)[:MOST_OPTIONS]
    ]
    return JsonResponse(rows, safe=False)


_shown = FoundFor(
    lambda user, pk: (
        experts_visible_to(user)
        .filter(pk=pk)
        .select_related("employer", "division", "department", "user", "merged_into")
    ),
    called="expert",
)


@require_safe
@requires("experts.view")
def detail(request: UserRequest, pk: int) -> HttpResponse:
    """The panorama; its tabs come from this app and those above."""
    expert = _shown.by_key(request.user, pk)
    if expert is None:
        raise Http404
    note_look(expert=expert, actor=request.user, now=timezone.now())
    may = actions_for(request.user, expert)
    context: dict[str, Any] = {"expert": expert, "may": may}
    context["account"], context["waits_for_him"] = account_words(expert), waits_for_him(expert)
    context["photo"] = photo_of(expert, request.user)
    if expert.status in (ExpertStatus.FROZEN, ExpertStatus.BLACKLISTED):
        # Why he is out, where everybody looks first.
        context["standing"] = standing_of(expert)
    if expert.status == ExpertStatus.PENDING and (course := course_of(expert, now=timezone.now())):
        context["admission"] = course
        context["admission_title"] = (
            "入库审核中"
            if course.approval.state == ApprovalState.RUNNING
            else "入库被退回，修改后请重新提交"
        )
        context["objections"] = objections_about(request.user, expert)
        if request.user.has_permission(RIGHT) and request.user.pk in makers_of(expert):
            context["admission_note"] = OWN
        elif may.why_not_approve:
            context["admission_note"] = may.why_not_approve
        if "admission_note" in context:
            context["admission_note"] += who_else(request.user, expert, now=timezone.now())
    if expert.status == ExpertStatus.FORMAL:
        rows = Expert.objects.filter(suspended(timezone.now()), pk=pk)
        context["is_suspended"] = rows.exists()
    # Each leads to the other, as far as the reader sees it.
    seen = experts_visible_to(request.user)
    context["merged"] = seen.filter(merged_into=expert).order_by("pk")
    if expert.merged_into_id and not seen.filter(pk=expert.merged_into_id).exists():
        expert.merged_into = None
    return panorama(request, PAGE, expert, "experts/expert_detail.html", context)


@require_safe
@requires("experts.view")
def menu(request: UserRequest, pk: int) -> HttpResponse:
    """What may be done with one expert of the list: the lines of its menu."""
    expert = get_object_or_404(experts_visible_to(request.user), pk=pk)
    may = actions_for(request.user, expert)
    return render(request, "experts/_menu.html", {"expert": expert, "may": may, "from": ""})
