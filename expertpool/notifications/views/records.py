"""The records of all messages, for those who answer for them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.views.listing import listing, render_list
from expertpool.notifications.forms import RecordFilterForm
from expertpool.notifications.queries.attempts import attempts_of
from expertpool.notifications.queries.messages import messages_visible_to, notices
from expertpool.notifications.queries.replies import replies_to


@requires("notifications.view")
def records(request: UserRequest) -> HttpResponse:
    found = listing(
        request,
        messages_visible_to(request.user),
        form=RecordFilterForm(request.GET, user=request.user),
        sorts={"created": "id"},
        default_sort="-created",
    )
    context = found.context | {"rows": notices(found.page.object_list, viewer=request.user)}
    return render_list(request, "notifications/records.html", context)


@requires("notifications.view")
def record(request: UserRequest, uid: UUID) -> HttpResponse:
    message = get_object_or_404(messages_visible_to(request.user), uid=uid)
    (row,) = notices([message], viewer=request.user)
    files = [] if row.sealed else [item.name for item in message.attachments.order_by("id")]
    # Whoever is not told how it fared is told of no attempt.
    tries = [] if row.attempts is None else attempts_of(message)
    replies = [] if row.attempts is None else replies_to(message)
    context = {"row": row, "files": files, "tries": tries, "replies": replies}
    return render(request, "notifications/record.html", context)
