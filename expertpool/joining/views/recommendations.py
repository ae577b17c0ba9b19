"""The expert's own area: colleagues whom he recommends."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.mandates import A_LOOK
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import render_list
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert
from expertpool.joining.exceptions import JoiningRefused
from expertpool.joining.forms.registration import RecommendForm
from expertpool.joining.models import Recommendation
from expertpool.joining.queries.recommendations import recommendations_of
from expertpool.joining.services.recommending import Colleague, recommend, revoke

MOST = 200  # the latest, in a list


@require_safe
@as_expert
def recommendations(request: UserRequest, expert: Expert) -> HttpResponse:
    """Whom he recommended, and what became of the links."""
    now = timezone.now()
    own = recommendations_of(expert, a_look=A_LOOK)[:MOST]
    rows = [(row, *row.state_at(now)) for row in own]
    return render_list(request, "joining/recommendations.html", {"rows": rows})


@as_expert
def add(request: UserRequest, expert: Expert) -> HttpResponse:
    form = RecommendForm(request.POST if request.method == "POST" else None)

    def write() -> None:
        recommend(
            expert=expert,
            colleague=Colleague(**form.cleaned_data),
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        refusals=JoiningRefused,
        title="推荐同行",
        submit_label="发送申请链接",
        message="已发送申请链接。",
    )


@require_POST
@as_expert
def take_back(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    row = get_object_or_404(Recommendation.objects.filter(recommender=expert), pk=pk)
    try:
        revoke(row=row, actor=request.user, now=timezone.now())
    except JoiningRefused as refusal:
        return refused(str(refusal))
    return saved("链接已撤回。")
