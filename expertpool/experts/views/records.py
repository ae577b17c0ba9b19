"""What hangs on one expert: avoidance units, groups."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.audit.services import Edits
from expertpool.core.criteria import KeptWord
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.crud import Crud, CrudColumn
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.core.views.reasons import reason_of
from expertpool.core.visibility import told
from expertpool.experts.exceptions import ExpertRefused, ReasonRequired
from expertpool.experts.fields.competence import TAGS
from expertpool.experts.forms.actions import (
    AvoidanceForm,
    ExpertTagsForm,
    RemovalDecisionForm,
    TagForm,
)
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.queries.experts import (
    experts_groupable_by,
    experts_visible_to,
    tags_with_counts,
)
from expertpool.experts.queries.removals import removals_to_decide, removals_visible_to
from expertpool.experts.services.avoidance import add_avoidance_unit
from expertpool.experts.services.removals import NOT_ASKED, decide_removal, remove_for_office
from expertpool.experts.services.tags import delete_tag, save_tag, set_tags
from expertpool.workflow.guards import row_to_decide

tags = Crud(
    app="experts",
    name="tag",
    title="专家分组",
    subtitle="按需要给专家分组；分组可用于筛选和抽取条件。",
    rows=tags_with_counts,
    form=TagForm,
    columns=(
        CrudColumn("分组", "name", sort="name", kind="main"),
        CrudColumn("专家人数", "expert_count", sort="expert_count", kind="num"),
    ),
    default_sort="name",
    search=("name",),
    view_permission="experts.tags",
    edit_permission="experts.tags",
    save=save_tag,
    edits=Edits,
    delete=delete_tag,
    word=lambda tag: KeptWord(TAGS, tag.pk),
)


@requires("experts.tags")
def expert_tags(request: UserRequest, pk: int) -> HttpResponse:
    """The groups of one expert."""
    editing = Editing(request, Edits((Expert, [pk]), action="expert.tag"))
    expert = get_object_or_404(experts_groupable_by(request.user), pk=pk)
    posted = request.POST if request.method == "POST" else None
    form = ExpertTagsForm(posted, initial={"tags": expert.tags.all()})

    def write() -> object:
        tags: Any = form.cleaned_data["tags"]
        return set_tags(expert=expert, tags=tags, actor=request.user, now=timezone.now())

    return drawer_form(
        request,
        form,
        write,
        refusals=ExpertRefused,
        title=f"分组 · {expert.name}",
        refresh="page",
        editing=editing,
        back=reverse("experts:detail", args=[expert.pk]),
    )


@requires("experts.edit")
def avoidance_add(request: UserRequest, pk: int) -> HttpResponse:
    """A unit or a person from whom the expert has to stay away."""
    expert = get_object_or_404(experts_visible_to(request.user, "experts.edit"), pk=pk)
    form = AvoidanceForm(request.POST if request.method == "POST" else None)

    def write() -> object:
        with transaction.atomic():  # a unit that was made for a refused row goes with it
            return add_avoidance_unit(row=form.row(expert), actor=request.user, now=timezone.now())

    title = f"添加回避关系 · {expert.name}"
    return drawer_form(
        request,
        form,
        write,
        refusals=ExpertRefused,
        title=title,
        message="已添加",
        refresh="page",
        back=reverse("experts:detail", args=[expert.pk]),
    )


@require_POST
@requires("experts.edit")
def avoidance_remove(request: UserRequest, pk: int) -> HttpResponse:
    """Forget an avoidance unit or person."""
    experts = experts_visible_to(request.user, "experts.edit")
    # Within the right over the expert, though the address names the row alone.
    rows = told(AvoidanceUnit.objects.filter(expert__in=experts)).select_related("expert", "unit")
    row = get_object_or_404(rows, pk=pk)
    try:
        remove_for_office(
            row=row, reason=reason_of(request), actor=request.user, now=timezone.now()
        )
    except ReasonRequired as refusal:
        return refused(str(refusal))
    told_so = "，已通知专家" if row.is_own else ""
    return saved(f"已移除{told_so}", refresh="page")


@requires("experts.edit")
def removal_decide(request: UserRequest, pk: int) -> HttpResponse:
    """Decide what an expert asked for: to remove an avoidance that the office has set of him."""
    mine, seen = removals_to_decide(request.user), removals_visible_to(request.user)
    removal = row_to_decide(mine, seen, pk)
    if not removal.is_sound:
        return refused(NOT_ASKED)
    form = RemovalDecisionForm(request.POST if request.method == "POST" else None)

    def write() -> str:
        verdict = decide_removal(
            removal=removal,
            agree=form.cleaned_data["agree"] == "yes",
            note=form.cleaned_data["note"],
            actor=request.user,
            now=timezone.now(),
        )
        return f"移除回避的申请：{verdict.label}"

    return drawer_form(
        request,
        form,
        write,
        refusals=ExpertRefused,
        title=f"核定移除回避 · {removal.expert.name}",
        refresh="page",
        submit_label="提交",
        template="experts/removal_drawer.html",
        removal=removal,
        back=reverse("experts:detail", args=[removal.expert_id]),
    )
