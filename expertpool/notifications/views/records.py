"""The records of all messages, for those who answer for them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.core.exporting import export_url
from expertpool.core.permissions import requires
from expertpool.core.views.drawers import hears
from expertpool.core.views.listing import listing, render_list
from expertpool.notifications.exceptions import ResendRefused
from expertpool.notifications.exports import RecordExport
from expertpool.notifications.forms import RecordFilterForm
from expertpool.notifications.queries.attempts import attempts_of
from expertpool.notifications.queries.messages import messages_visible_to, notices
from expertpool.notifications.queries.replies import replies_to
from expertpool.notifications.services.resending import resend, why_not_again


@hears  # what was recorded of calls: a record opens within the list
@requires("notifications.view")
def records(request: UserRequest) -> HttpResponse:
    found = listing(
        request,
        messages_visible_to(request.user),
        form=RecordFilterForm(request.GET, user=request.user),
        sorts={"created": "id"},
        default_sort="-created",
    )
    more = {"export_url": export_url(RecordExport.code)}
    context = found.context | more | {"rows": notices(found.page.object_list, viewer=request.user)}
    return render_list(request, "notifications/records.html", context)


@hears
@requires("notifications.view")
def record(request: UserRequest, uid: UUID) -> HttpResponse:
    message = get_object_or_404(messages_visible_to(request.user), uid=uid)
    (row,) = notices([message], viewer=request.user)
    files = [] if row.sealed else [item.name for item in message.attachments.order_by("id")]
    # Whoever is not told how it fared is told of no attempt.
    is_read = not row.sealed and not row.deletion
    tries = [] if row.attempts is None else attempts_of(message, is_read=is_read)
    replies = [] if row.attempts is None else replies_to(message)
    may = request.user.has_permission("notifications.resend")
    context = {
        "row": row,
        "files": files,
        "tries": tries,
        "replies": replies,
        "may_resend": may and not why_not_again(message, actor=request.user, now=timezone.now()),
    }
    return render(request, "notifications/record.html", context)


@requires("notifications.resend")
@require_POST
def resend_record(request: UserRequest, uid: UUID) -> HttpResponse:
    message = get_object_or_404(messages_visible_to(request.user), uid=uid)
    try:
        resend(message=message, actor=request.user, now=timezone.now())
    except ResendRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已重新发送，结果见新的一条记录。")
    return redirect("notifications:records")
