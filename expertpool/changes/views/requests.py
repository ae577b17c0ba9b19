"""What experts ask to be changed: the list, one side by side, and deciding."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.changes.enums import CALLED, RequestState
from expertpool.changes.exceptions import ChangeRefused
from expertpool.changes.forms import DecisionForm, RequestFilter
from expertpool.changes.models import ChangeRequest
from expertpool.changes.queries import (
    RIGHT,
    asked_in,
    labels_of,
    requests_to_decide,
    requests_visible_to,
    with_items,
)
from expertpool.changes.services.requests import (
    approve_request,
    decide_request,
    why_not_to_agree,
    why_not_to_decide,
    withdraw_request,
)
from expertpool.changes.tables import SORTS, TABS, TONES
from expertpool.core.aftermath import writing_afterwards
from expertpool.core.permissions import requires
from expertpool.core.responses import not_opened, refused, saved
from expertpool.core.views.bulk import BulkAction, bulk_view
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import listing, picked_rows, render_list
from expertpool.experts.exceptions import ExpertRefused
from expertpool.workflow.guards import row_to_decide
from expertpool.workflow.queries.approvals import course_of, returned, step_names


@require_safe
@requires(RIGHT)
def index(request: UserRequest) -> HttpResponse:
    """The requests of the experts in his scope."""
    result = listing(
        request,
        with_items(requests_visible_to(request.user)),
        sorts=SORTS,
        default_sort="-asked",
        form=RequestFilter(request.GET, user=request.user),
        tabs=TABS,
    )
    shown = list(result.page)
    keys = [one.pk for one in shown]
    mine = set(requests_to_decide(request.user).filter(pk__in=keys).values_list("pk", flat=True))
    steps = step_names(ChangeRequest._meta.label_lower, keys)
    rows = [
        (
            one,
            labels_of(one.items.all()),
            TONES[RequestState(one.state)],
            one.pk in mine,
            steps.get(one.pk, ""),
        )
        for one in shown
    ]
    return render_list(request, "changes/request_list.html", result.context | {"rows": rows})


@require_safe
@requires(RIGHT)
def detail(request: UserRequest, pk: int) -> HttpResponse:
    """One request: what stands and what is asked, side by side."""
    asked = get_object_or_404(with_items(requests_visible_to(request.user)), pk=pk)
    why = returned(asked._meta.label_lower, asked.pk)
    context = {
        "asked": asked,
        "fields": asked_in(asked, request.user, reasons=dict(why.fields) if why else None),
        "tone": TONES[RequestState(asked.state)],
        "may_decide": requests_to_decide(request.user).filter(pk=pk).exists(),
        "may_take_back": asked.is_open and asked.asked_by_id == request.user.pk,
        "course": course_of(asked, now=timezone.now()),
    }
    return render(request, "changes/request_detail.html", context)


@requires(RIGHT)
def decide(request: UserRequest, pk: int) -> HttpResponse:
    """Agree, or say why not, field by field."""
    mine = with_items(requests_to_decide(request.user))
    asked = row_to_decide(mine, requests_visible_to(request.user), pk)
    now, back = timezone.now(), reverse("changes:detail", args=[pk])
    if request.method != "POST" and (
        why_not := why_not_to_decide(request=asked, actor=request.user, now=now)
    ):
        return not_opened(request, why_not, back=back)
    posted = request.POST if request.method == "POST" else None
    form = DecisionForm(posted, request=asked, viewer=request.user)

    def write() -> str:
        with writing_afterwards(), transaction.atomic():
            verdict = decide_request(
                request=asked,
                agree=form.cleaned_data["agree"] == "yes",
                note=form.cleaned_data["note"],
                reasons=form.reasons,
                seen=form.cleaned_data["seen"] or "-",
                actor=request.user,
                now=timezone.now(),
            )
        return f"变更申请：{CALLED.get(verdict, verdict.label)}"

    return drawer_form(
        request,
        form,
        write,
        refusals=ExpertRefused,
        title=f"核准变更 · {asked.expert.name}",
        refresh="page",
        submit_label="提交",
        template="changes/decide_drawer.html",
        asked=asked,
        fields=asked_in(asked, request.user),
        why_not_agree=why_not_to_agree(request=asked, actor=request.user, now=now),
        back=back,
    )


@require_POST
@requires(RIGHT)
def take_back(request: UserRequest, pk: int) -> HttpResponse:
    """Take back what he asked for himself."""
    asked = get_object_or_404(requests_visible_to(request.user), pk=pk, asked_by=request.user)
    try:
        withdraw_request(request=asked, actor=request.user, now=timezone.now())
    except ChangeRefused as refusal:
        return refused(str(refusal))
    return saved("申请已撤回。", refresh="page")


def _picked(request: UserRequest) -> QuerySet[ChangeRequest]:
    """Return the ticked requests of which nothing has changed since the list was shown."""
    return picked_rows(
        request,
        requests_visible_to(request.user),
        form=lambda data: RequestFilter(data, user=request.user),
        tabs=TABS,
        changed="updated_at",
    )


approve_many = bulk_view(
    BulkAction(
        RIGHT,
        "核准",
        "项申请",
        "request",
        approve_request,
        _picked,
        lambda request: requests_to_decide(request.user),
        ExpertRefused,
        meant=Q(state=RequestState.WAITING),
    )
)
