"""What was sent to whom, and how it went."""

from __future__ import annotations

import json

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.listing import ListTab, listing, render_list
from expertpool.webhooks.enums import DeliveryState
from expertpool.webhooks.exceptions import ResendRefused
from expertpool.webhooks.forms import DeliveryFilter
from expertpool.webhooks.queries import deliveries_visible_to
from expertpool.webhooks.services.announcing import resend

TABS = (
    ListTab("", "全部"),
    *(ListTab(state.value, str(state.label), Q(state=state)) for state in DeliveryState),
)


@requires("webhooks.manage")
def delivery_list(request: UserRequest) -> HttpResponse:
    shown = listing(
        request,
        deliveries_visible_to(request.user),
        sorts={"created": "id"},
        default_sort="-created",
        form=DeliveryFilter(request.GET),
        tabs=TABS,
    )
    return render_list(request, "webhooks/delivery_list.html", shown.context)


@requires("webhooks.manage")
def detail(request: UserRequest, pk: int) -> HttpResponse:
    delivery = get_object_or_404(deliveries_visible_to(request.user), pk=pk)
    content = json.dumps(json.loads(delivery.body), ensure_ascii=False, indent=2)
    context = {"delivery": delivery, "content": content}
    return render(request, "webhooks/delivery_detail.html", context)


@require_POST
@requires("webhooks.manage")
def resend_delivery(request: UserRequest, pk: int) -> HttpResponse:
    delivery = get_object_or_404(deliveries_visible_to(request.user), pk=pk)
    try:
        resend(delivery=delivery, actor=request.user, now=timezone.now())
    except ResendRefused as error:
        return refused(str(error))
    return saved("已重新推送。")
