"""Jobs that failed."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.listing import listing, render_list
from expertpool.operations.exceptions import JobRefused
from expertpool.operations.queries.jobs import failed_jobs_visible_to
from expertpool.operations.services.jobs import dismiss_job, retry_job


@requires("operations.view")
def job_list(request: UserRequest) -> HttpResponse:
    shown = listing(
        request,
        failed_jobs_visible_to(request.user),
        sorts={"number": "id"},
        default_sort="-number",
    )
    context = shown.context | {"may_manage": request.user.has_permission("operations.manage")}
    return render_list(request, "operations/job_list.html", context)


@require_POST
@requires("operations.manage")
def retry(request: UserRequest, pk: int) -> HttpResponse:
    return _done(request, pk, retry_job, "已重新排队：{}。")


@require_POST
@requires("operations.manage")
def dismiss(request: UserRequest, pk: int) -> HttpResponse:
    return _done(request, pk, dismiss_job, "已从列表移去：{}。")


def _done(request: UserRequest, pk: int, service: Callable[..., str], message: str) -> HttpResponse:
    try:
        label = service(job_id=pk, actor=request.user, now=timezone.now())
    except JobRefused as error:
        return refused(str(error))
    return saved(message.format(label))
