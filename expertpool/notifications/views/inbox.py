"""A user's own messages: nobody sees those of others."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from expertpool.accounts.models import UserRequest
from expertpool.core.responses import saved
from expertpool.core.views.listing import ListTab, listing, render_list
from expertpool.notifications.queries.messages import is_addressed_to, own_messages
from expertpool.notifications.services.delivery import mark_read

TABS = (ListTab("", "未读", Q(read_at__isnull=True)), ListTab("all", "全部"))


def inbox(request: UserRequest) -> HttpResponse:
    found = listing(
        request,
        own_messages(request.user),
        tabs=TABS,
        # By id: of messages of one moment the later one has to stand on top.
        sorts={"sent": "id"},
        default_sort="-sent",
    )
    # A letter to somebody else, led here by writing rows, is not shown.
    mine = [row for row in found.page if is_addressed_to(request.user, row)]
    found.page.object_list = mine
    context = found.context | {"waiting": found.tabs[0]["count"]}
    return render_list(request, "notifications/inbox.html", context)


def message(request: UserRequest, uid: UUID) -> HttpResponse:
    """Show one message in the drawer; showing it marks it as read."""
    own = own_messages(request.user)
    shown = get_object_or_404(own, uid=uid)
    if not is_addressed_to(request.user, shown):
        raise Http404
    mark_read(messages=own.filter(pk=shown.pk), now=timezone.now())
    response = render(request, "notifications/message.html", {"message": shown})
    return trigger_client_event(response, "list:refresh")


@require_POST
def read_all(request: UserRequest) -> HttpResponse:
    count = mark_read(messages=own_messages(request.user), now=timezone.now())
    return saved(f"已将 {count} 条消息标为已读", refresh="page")
