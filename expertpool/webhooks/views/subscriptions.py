"""The platforms that are told of events."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.audit.services import Edits
from expertpool.core.permissions import requires
from expertpool.core.responses import saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.core.views.listing import listing, render_list
from expertpool.webhooks.forms import SubscriptionForm
from expertpool.webhooks.models import Subscription
from expertpool.webhooks.queries import subscriptions_visible_to
from expertpool.webhooks.services.announcing import send_test
from expertpool.webhooks.services.subscriptions import create_subscription, edit_subscription


@requires("webhooks.manage")
def subscription_list(request: UserRequest) -> HttpResponse:
    shown = listing(
        request,
        subscriptions_visible_to(request.user),
        sorts={"created": "created_at"},
        default_sort="-created",
    )
    return render_list(request, "webhooks/subscription_list.html", shown.context)


@requires("webhooks.manage")
def create(request: UserRequest) -> HttpResponse:
    form = SubscriptionForm(request.POST or None)

    def write() -> HttpResponse:
        subscription = create_subscription(
            **form.cleaned_data, actor=request.user, now=timezone.now()
        )
        return _show_secret(request, subscription)

    return drawer_form(request, form, write, title="新增事件推送", submit_label="创建并显示密钥")


@requires("webhooks.manage")
def edit(request: UserRequest, pk: int) -> HttpResponse:
    editing = Editing(request, Edits((Subscription, [pk])))
    subscription = _subscription(request, pk)
    form = SubscriptionForm(request.POST or None, subscription=subscription)

    def write() -> None:
        edit_subscription(
            subscription=subscription,
            **form.cleaned_data,
            actor=request.user,
            now=timezone.now(),
        )

    title = f"编辑事件推送 {subscription.name}"
    return drawer_form(request, form, write, title=title, message="已保存。", editing=editing)


@require_POST
@requires("webhooks.manage")
def test(request: UserRequest, pk: int) -> HttpResponse:
    send_test(subscription=_subscription(request, pk), now=timezone.now())
    return saved("测试事件已发出，结果见推送记录。", refresh="")


def _subscription(request: UserRequest, pk: int) -> Subscription:
    return get_object_or_404(subscriptions_visible_to(request.user), pk=pk)


def _show_secret(request: UserRequest, subscription: Subscription) -> HttpResponse:
    """Show the secret, this once, and load the list behind the drawer again."""
    response = render(request, "webhooks/subscription_created.html", {"subscription": subscription})
    response.headers["HX-Trigger"] = "list:refresh"
    return response
