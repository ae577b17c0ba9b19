"""What experts object to, and what they are answered."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import not_opened
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import listing, render_list
from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.forms.filters import CautionObjectionFilter, ObjectionFilter
from expertpool.evaluations.forms.own import AnswerForm, CautionAnswerForm
from expertpool.evaluations.models import Sanction
from expertpool.evaluations.models.objections import ExpertObjection
from expertpool.evaluations.permissions import ANSWER
from expertpool.evaluations.queries.caution_objections import (
    caution_objections_visible_to,
    caution_objections_waiting,
)
from expertpool.evaluations.queries.own import objections_visible_to, objections_waiting
from expertpool.evaluations.queries.ratings import lines_for
from expertpool.evaluations.services.caution_objections import (
    answer_caution_objection,
    check_caution_answerer,
)
from expertpool.evaluations.services.objections import answer_objection, check_answerer
from expertpool.evaluations.tables import OBJECTION_SORTS, OBJECTION_TABS


@require_safe
@requires(ANSWER)
def objections(request: UserRequest) -> HttpResponse:
    """What experts objected to, and what was answered."""
    found = listing(
        request,
        objections_visible_to(request.user),
        sorts=OBJECTION_SORTS,
        default_sort="-asked",
        form=ObjectionFilter(request.GET, user=request.user),
        tabs=OBJECTION_TABS,
    )
    rows = list(found.page)
    lines = lines_for(request.user, [one.rating for one in rows], now=timezone.now())
    context = found.context | {
        "rows": [
            # No button that can only refuse; who else is no second person, the drawer says.
            (one, line, _waits(one) and one.rating.rater_id != request.user.pk)
            for one, line in zip(rows, lines, strict=True)
        ]
    }
    return render_list(request, "evaluations/objections.html", context)


@requires(ANSWER)
def answer(request: UserRequest, pk: int) -> HttpResponse:
    """Answer an objection (drawer)."""
    row = get_object_or_404(objections_waiting(request.user), pk=pk)
    try:
        check_answerer(objection=row, actor=request.user, now=timezone.now())
    except EvaluationRefused as refusal:
        return not_opened(request, str(refusal), back=reverse("evaluations:objections"))
    form = AnswerForm(request.POST if request.method == "POST" else None)

    def write() -> None:
        answer_objection(
            objection=row,
            uphold=form.cleaned_data["uphold"] == "yes",
            answer=form.cleaned_data["answer"],
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        title=f"答复申诉 · {row.rating.expert.name}",
        submit_label="发送答复",
        message="已答复，结果会通知专家。",
        refusals=EvaluationRefused,
        template="evaluations/answer_form.html",
        back=reverse("evaluations:objections"),
        row=row,
        line=lines_for(request.user, [row.rating], now=timezone.now())[0],
    )


@require_safe
@requires(ANSWER)
def of_cautions(request: UserRequest) -> HttpResponse:
    """What experts said against cautions, and what was answered."""
    found = listing(
        request,
        caution_objections_visible_to(request.user),
        sorts=OBJECTION_SORTS,
        default_sort="-asked",
        form=CautionObjectionFilter(request.GET, user=request.user),
        tabs=OBJECTION_TABS,
    )
    own = request.user.pk
    context = found.context | {
        "rows": [(one, _waits(one) and own not in _gave(one.caution)) for one in found.page]
    }
    return render_list(request, "evaluations/caution_objections.html", context)


def _waits(one: ExpertObjection) -> bool:
    return one.answered_at is None and not one.is_forged


def _gave(caution: Sanction) -> tuple[int | None, int | None]:
    return caution.requested_by_id, caution.decided_by_id


@requires(ANSWER)
def answer_caution(request: UserRequest, pk: int) -> HttpResponse:
    """Answer what an expert said against a caution (drawer)."""
    row = get_object_or_404(caution_objections_waiting(request.user), pk=pk)
    back = reverse("evaluations:caution_objections")
    try:
        check_caution_answerer(objection=row, actor=request.user, now=timezone.now())
    except EvaluationRefused as refusal:
        return not_opened(request, str(refusal), back=back)
    form = CautionAnswerForm(request.POST if request.method == "POST" else None)

    def write() -> None:
        answer_caution_objection(
            objection=row,
            uphold=form.cleaned_data["uphold"] == "yes",
            answer=form.cleaned_data["answer"],
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        title=f"答复警告申诉 · {row.caution.expert.name}",
        submit_label="发送答复",
        message="已答复，结果会通知专家。",
        refusals=EvaluationRefused,
        template="evaluations/caution_answer_form.html",
        back=back,
        row=row,
    )
