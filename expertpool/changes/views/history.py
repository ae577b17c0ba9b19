"""The expert's own lines: where he worked, and what he has published."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.audit.services import Edits
from expertpool.changes.exceptions import ChangeRefused
from expertpool.changes.forms import CareerForm, WorkForm
from expertpool.changes.models import Career, Work
from expertpool.changes.queries import careers_of, works_of
from expertpool.changes.services.history import (
    remove_career,
    remove_work,
    save_career,
    save_work,
)
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert


@as_expert
def career(request: UserRequest, expert: Expert, pk: int | None = None) -> HttpResponse:
    """A line of his work, new or to be changed."""
    row, editing = Career(expert=expert), None
    if pk is not None:
        editing = Editing(request, Edits((Expert, [expert.pk]), action="change.career"))
        row = get_object_or_404(careers_of(expert), pk=pk)
    form = CareerForm(request.POST if request.method == "POST" else None, career=row)

    def write() -> None:
        with transaction.atomic():  # a unit that was made for a refused line goes with it
            save_career(career=form.row(), actor=request.user, now=timezone.now())

    return drawer_form(
        request,
        form,
        write,
        refusals=ExpertRefused,
        title="修改工作经历" if pk else "添加工作经历",
        message="已保存，这个单位已列入您的回避单位。",
        refresh="page",
        editing=editing,
        back=reverse("changes:file"),
    )


@require_POST
@as_expert
def career_remove(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    row = get_object_or_404(careers_of(expert), pk=pk)
    try:
        remove_career(career=row, actor=request.user, now=timezone.now())
    except (ChangeRefused, ExpertRefused) as refusal:
        return refused(str(refusal))
    return saved("已移除。", refresh="page")


@as_expert
def work(request: UserRequest, expert: Expert, pk: int | None = None) -> HttpResponse:
    """A paper or the like, new or to be changed."""
    row, editing = Work(expert=expert), None
    if pk is not None:
        editing = Editing(request, Edits((Expert, [expert.pk]), action="change.work"))
        row = get_object_or_404(works_of(expert), pk=pk)
    form = WorkForm(request.POST if request.method == "POST" else None, work=row)

    def write() -> None:
        save_work(work=form.row(), actor=request.user, now=timezone.now())

    return drawer_form(
        request,
        form,
        write,
        refusals=ExpertRefused,
        title="修改论著成果" if pk else "添加论著成果",
        refresh="page",
        editing=editing,
        back=reverse("changes:file"),
    )


@require_POST
@as_expert
def work_remove(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    row = get_object_or_404(works_of(expert), pk=pk)
    try:
        remove_work(work=row, actor=request.user, now=timezone.now())
    except ExpertRefused as refusal:
        return refused(str(refusal))
    return saved("已移除。", refresh="page")
