"""公示: what anybody may read, and object to."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from expertpool.core.client import client_address
from expertpool.workflow.exceptions import NoticeOver, TooManyObjections
from expertpool.workflow.forms.approvals import ObjectionForm
from expertpool.workflow.queries.notices import notice_by, open_notices, public_lines, vouched
from expertpool.workflow.services.objections import file_objection

View = Callable[..., HttpResponseBase]
AT_ONCE = 20


def public(view: View) -> View:
    opened: View = login_not_required(view)
    return opened


@public
@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """All that is on notice now."""
    pages = Paginator(open_notices(timezone.now()), AT_ONCE)
    page = pages.get_page(request.GET.get("page"))
    context = {"page": page, "notices": vouched(page.object_list)}
    return render(request, "workflow/notice_list.html", context)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One notice while it stands, with the form to object; afterwards only that it is over."""
    now = timezone.now()
    found = notice_by(public_id)
    if found is None or not open_notices(now).filter(pk=found.pk).exists():
        status = 404 if found is None else 410
        return render(request, "workflow/notice_over.html", {"known": found}, status=status)
    context = {
        "notice": found,
        "lines": public_lines(found),
        "form": ObjectionForm(),
        "refusal": "",
        "is_filed": False,
    }
    if request.method != "POST":
        return render(request, "workflow/notice.html", context)
    form = context["form"] = ObjectionForm(request.POST)
    if not form.is_valid():
        return render(request, "workflow/notice.html", context, status=422)
    try:
        file_objection(notice=found, address=client_address(request), now=now, **form.cleaned_data)
    except (NoticeOver, TooManyObjections) as error:
        context["refusal"] = str(error)
        return render(request, "workflow/notice.html", context, status=429)
    return render(request, "workflow/notice.html", context | {"is_filed": True})
