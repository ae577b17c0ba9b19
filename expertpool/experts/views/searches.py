"""Ways to choose experts: conditions, the deleted, the package of a list."""

from __future__ import annotations

import json
import tempfile
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from expertpool.accounts.models import UserRequest
from expertpool.core.client import client_address
from expertpool.core.criteria import AllOf, canonical
from expertpool.core.exporting import ExportRefused
from expertpool.core.permissions import requires
from expertpool.core.reading.turns import Busy, archive_turn
from expertpool.core.responses import file_answer
from expertpool.core.saved_searches import NOT_KEPT
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import listing, render_list
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.exports import write_package
from expertpool.experts.forms.actions import WhereForm
from expertpool.experts.forms.filters import DeletedFilter
from expertpool.experts.queries.experts import deleted_visible_to
from expertpool.experts.tables import SORTS


@requires("experts.view")
def conditions(request: UserRequest) -> HttpResponse:
    """The condition builder; its answer becomes ``where`` in the address of the list."""
    if request.method == "POST":
        form = WhereForm(request.POST, user=request.user)
    else:
        form = WhereForm(initial={"where": request.GET.get("where", "")}, user=request.user)
    if form.is_valid():
        query = request.GET.copy()
        # Without the page: what the condition leaves may be shorter.
        for name in (*NOT_KEPT, "where"):
            query.pop(name, None)
        node = form.cleaned_data["where"]
        if node != AllOf():
            query["where"] = json.dumps(canonical(node), ensure_ascii=False)
        address = reverse("experts:list")
        return HttpResponseClientRedirect(f"{address}?{query.urlencode()}" if query else address)
    return drawer_form(
        request, form, lambda: None, refusals=ExpertRefused, title="高级查询", submit_label="查询"
    )


@require_safe
@requires("experts.delete")
def deleted(request: UserRequest) -> HttpResponse:
    """The deleted experts: when, by whom, why."""
    result = listing(
        request,
        deleted_visible_to(request.user),
        sorts=SORTS,
        default_sort="-deleted",
        form=DeletedFilter(request.GET, user=request.user),
    )
    return render_list(request, "experts/deleted_list.html", result.context)


@requires("experts.export")
def package(request: UserRequest) -> Any:
    """The list and the files of its experts in one archive; by the button alone, as `core.views.exports.start`."""
    if request.method != "POST":
        messages.error(request, "没有导出：打开链接不会导出，请在列表页点「打包导出」。")
        return redirect("experts:list")
    now = timezone.now()
    # On disk: an archive may have a gigabyte.
    stream = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    try:
        with archive_turn():
            write_package(
                stream,
                params=request.GET,
                actor=request.user,
                address=client_address(request),
                now=now,
            )
    except (ExpertRefused, ExportRefused, Busy) as refusal:
        stream.close()
        messages.error(request, str(refusal))
        return redirect(f"{reverse('experts:list')}?{request.GET.urlencode()}")
    stream.seek(0)
    name = f"专家信息{timezone.localtime(now):%Y%m%d-%H%M}.zip"
    return file_answer(stream, name=name)
