"""评审签到: the screen at the place with a code that changes, and the page on which an expert confirms that he is there."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.documents import qr_data_uri
from expertpool.core.permissions import requires
from expertpool.core.screens import opens_anew
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.permissions import MANAGE
from expertpool.reviews.queries.place import (
    attendance_of,
    is_held_now,
    is_place_code,
    place_code,
    seat_of,
)
from expertpool.reviews.queries.progress import signed_in_at
from expertpool.reviews.queries.reviews import reviews_visible_to
from expertpool.reviews.services import meeting


@require_safe
@requires(MANAGE)
def place(request: UserRequest, pk: int) -> HttpResponse:
    """The page for the screen at the place; asked for again every few seconds with ``?version=``."""
    seen = reviews_visible_to(request.user, MANAGE).filter(opened_at__isnull=False)
    row, now = get_object_or_404(seen, pk=pk), timezone.now()
    if not is_held_now(row, now=now):
        messages.error(request, meeting.OVER if row.ended_at else meeting.NOT_TODAY)
        return redirect("reviews:detail", pk=pk)
    code, attendance = place_code(row, now=now), attendance_of(row)
    version = f"{code}-{attendance.came}-{attendance.expected}"
    asked = request.GET.get("version")
    if opens_anew(request, f"reviews.place-{pk}"):
        meeting.note_place_opened(review=row, actor=request.user, now=now)
    if asked == version:
        return HttpResponse(status=204)
    here = settings.SITE_URL + reverse("reviews:own_here", args=[pk, code])
    context = {
        "review": row,
        "attendance": attendance,
        "qr": qr_data_uri(here),
        "version": version,
    }
    template = "reviews/place.html#place" if asked is not None else "reviews/place.html"
    return render(request, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
@as_expert
def here(request: UserRequest, expert: Expert, pk: int, code: str) -> HttpResponse:
    """Where the code leads: he confirms that he is there."""
    row, now = seat_of(expert, pk), timezone.now()
    if row is None:
        nobody = {
            "title": "您不在这次评审的专家名单里",
            "text": "请核对登录的是不是自己的账号；有疑问的，请告诉现场工作人员。",
            "icon": "user-x",
        }
        return render(request, "core/empty.html", nobody)
    if request.method == "POST":
        try:
            meeting.come(reviewer=row, code=code, actor=request.user, now=now)
        except ReviewRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("reviews:own_here", pk=pk, code=code)
        messages.success(request, "已签到。")
        return redirect("reviews:own")
    context = {
        "row": row,
        "review": row.review,
        "came": signed_in_at(row) is not None,
        "is_now": is_held_now(row.review, now=now),
        "is_known": is_place_code(row.review, code, now=now),
    }
    return render(request, "reviews/own_here.html", context)
