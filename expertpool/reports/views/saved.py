"""Keeping a statistic under a name, and forgetting it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.reports.enums import StatisticPage
from expertpool.reports.exceptions import ReportRefused
from expertpool.reports.forms.saved import SavedStatisticForm
from expertpool.reports.models import SavedStatistic
from expertpool.reports.permissions import STATISTICS
from expertpool.reports.services.saved import delete_statistic, save_statistic


@requires(STATISTICS)
def save(request: UserRequest, page: str) -> HttpResponse:
    """Keep what the address of ``page`` asks (drawer)."""
    if page not in StatisticPage.values:
        raise Http404
    posted = request.POST if request.method == "POST" else None
    statistic = SavedStatistic(page=page, query=request.GET.urlencode())
    form = SavedStatisticForm(posted, instance=statistic)

    def write() -> object:
        return save_statistic(statistic=form.instance, actor=request.user, now=timezone.now())

    return drawer_form(
        request, form, write, refusals=ReportRefused, title="保存常用统计", refresh="page"
    )


@require_POST
@requires(STATISTICS)
def delete(request: UserRequest, pk: int) -> HttpResponse:
    statistic = get_object_or_404(SavedStatistic, pk=pk)
    try:
        delete_statistic(statistic=statistic, actor=request.user)
    except ReportRefused as refusal:
        return refused(str(refusal))
    return saved("已删除常用统计", refresh="page")
