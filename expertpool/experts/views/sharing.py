"""Whose projects may draw a department's experts: the tree of departments with its rules."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import Department, UserRequest
from expertpool.audit.services import Edits
from expertpool.core.permissions import requires
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.core.views.listing import listing, render_list
from expertpool.experts.enums import SharingMode
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.forms.sharing import SharingForm
from expertpool.experts.models import Sharing
from expertpool.experts.queries.sharing import SharingRules, departments_sharing
from expertpool.experts.services.sharing import set_sharing


@require_safe
@requires("experts.sharing")
def index(request: UserRequest) -> HttpResponse:
    """The departments whose experts this user may share, each with what holds for it."""
    found = listing(
        request, departments_sharing(request.user), sorts={"path": "path"}, default_sort="path"
    )
    rules = SharingRules()
    table = [
        {
            "department": row,
            "indent": "　" * (row.path.count("/") - 1),
            "rule": (rule := rules.of(row.path)),
            "own": rule is not None and rule.path == row.path,
        }
        for row in found.page
    ]
    return render_list(request, "experts/sharing_list.html", found.context | {"table": table})


@requires("experts.sharing")
def edit(request: UserRequest, pk: int) -> HttpResponse:
    editing = Editing(request, Edits((Department, [pk]), action="expert.sharing"))
    department = get_object_or_404(departments_sharing(request.user), pk=pk)
    rule = Sharing.objects.filter(department=department).first()
    initial: dict[str, Any] = {"mode": ""}
    if rule:
        initial = {
            "mode": "" if rule.mode == SharingMode.ABOVE else rule.mode,
            "borrowers": rule.borrowers.all(),
            "contacts": rule.contacts,
        }
    posted = request.POST if request.method == "POST" else None
    form = SharingForm(posted, initial=initial)

    def write() -> None:
        set_sharing(
            department=department, **form.cleaned_data, actor=request.user, now=timezone.now()
        )

    return drawer_form(
        request,
        form,
        write,
        refusals=ExpertRefused,
        at="borrowers",
        title=f"共享规则 · {department.name}",
        message="已保存；对之后开始的抽取生效。",
        editing=editing,
    )
