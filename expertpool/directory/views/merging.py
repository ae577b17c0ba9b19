"""Merging a unit into another: at once, or by a run where thousands of records follow."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from expertpool.core.bulk import ACTIONS, Asked, start_run
from expertpool.core.permissions import requires
from expertpool.core.text import is_key
from expertpool.core.views.bulk import BulkAction
from expertpool.core.views.drawers import drawer_form
from expertpool.directory.forms import MergeForm
from expertpool.directory.models import Unit
from expertpool.directory.services.merging import merge_units, references_to

EDIT = "directory.edit"
MOST_AT_ONCE = 500  # records that follow while the user waits


def _into(asked: Any) -> Unit:
    # The service looks for it anew, and refuses one that is gone.
    chosen = asked.POST.get("into", "")
    return Unit(pk=int(chosen) if is_key(chosen) else 0)


def _said(asked: Any, keys: Any) -> str:
    into = Unit.objects.get(pk=_into(asked).pk)
    return f"已合并到“{into}”，原来的名称成为它的别名。"


ACTIONS["directory.merge"] = BulkAction(
    permission=EDIT,
    verb="合并",
    noun="个单位",
    subject="unit",
    change=merge_units,
    picked=lambda request: Unit.objects.none(),  # asked for by the form below
    reach=lambda asked: Unit.objects.all(),
    refusals=ValidationError,
    arguments=lambda asked: {"into": _into(asked)},
    then=_said,
    background="directory.merge",
)


@requires(EDIT)
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Merge a unit into another, which ``?into=`` may propose."""
    unit = get_object_or_404(Unit, pk=pk)
    posted = request.POST if request.method == "POST" else None
    references = references_to(unit)
    form = MergeForm(posted, unit=unit, into=request.GET.get("into", ""), references=references)

    def write() -> str | HttpResponse:
        now = timezone.now()
        if references.total() > MOST_AT_ONCE:
            run = start_run(
                action="directory.merge",
                title=f"合并单位：{unit} 并入 {form.cleaned_data['into']}",
                keys=[unit.pk],
                asked=cast("Asked", request),
                back=reverse("directory:unit_list"),
                now=now,
            )
            return HttpResponseClientRedirect(reverse("core:bulk_run", args=[run.pk]))
        actor: Any = request.user
        into = merge_units(unit=unit, into=form.cleaned_data["into"], actor=actor, now=now)
        return f"已合并到“{into}”，“{unit.name}”成为它的别名"

    return drawer_form(request, form, write, title=f"合并单位 · {unit}", submit_label="合并")
