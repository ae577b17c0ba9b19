"""Who has which second steps, for the security administrators, and what they ask each other to take away."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.utils import timezone

from expertpool.accounts.models import HeldRole, UserRequest
from expertpool.core.configuration import value_of, words_of
from expertpool.core.permissions import requires
from expertpool.core.views.listing import ListTab, listing, render_list
from expertpool.secondfactor.forms import FactorFilters
from expertpool.secondfactor.models import ResetRequest
from expertpool.secondfactor.queries import users_with_factors
from expertpool.secondfactor.services.matters import RESET
from expertpool.secondfactor.settings import REQUIRED_OF
from expertpool.workflow.queries.requests import waiting_about


@requires("accounts.security")
def index(request: UserRequest) -> HttpResponse:
    now = timezone.now()
    held = HeldRole.objects.filter(user=OuterRef("pk"), role__code__in=value_of(REQUIRED_OF))
    lacking = Q(Exists(held), app_set_up_at__isnull=True, has_passkey=False, is_told_later=False)
    has_set_up = Q(app_set_up_at__isnull=False) | Q(has_passkey=True)
    shown = listing(
        request,
        users_with_factors(request.user),
        sorts={"username": "username", "name": "name"},
        default_sort="username",
        form=FactorFilters(request.GET),
        tabs=(
            ListTab("", "全部"),
            ListTab("set", "已设置", has_set_up & Q(is_told_later=False)),
            ListTab("lacking", "要求而未设置", lacking),
        ),
    )
    asked = ResetRequest.objects.filter(decided_at__isnull=True, expires_at__gt=now)
    context = shown.context | {
        "required": words_of(REQUIRED_OF),
        "requests": [
            item
            for one in asked.select_related("user")
            for item in waiting_about(one.user, request.user, now=now, among=[RESET])
        ],
    }
    return render_list(request, "secondfactor/list.html", context)
