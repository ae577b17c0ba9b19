"""我的档案: what is kept of the expert, and how he changes it."""

from __future__ import annotations

import tempfile
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import User, UserRequest
from expertpool.audit.services import Edits
from expertpool.changes.enums import RequestState
from expertpool.changes.exceptions import ChangeRefused
from expertpool.changes.forms import OwnFileForm, PhotoForm
from expertpool.changes.models import ChangeRequest
from expertpool.changes.queries import (
    asked_in,
    careers_of,
    open_items,
    requests_of,
    works_of,
)
from expertpool.changes.services.own_data import write_own_data
from expertpool.changes.services.requests import TAKEN_BACK, change_own, withdraw_request
from expertpool.changes.tables import TONES, hidden_from
from expertpool.core.aftermath import writing_afterwards
from expertpool.core.reading.turns import Busy, archive_turn
from expertpool.core.responses import file_answer, refused, saved
from expertpool.core.subjects import Owner
from expertpool.core.views.drawers import drawer_form, posted
from expertpool.core.views.editing import Editing
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.fields import EXPERT
from expertpool.experts.fields.owners import owner_of
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import avoidance_words
from expertpool.experts.queries.files import photo_of
from expertpool.experts.queries.records import status_course
from expertpool.experts.services.photos import set_photo
from expertpool.workflow.queries.approvals import returned

MOST_SHOWN = 20  # requests and versions; the download has all


def _sections(expert: Expert, viewer: User) -> list[dict[str, Any]]:
    """Return the sections of his record as he reads it: each line with what is asked for it."""
    waiting, hidden = open_items(expert), hidden_from(expert)
    found = []
    for code, title in EXPERT.titles(expert.kind).items():
        shown = [
            (
                row.label,
                row.declaration.word_of(expert) if row.is_guarded else row.text,
                row.url,
                row.is_wide,
                row.code,
            )
            for row in EXPERT.panorama(expert, code, expert.kind, viewer=viewer)
            if row.code not in hidden
        ]
        if code == "specialties":
            names = "、".join(str(one) for one in expert.specialties.select_related("scheme"))
            shown = [("评审专业", names, "", True, "specialties")]
        lines = [(*line, waiting.get(name)) for *line, name in shown]
        typed = EXPERT.inputs(expert.kind, code, viewer=viewer, record=expert).get(code, [])
        owners = {owner_of(one) for one in typed}
        found.append(
            {
                "code": code,
                "title": title,
                "lines": lines,
                "may_edit": bool(owners & {Owner.OWN, Owner.CONTROLLED}),
            }
        )
    return found


@require_safe
@as_expert
def file(request: UserRequest, expert: Expert) -> HttpResponse:
    """All of his own data, in sections."""
    today = timezone.localdate()
    requests = [
        (one, TONES[one.state], asked_in(one, None, reasons=_reasons(one)))  # type: ignore[index]
        for one in requests_of(expert)[:MOST_SHOWN]
    ]
    labels, hidden = EXPERT.labels(request.user), hidden_from(expert)
    versions = [
        (
            one,
            "、".join(
                labels[code] for code in one.changed if code in labels and code not in hidden
            ),
        )
        for one in expert.versions.filter(number__gt=1).defer("snapshot")[:MOST_SHOWN]
    ]
    context = {
        "expert": expert,
        "photo": photo_of(expert, request.user),
        "sections": _sections(expert, request.user),
        "requests": requests,
        "careers": [
            (one, avoidance_words(one.avoidance, on=today)[0] if one.avoidance else "没有登记回避")
            for one in careers_of(expert)
        ],
        "works": works_of(expert),
        "versions": [(one, what) for one, what in versions if what],
        "course": status_course(expert, own=True),
    }
    return render(request, "changes/file.html", context)


def _reasons(request: ChangeRequest) -> dict[str, str]:
    if request.state != RequestState.REJECTED:
        return {}
    found = returned(request._meta.label_lower, request.pk)
    return dict(found.fields) if found else {}


@as_expert
def edit(request: UserRequest, expert: Expert, section: str) -> HttpResponse:
    """One section: what is his own is saved, what is not is asked for."""
    if section not in EXPERT.titles(expert.kind):
        raise Http404
    editing = Editing(request, Edits((Expert, [expert.pk]), action="expert.update"))
    # Read again: what is shown is at least as new as what it says to have read.
    expert = Expert.objects.select_related("user", "employer", "division").get(pk=expert.pk)
    form = OwnFileForm(
        *posted(request),
        expert=expert,
        section=section,
        waiting=open_items(expert),
    )
    if not form.fields:
        raise Http404

    def write() -> str:
        with writing_afterwards(), transaction.atomic():
            own, asked = change_own(
                expert=expert,
                values=form.values(),
                reason=form.reason,
                actor=request.user,
                now=timezone.now(),
            )
        said = [
            f"已保存{'、'.join(own)}" if own else "",
            "变更申请已提交，核准前仍按原来的内容" if asked else "",
        ]
        return f"{'；'.join(filter(None, said))}。"

    return drawer_form(
        request,
        form,
        write,
        refusals=ExpertRefused,
        title=f"修改{EXPERT.titles(expert.kind)[section]}",
        refresh="page",
        submit_label="提交",
        editing=editing,
        back=reverse("changes:file"),
    )


@require_POST
@as_expert
def withdraw(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    asked = get_object_or_404(ChangeRequest, pk=pk, expert=expert)
    try:
        withdraw_request(request=asked, actor=request.user, now=timezone.now())
    except ChangeRefused as refusal:
        return refused(str(refusal))
    asked.refresh_from_db()
    return saved(TAKEN_BACK if asked.is_open else "申请已撤回。", refresh="page")


@as_expert
def photo(request: UserRequest, expert: Expert) -> HttpResponse:
    form = PhotoForm(*posted(request))

    def write() -> None:
        set_photo(
            expert=expert,
            uploaded_file=form.cleaned_data["photo"],
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        refusals=ExpertRefused,
        at="photo",
        title="更换照片",
        message="照片已更换。",
        refresh="page",
        submit_label="上传",
        back=reverse("changes:file"),
    )


@require_safe
@as_expert
def own_data(request: UserRequest, expert: Expert) -> Any:
    """All that is kept of him, as files."""
    now = timezone.now()
    stream = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    try:
        with archive_turn():
            write_own_data(stream, expert=expert, actor=request.user, now=now)
    except (ExpertRefused, Busy) as refusal:
        stream.close()
        messages.error(request, str(refusal))
        return redirect("changes:file")
    stream.seek(0)
    return file_answer(stream, name=f"我的数据{timezone.localtime(now):%Y%m%d-%H%M}.zip")
