"""Terms that end: renewed one by one as their experts ask, or many at once."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from expertpool.accounts.models import UserRequest
from expertpool.core.fields import is_vouched
from expertpool.core.permissions import requires
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import ListTab, listing, picked_rows, render_list
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert
from expertpool.inspections.enums import RenewalState
from expertpool.inspections.exceptions import InspectionRefused
from expertpool.inspections.forms import (
    AskRenewalForm,
    RenewalDecisionForm,
    RenewForm,
    TermFilter,
)
from expertpool.inspections.queries.renewals import (
    RIGHT,
    own_runs,
    renewals_visible_to,
    terms_visible_to,
    to_decide,
    waiting_by_expert,
)
from expertpool.inspections.services.renewing import (
    ask_renewal,
    decide_renewal,
    start_run,
    why_not_renew,
)
from expertpool.inspections.tables import RENEWAL_TONES, TERM_SORTS, term_tabs
from expertpool.workflow.guards import row_to_decide
from expertpool.workflow.queries.approvals import course_of


def _tabs(request: UserRequest) -> tuple[ListTab, ...]:
    waiting = renewals_visible_to(request.user).filter(state=RenewalState.WAITING)
    asked = Q(pk__in=waiting.order_by().values("expert"))
    return term_tabs(timezone.localdate(), asked)


@require_safe
@requires(RIGHT)
def index(request: UserRequest) -> HttpResponse:
    """The members whose term ends, and what they ask for."""
    found = listing(
        request,
        terms_visible_to(request.user),
        sorts=TERM_SORTS,
        default_sort="term",
        form=TermFilter(request.GET, user=request.user),
        tabs=_tabs(request),
    )
    shown = list(found.page)
    waiting = waiting_by_expert(request.user, [one.pk for one in shown])
    mine = set(
        to_decide(request.user)
        .filter(pk__in=[row.pk for row in waiting.values()])
        .values_list("pk", flat=True)
    )
    rows = [(one, row := waiting.get(one.pk), bool(row and row.pk in mine)) for one in shown]
    context = {"rows": rows, "today": timezone.localdate()}
    return render_list(request, "inspections/renewals.html", found.context | context)


@require_safe
@requires(RIGHT)
def detail(request: UserRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(renewals_visible_to(request.user), pk=pk)
    context = {
        "row": row,
        "tone": RENEWAL_TONES[row.state],
        "course": course_of(row, now=timezone.now()),
        "may_decide": to_decide(request.user).filter(pk=pk).exists(),
    }
    return render(request, "inspections/renewal.html", context)


@requires(RIGHT)
def decide(request: UserRequest, pk: int) -> HttpResponse:
    row = row_to_decide(to_decide(request.user), renewals_visible_to(request.user), pk)
    posted = request.POST if request.method == "POST" else None
    form = RenewalDecisionForm(posted, end=row.expert.term_end_date)

    def write() -> str:
        verdict = decide_renewal(
            row=row,
            agree=form.cleaned_data["agree"] == "yes",
            note=form.cleaned_data["note"],
            until=form.cleaned_data["until"],
            actor=request.user,
            now=timezone.now(),
        )
        return f"续聘申请：{verdict.label}"

    return drawer_form(
        request,
        form,
        write,
        refusals=InspectionRefused,
        title=f"审核续聘 · {row.expert.name}（现聘期至 {row.expert.term_end_date}）",
        refresh="page",
        submit_label="提交",
        template="workflow/decide_drawer.html",
        why_not_agree=why_not_renew(row, request.user, now=timezone.now()),
        back=reverse("inspections:renewal", args=[pk]),
    )


def _picked(request: UserRequest) -> QuerySet[Expert]:
    return picked_rows(
        request,
        terms_visible_to(request.user),
        form=lambda data: TermFilter(data, user=request.user),
        tabs=_tabs(request),
    )


@requires(RIGHT)
def renew_many(request: UserRequest) -> HttpResponse:
    """Renew the ticked ones by a job, whose page says how far it is."""
    form = RenewForm(request.POST if request.method == "POST" else None)

    def write() -> HttpResponse:
        run = start_run(
            keys=list(_picked(request).order_by("pk").values_list("pk", flat=True)),
            until=form.cleaned_data["until"],
            reason=form.cleaned_data["reason"],
            actor=request.user,
            now=timezone.now(),
        )
        messages.success(request, f"正在续聘 {run.total} 位专家，可以离开本页。")
        return HttpResponseClientRedirect(reverse("inspections:renewal_run", args=[run.pk]))

    asked = request.POST if request.method == "POST" else request.GET
    number = asked.get("count", "")
    return drawer_form(
        request,
        form,
        write,
        refusals=InspectionRefused,
        title=f"续聘 {number} 位专家" if number else "批量续聘",
        submit_label="续聘",
        template="experts/picked_drawer.html",
        keys=asked.getlist("pk"),
        everything=asked.get("all") == "1",
        count=number,
        back=reverse("inspections:renewals"),
    )


@require_safe
@requires(RIGHT)
def run(request: UserRequest, pk: int) -> HttpResponse:
    """How far a run is; htmx asks every second for the component alone."""
    template = "inspections/renewal_run.html"
    htmx = getattr(request, "htmx", False)
    run = get_object_or_404(own_runs(request.user), pk=pk)
    if not is_vouched(run):
        raise Http404
    context = {"run": run}
    return render(request, f"{template}#job" if htmx else template, context)


@as_expert
def ask(request: UserRequest, expert: Expert) -> HttpResponse:
    """The expert asks for his term to be renewed."""
    form = AskRenewalForm(request.POST if request.method == "POST" else None)

    def write() -> str:
        ask_renewal(
            expert=expert,
            reason=form.cleaned_data["reason"],
            actor=request.user,
            now=timezone.now(),
        )
        return "已提交续聘申请，审核结果会通知您。"

    return drawer_form(
        request,
        form,
        write,
        refusals=InspectionRefused,
        title="申请续聘",
        refresh="page",
        submit_label="提交申请",
        back=reverse("inspections:own"),
    )
