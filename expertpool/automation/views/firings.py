"""What rules did, and what they gave people to see to."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.automation.enums import FiringState
from expertpool.automation.exceptions import ErrandRefused, ReplayRefused
from expertpool.automation.forms.firings import FinishForm, FiringFilter
from expertpool.automation.models import Firing
from expertpool.automation.permissions import ERRANDS, MANAGE, VIEW
from expertpool.automation.queries.firings import (
    action_label,
    errands_visible_to,
    firings_visible_to,
    may_replay,
    subjects_of,
)
from expertpool.automation.queries.rules import action_words
from expertpool.automation.registry import EVENT_KINDS
from expertpool.automation.services.acting import replay
from expertpool.automation.services.effects import finish_errand
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import ListTab, listing, render_list

TABS = (
    ListTab("", "全部"),
    *(ListTab(state.value, str(state.label), Q(state=state)) for state in FiringState),
)
ERRAND_TABS = (
    ListTab("", "待办", Q(done_at__isnull=True)),
    ListTab("done", "已办", Q(done_at__isnull=False)),
)


@require_safe
@requires(VIEW, MANAGE)
def firing_list(request: UserRequest) -> HttpResponse:
    found = listing(
        request,
        firings_visible_to(request.user),
        sorts={"created": "id"},
        default_sort="-created",
        form=FiringFilter(request.GET),
        tabs=TABS,
    )
    firings: list[Firing] = list(found.page)
    # All at once, and only what the reader may see: a name of another scope is none here.
    about = subjects_of([one.occurrence for one in firings], request.user)
    # Once: the same for all lines.
    may_manage = request.user.has_permission(MANAGE)
    lines = [
        {
            "firing": one,
            "about": about[one.occurrence_id],
            "action": action_label(one.action),
            "may_replay": may_manage and may_replay(one),
        }
        for one in firings
    ]
    return render_list(request, "automation/firings.html", found.context | {"lines": lines})


@require_safe
@requires(VIEW, MANAGE)
def firing(request: UserRequest, pk: int) -> HttpResponse:
    """One firing in full, with what caused it."""
    found = get_object_or_404(firings_visible_to(request.user), pk=pk)
    occurrence = found.occurrence
    about = subjects_of([occurrence], request.user)[occurrence.pk]
    causes = firings_visible_to(request.user)
    # A firing may be caused by what another rule did; out of scope it is not named.
    cause = causes.filter(pk=occurrence.cause_id).first() if occurrence.cause_id else None
    # As the rule was then: it may have been changed since.
    chosen = found.version.actions[found.number - 1]
    context = {
        "firing": found,
        "about": about,
        "cause": cause,
        "words": action_words(EVENT_KINDS.get(occurrence.kind), chosen),
        "again": getattr(found, "replay", None),
        "may_replay": request.user.has_permission(MANAGE) and may_replay(found),
    }
    return render(request, "automation/firing.html", context)


@require_POST
@requires(MANAGE)
def do_again(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(firings_visible_to(request.user), pk=pk)
    try:
        replay(firing=found, actor=request.user, now=timezone.now())
    except ReplayRefused as refusal:
        return refused(str(refusal))
    return saved("已重新执行，结果另记一行。")


@require_safe
@requires(ERRANDS)
def errand_list(request: UserRequest) -> HttpResponse:
    found = listing(
        request,
        errands_visible_to(request.user),
        sorts={"created": "id"},
        default_sort="-created",
        tabs=ERRAND_TABS,
    )
    errands = list(found.page)
    about = subjects_of([one.firing.occurrence for one in errands], request.user)
    ends = subjects_of([one.ended_by for one in errands if one.ended_by], request.user)
    lines = [(one, about[one.firing.occurrence_id], ends.get(one.ended_by_id)) for one in errands]
    return render_list(request, "automation/errands.html", found.context | {"lines": lines})


@requires(ERRANDS)
def errand_done(request: UserRequest, pk: int) -> HttpResponse:
    errand = get_object_or_404(errands_visible_to(request.user), pk=pk)
    form = FinishForm(request.POST if request.method == "POST" else None)

    def write() -> None:
        finish_errand(
            errand=errand, note=form.cleaned_data["note"], actor=request.user, now=timezone.now()
        )

    return drawer_form(
        request,
        form,
        write,
        refusals=ErrandRefused,
        title=f"办结：{errand}",
        message="已办结。",
        submit_label="办结",
    )
