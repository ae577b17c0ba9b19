"""The expert's calendar: a month of his own, and the address at which his phone reads it."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.configuration import value_of
from expertpool.core.icalendar import calendar_bytes
from expertpool.core.months import first_of, month_of
from expertpool.core.responses import file_answer
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert
from expertpool.selfservice.queries.calendar import feed_events, spans_of
from expertpool.selfservice.services.feed import (
    address_of,
    close_feed,
    expert_by_feed,
    feed_of,
    open_feed,
)
from expertpool.selfservice.settings import CALENDAR_FEEDS

NAME = "我的评审"


@require_safe
@as_expert
def month(request: UserRequest, expert: Expert) -> HttpResponse:
    today, feed = timezone.localdate(), feed_of(expert)
    first = first_of(request.GET.get("month", ""), today=today)
    context = {
        "month": month_of(first, spans_of(expert, now=timezone.now()), today=today),
        "address": address_of(feed, expert) if feed else "",
        "may_follow": value_of(CALENDAR_FEEDS),
    }
    return render(request, "selfservice/calendar.html", context)


@require_POST
@as_expert
def follow(request: UserRequest, expert: Expert) -> HttpResponse:
    """Give him an address, or another one in place of that which somebody else may know."""
    if not value_of(CALENDAR_FEEDS):
        raise Http404
    open_feed(expert=expert, mark=uuid4(), now=timezone.now())
    messages.success(request, "订阅地址已生成，以前的地址不再有效。")
    return redirect("selfservice:calendar")


@require_POST
@as_expert
def unfollow(request: UserRequest, expert: Expert) -> HttpResponse:
    if close_feed(expert=expert, actor=request.user, now=timezone.now()):
        messages.success(request, "订阅已停用，日历软件不再更新。")
    return redirect("selfservice:calendar")


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """What a calendar reads; the address is the key."""
    expert, now = expert_by_feed(token), timezone.now()
    if expert is None:
        raise Http404
    content = calendar_bytes(feed_events(expert, now=now), now=now, name=NAME)
    return file_answer(content, name="reviews.ics")
