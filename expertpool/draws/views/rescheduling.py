"""Another time or place for the panel of a draw."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import UserRequest
from expertpool.audit.services import Edits
from expertpool.core.permissions import requires
from expertpool.core.responses import not_opened
from expertpool.core.text import minutes_text
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.draws.enums import ActionCode
from expertpool.draws.exceptions import DrawError
from expertpool.draws.forms.rescheduling import RescheduleForm
from expertpool.draws.models import Draw, DrawPlan
from expertpool.draws.queries.actions import actions_for
from expertpool.draws.queries.chain import CHAIN_HEAD
from expertpool.draws.queries.draws import draws_visible_to, panel_of
from expertpool.draws.queries.ending import ended_by_move
from expertpool.draws.queries.meetings import next_opening
from expertpool.draws.services.earlier import move_or_ask
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.draws.services.hands import CONFIRMATION
from expertpool.draws.services.matters import EARLIER

MINUTE = timedelta(minutes=1)


def _soon(draw: Draw, now: datetime) -> str:
    """Say how long it is until the panel sits, where nobody can take leave any more: letters alone reach too few."""
    left = next_opening(draw.covered, now=now) - now
    hours = DrawPlan.objects.values_list("leave_hours", flat=True).get(project=draw.project_id)
    return minutes_text(max(1, left // MINUTE)) if left < max(hours, 1) * 60 * MINUTE else ""


@requires("draws.reschedule")
def move(request: UserRequest, pk: int) -> HttpResponse:
    """Let the panel sit at another time or place, or ask that it sit earlier (drawer)."""
    # A lock of its own: the service takes those of the panel in their order.
    edits = Edits(
        (Draw, [pk]),
        lock="draws.reschedule",
        untold=(CHAIN_HEAD, CONFIRMATION),
        action="draw.reschedule",
    )
    editing = Editing(request, edits)
    draw = get_object_or_404(draws_visible_to(request.user, "draws.reschedule"), pk=pk)
    back, now = reverse("draws:detail", args=[pk]), timezone.now()
    # What is typed already stays: the service says the same above the form.
    if request.method != "POST":
        may = actions_for(draw, request.user, now=now)
        if why_not := may[ActionCode.RESCHEDULE].why_not:
            return not_opened(request, why_not, back=back)
    coming = [project for project in draw.covered if project.opening_at > now]
    form = RescheduleForm(request.POST if request.method == "POST" else None, projects=coming)

    def write() -> str:
        asked = move_or_ask(
            draw=draw,
            meetings=form.meetings,
            reason=form.cleaned_data["reason"],
            actor=request.user,
            now=now,
            entropy=SystemEntropy(),
        )
        return EARLIER.words.asked if asked else EARLIER.words.agreed

    return drawer_form(
        request,
        form,
        write,
        title="改期",
        submit_label="改期并通知专家",
        refresh="page",
        refusals=DrawError,
        editing=editing,
        template="draws/reschedule_form.html",
        back=back,
        is_public=draw.released_at is not None,
        soon=_soon(draw, now),
        ended=ended_by_move(panel_of(draw)),
    )
