"""What experts ask about their data, and what the office answers."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.views.answering import AnswerForm
from expertpool.core.views.drawers import drawer_form, posted
from expertpool.core.views.listing import listing, render_list
from expertpool.privacy.exceptions import PrivacyRefused
from expertpool.privacy.forms import RequestFilters
from expertpool.privacy.permissions import DECIDE
from expertpool.privacy.queries.requests import one_request, requests_visible_to
from expertpool.privacy.services.answering import answer_data_request
from expertpool.privacy.tables import SORTS, TABS


@require_safe
@requires(DECIDE)
def index(request: UserRequest) -> HttpResponse:
    found = listing(
        request,
        requests_visible_to(request.user),
        sorts=SORTS,
        default_sort="due",
        form=RequestFilters(request.GET, user=request.user),
        tabs=TABS,
    )
    return render_list(request, "privacy/requests.html", found.context | {"now": timezone.now()})


@requires(DECIDE)
def answer(request: UserRequest, pk: int) -> HttpResponse:
    """Answer what an expert asked (drawer)."""
    row = get_object_or_404(one_request(request.user, pk))
    form = AnswerForm(*posted(request), more="不同意的，写明依据")

    def write() -> None:
        answer_data_request(
            request=row,
            agree=form.is_agreed,
            answer=form.cleaned_data["answer"],
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        title=f"答复 · {row.expert.name}",
        submit_label="发送答复",
        message="已答复，结果会通知专家。",
        refusals=PrivacyRefused,
        template="privacy/answer_form.html",
        back=reverse("privacy:requests"),
        row=row,
    )
