"""The outbox of development: what would have gone out by SMS or e-mail, for everybody to see."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse

from expertpool.core.views.listing import listing, render_list
from expertpool.notifications.queries.messages import outbox_messages


@login_not_required
def outbox(request: HttpRequest) -> HttpResponse:
    """Newest first; 404 unless settings.DEV_PAGES."""
    if not settings.DEV_PAGES:
        raise Http404
    found = listing(request, outbox_messages(), sorts={"sent": "id"}, default_sort="-sent")
    return render_list(request, "notifications/outbox.html", found.context)
