"""What the office writes: the list, one notice with its experts, and choosing them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from expertpool.accounts.models import UserRequest
from expertpool.audit.queries import timeline_of
from expertpool.audit.services.editing import Edits
from expertpool.core.exporting import export_url
from expertpool.core.fields import is_vouched
from expertpool.core.permissions import requires
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.core.views.listing import listing, picked_rows, render_list
from expertpool.experts.forms.filters import ExpertFilter
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.tables import tabs as expert_tabs
from expertpool.files.queries import attachments_of
from expertpool.notices.enums import NoticeState
from expertpool.notices.exceptions import NoticeRefused
from expertpool.notices.exports import AddresseeExport
from expertpool.notices.forms import AddresseeFilter, ChooseForm, NoticeFilter, NoticeForm
from expertpool.notices.models import ExpertNotice
from expertpool.notices.queries.fates import (
    addressees_visible_to,
    fates,
    totals_of,
    unanswered,
)
from expertpool.notices.queries.notices import SEND, VIEW, notices_visible_to, with_counts
from expertpool.notices.queries.reach import offered_channels, reach_of
from expertpool.notices.services.writing import add_addressees, save_notice
from expertpool.notices.tables import ADDRESSEE_SORTS, SORTS, TABS, TONES, addressee_tabs

MOST_TOLD = 20


@require_safe
@requires(VIEW)
def index(request: UserRequest) -> HttpResponse:
    found = listing(
        request,
        with_counts(notices_visible_to(request.user), request.user),
        sorts=SORTS,
        default_sort="-written",
        form=NoticeFilter(request.GET),
        tabs=TABS,
    )
    rows = [(row, TONES[row.state]) for row in found.page]
    context = found.context | {"rows": rows, "may_send": request.user.has_permission(SEND)}
    return render_list(request, "notices/list.html", context)


@requires(SEND)
def add(request: UserRequest) -> HttpResponse:
    """Write a new one; its experts are chosen afterwards."""
    form = NoticeForm(request.POST if request.method == "POST" else None)

    def write() -> HttpResponse:
        return _page_of(_kept(ExpertNotice(), form, request))

    return drawer_form(
        request,
        form,
        write,
        refusals=NoticeRefused,
        title="写通知",
        submit_label="保存草稿",
        back=reverse("notices:list"),
    )


@requires(SEND)
def edit(request: UserRequest, pk: int) -> HttpResponse:
    editing = Editing(request, Edits((ExpertNotice, [pk])))
    row = get_object_or_404(notices_visible_to(request.user, SEND), pk=pk)
    form = NoticeForm(request.POST if request.method == "POST" else None, instance=row)
    return drawer_form(
        request,
        form,
        lambda: _kept(row, form, request) and None,
        refusals=NoticeRefused,
        editing=editing,
        title="修改通知",
        refresh="page",
        back=reverse("notices:detail", args=[pk]),
    )


def _kept(row: ExpertNotice, form: NoticeForm, request: UserRequest) -> ExpertNotice:
    return save_notice(row=row, values=form.cleaned_data, actor=request.user, now=timezone.now())


def _page_of(row: ExpertNotice) -> HttpResponse:
    return HttpResponseClientRedirect(reverse("notices:detail", args=[row.pk]))


@requires(SEND)
def choose(request: UserRequest) -> HttpResponse:
    """Add the ticked experts of the list of experts, or all that it shows, to a draft or a new notice."""
    form = ChooseForm(request.POST if request.method == "POST" else None, user=request.user)

    def write() -> HttpResponse:
        keys = list(_picked(request).values_list("pk", flat=True))
        row, now = form.draft, timezone.now()
        if row is None:
            values = {
                "title": form.cleaned_data["title"],
                "text": "",
                "channels": [code for code, _ in offered_channels()],
            }
            row = save_notice(row=ExpertNotice(), values=values, actor=request.user, now=now)
        added, beyond = add_addressees(notice=row, experts=keys, actor=request.user, now=now)
        said = f"已加入 {added} 位专家"
        messages.success(request, f"{said}；另有 {beyond} 位不能发送" if beyond else said)
        return _page_of(row)

    asked = request.POST if request.method == "POST" else request.GET
    number = asked.get("count", "")
    return drawer_form(
        request,
        form,
        write,
        refusals=NoticeRefused,
        title=f"给 {number} 位专家发通知" if number else "给专家发通知",
        submit_label="下一步",
        template="experts/picked_drawer.html",
        keys=asked.getlist("pk"),
        everything=asked.get("all") == "1",
        count=number,
        back=reverse("experts:list"),
    )


def _picked(request: UserRequest) -> QuerySet[Expert]:
    return picked_rows(
        request,
        experts_visible_to(request.user),
        form=lambda data: ExpertFilter(data, user=request.user),
        tabs=expert_tabs(timezone.localdate()),
    )


@require_safe
@requires(VIEW)
def detail(request: UserRequest, pk: int) -> HttpResponse:
    """One notice: its text, and what became of it for each expert."""
    user = request.user
    row = get_object_or_404(notices_visible_to(user), pk=pk)
    people = addressees_visible_to(user, row)
    found = listing(
        request,
        people,
        sorts=ADDRESSEE_SORTS,
        default_sort="added",
        form=AddresseeFilter(request.GET, user=user),
        tabs=addressee_tabs(row),
    )
    may_export = user.has_permission(AddresseeExport.permission) and not row.is_draft
    context = found.context | _head(request, row)
    context |= {
        "rows": fates(row, found.page),
        "totals": totals_of(people),
        "unanswered": unanswered(row).count() if row.state == NoticeState.SENT else 0,
        "reach": reach_of(row) if row.is_draft else None,
        "timeline": timeline_of(row, most=MOST_TOLD, without={"正文"}),
        "has_files": attachments_of(row).exists(),
        "export_url": export_url(AddresseeExport.code, notice=str(pk)) if may_export else "",
    }
    return render_list(request, "notices/detail.html", context)


def _head(request: UserRequest, row: ExpertNotice) -> dict[str, Any]:
    """What the page says of ``row`` above its experts, and while it is being sent."""
    may_send = notices_visible_to(request.user, SEND).filter(pk=row.pk).exists()
    return {
        "notice": row,
        "stands": is_vouched(row),
        "tone": TONES[row.state],
        "may_send": may_send,
        "done": row.addressees.exclude(sent_at=None, skipped="").count(),
        "everybody": row.addressees.count(),
    }


@require_safe
@requires(VIEW)
def progress(request: UserRequest, pk: int) -> HttpResponse:
    """How far the sending is; asked every second."""
    row = get_object_or_404(notices_visible_to(request.user), pk=pk)
    if row.state != NoticeState.SENDING:
        return _page_of(row)  # as it stands now
    return render(request, "notices/detail.html#job", _head(request, row))
