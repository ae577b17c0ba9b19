"""Setting up what is asked about experts and organisers."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.audit.services import Edits
from expertpool.core.permissions import requires
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.evaluations.enums import Target
from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.forms.forms import SetUpForm
from expertpool.evaluations.models import RatingForm
from expertpool.evaluations.permissions import MANAGE
from expertpool.evaluations.queries.forms import forms_in_use, standard_form, versions_of
from expertpool.evaluations.services.forms import LOCK, save_form


@require_safe
@requires(MANAGE)
def index(request: UserRequest) -> HttpResponse:
    """What is asked now, of all kinds of projects."""
    return render(request, "evaluations/forms.html", {"rows": forms_in_use()})


@requires(MANAGE)
def create(request: UserRequest) -> HttpResponse:
    """Save the first version of a form (drawer); it begins with what is asked anyway."""
    asked = request.GET.get("target", "")
    target = Target(asked) if asked in Target.values else Target.EXPERT
    return _drawer(request, standard_form(target), "新增评价表")


@requires(MANAGE)
def edit(request: UserRequest, pk: int) -> HttpResponse:
    """Save the next version of a form (drawer)."""
    versions = versions_of(get_object_or_404(RatingForm, pk=pk))
    # Every edit is a version of its own, whichever of them was opened.
    editing = Editing(request, Edits((RatingForm, versions), lock=LOCK))
    row = versions[0]
    return _drawer(request, row, f"修改评价表 · {row.get_target_display()}", editing)


def _drawer(
    request: UserRequest, row: RatingForm, title: str, editing: Editing | None = None
) -> HttpResponse:
    form = SetUpForm(request.POST if request.method == "POST" else None, row=row)

    def write() -> None:
        said = form.cleaned_data
        save_form(
            target=Target(said["target"]),
            project_kind=said["project_kind"],
            dimensions=said["dimensions"],
            grades=said["grades"],
            active=said["active"],
            base=row.version,
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        title=title,
        message="已保存，以后开始的评价按这一版。",
        refresh="page",
        refusals=EvaluationRefused,
        editing=editing,
        back=reverse("evaluations:forms"),
    )


@require_safe
@requires(MANAGE)
def versions(request: UserRequest, pk: int) -> HttpResponse:
    """All versions of a form (drawer)."""
    row = get_object_or_404(RatingForm, pk=pk)
    context = {
        "title": f"历次版本 · {row.get_target_display()}",
        "rows": versions_of(row),
        "back": reverse("evaluations:forms"),
    }
    return render(request, "evaluations/versions.html", context)
