"""What is done with a notice: looked at, sent, reminded of, withdrawn, deleted."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.text import is_key
from expertpool.core.views.listing import picked_rows
from expertpool.core.views.reasons import reason_of
from expertpool.notices.exceptions import NoticeRefused
from expertpool.notices.forms import AddresseeFilter
from expertpool.notices.models import Addressee, ExpertNotice
from expertpool.notices.queries.fates import addressees_visible_to
from expertpool.notices.queries.notices import SEND, notices_visible_to
from expertpool.notices.queries.reach import reach_of
from expertpool.notices.services.sending import remind, send_notice, texts_of, withdraw
from expertpool.notices.services.writing import delete_draft, drop_addressees
from expertpool.notices.tables import addressee_tabs


def _own(request: UserRequest, pk: int) -> ExpertNotice:
    return get_object_or_404(notices_visible_to(request.user, SEND), pk=pk)


@require_safe
@requires(SEND)
def preview(request: UserRequest, pk: int) -> HttpResponse:
    """What would be sent to whom: the text of each channel as its first addressee would get it."""
    row = _own(request, pk)
    first = row.addressees.select_related("expert").first()
    texts = texts_of(row, name=first.expert.name if first else "专家姓名", now=timezone.now())
    reach = reach_of(row)
    context = {"notice": row, "texts": texts, "reach": reach, "title": "预览与发送"}
    context["send_url"] = f"{reverse('notices:send', args=[pk])}?count={reach.people}"
    return render(request, "notices/preview.html", context)


@require_POST
@requires(SEND)
def send(request: UserRequest, pk: int) -> HttpResponse:
    row = _own(request, pk)
    count = request.GET.get("count", "")
    try:
        send_notice(
            notice=row,
            count=int(count) if is_key(count) else 0,
            actor=request.user,
            now=timezone.now(),
        )
    except NoticeRefused as refusal:
        return refused(str(refusal))
    return HttpResponseClientRedirect(reverse("notices:detail", args=[pk]))


@require_POST
@requires(SEND)
def remind_all(request: UserRequest, pk: int) -> HttpResponse:
    row = _own(request, pk)
    try:
        count = remind(notice=row, actor=request.user, now=timezone.now())
    except NoticeRefused as refusal:
        return refused(str(refusal))
    return saved(f"正在提醒 {count} 位专家", refresh="page")


@require_POST
@requires(SEND)
def take_back(request: UserRequest, pk: int) -> HttpResponse:
    row = _own(request, pk)
    try:
        withdraw(notice=row, reason=reason_of(request), actor=request.user, now=timezone.now())
    except NoticeRefused as refusal:
        return refused(str(refusal))
    return saved("已撤回，专家不再看到正文", refresh="page")


@require_POST
@requires(SEND)
def delete(request: UserRequest, pk: int) -> HttpResponse:
    row = _own(request, pk)
    try:
        delete_draft(notice=row, actor=request.user, now=timezone.now())
    except NoticeRefused as refusal:
        return refused(str(refusal))
    return HttpResponseClientRedirect(reverse("notices:list"))


@require_POST
@requires(SEND)
def drop(request: UserRequest, pk: int) -> HttpResponse:
    """Take the ticked experts, or all that are shown, out of a draft."""
    row = _own(request, pk)
    picked: QuerySet[Addressee] = picked_rows(
        request,
        addressees_visible_to(request.user, row),
        form=lambda data: AddresseeFilter(data, user=request.user),
        tabs=addressee_tabs(row),
    )
    try:
        count = drop_addressees(
            notice=row,
            addressees=picked.values_list("pk", flat=True),
            actor=request.user,
            now=timezone.now(),
        )
    except NoticeRefused as refusal:
        return refused(str(refusal))
    return saved(f"已移出 {count} 位专家", refresh="page")
