"""Sign-in attempts."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from expertpool.accounts.enums import NOT_FAILED, SUCCEEDED, UNDECIDED
from expertpool.accounts.forms.filters import LoginFilters
from expertpool.accounts.models import UserRequest
from expertpool.accounts.queries import failures_of, login_records_visible_to, with_regions
from expertpool.core.permissions import requires
from expertpool.core.views.listing import ListTab, listing, render_list

TABS = (
    ListTab("", "全部"),
    ListTab("success", "成功", Q(outcome__in=SUCCEEDED)),
    ListTab("failure", "失败", ~Q(outcome__in=NOT_FAILED)),
    ListTab("ended", "成功和失败", ~Q(outcome__in=UNDECIDED)),
)


@requires("accounts.logins")
def login_list(request: UserRequest) -> HttpResponse:
    shown = listing(
        request,
        login_records_visible_to(request.user).select_related("user"),
        sorts={"at": "at"},
        default_sort="-at",
        form=LoginFilters(request.GET, viewer=request.user),
        tabs=TABS,
    )
    with_regions(shown.context["page"].object_list)
    return render_list(request, "accounts/login_list.html", shown.context)


@requires("accounts.logins")
def login_detail(request: UserRequest, pk: int) -> HttpResponse:
    """One attempt in the drawer, with the failures of its account and its address."""
    record = get_object_or_404(login_records_visible_to(request.user).select_related("user"), pk=pk)
    with_regions([record])
    counts = failures_of(record, request.user, now=timezone.now())
    return render(request, "accounts/login_detail.html", {"record": record, **counts})
