"""The expert's own area: he scores what he is asked to, on the phone or at a desk, and submits it by his hand."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import IO, Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.client import client_address
from expertpool.core.responses import file_answer, refused
from expertpool.core.text import moment_text
from expertpool.core.validators import only_writable
from expertpool.core.views.drawers import attempt, drawer_form
from expertpool.draws.enums import INVALID
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert
from expertpool.experts.queries.glyphs import lacking_for
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import has_layout, opened, preview_kind
from expertpool.files.services import laid_out, note_preview
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.forms.assignments import RecuseForm
from expertpool.reviews.forms.reviews import SubmitForm
from expertpool.reviews.models import Reviewer
from expertpool.reviews.queries.assignments import assignment_of
from expertpool.reviews.queries.hands import grounds_of
from expertpool.reviews.queries.materials import material_at, neutral_name
from expertpool.reviews.queries.reviews import reviewing
from expertpool.reviews.queries.sheets import (
    label_of,
    last_submission,
    page_data,
    read_table,
    rule_of,
    seen_mark,
    sheets_of,
    standing,
)
from expertpool.reviews.services.organising import open_stage
from expertpool.reviews.services.reassigning import recuse_himself
from expertpool.reviews.services.scoring import (
    Save,
    compare_sheets,
    save_scores,
    submit_sheets,
)
from expertpool.reviews.services.sheet_files import TITLE, Signed, sheet_file

SHOWN = ("pdf", "image", "audio", "video")  # by the browser itself
# The reason as somebody wrote it, which may name others, is for the office; the message has told him.
STOPPED_VOID = "抽中您的抽取已经作废，组织单位停止了评审"
STOPPED_BY_TWO = "组织单位申请、监督人确认停止了评审，原因见发给您的通知"
MOST_DEVICE = 200  # characters of how a browser calls itself
MOST_ITEMS = 200  # of one save: what was typed within some seconds, or while the line was down


@require_safe
@as_expert
def index(request: UserRequest, expert: Expert) -> HttpResponse:
    """The reviews in which he scores, first what waits."""
    return render(request, "reviews/own.html", {"rows": reviewing(expert)})


@require_safe
# The browser's own viewer of a PDF beside the sheet needs a frame.
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
@as_expert
def review(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    """His sheets of one review: to fill in, and once they are submitted to read."""
    row, now = _own(expert, pk), timezone.now()
    done, sheets, rule = standing(row), sheets_of(row), rule_of(row.review)
    context: dict[str, Any] = {
        "row": row,
        "review": row.review,
        "done": done,
        "stopped": STOPPED_VOID if not row.invitation.draw.is_valid else STOPPED_BY_TWO,
        "is_void": not row.invitation.draw.is_valid,
        "is_open": row.review.is_open(now) and row.invitation.draw.is_valid,
        "leads": row.is_leader and not row.is_altered,
        "next_stage": rule.stages[row.review.stages].name
        if row.review.stages < len(rule.stages)
        else "",
    }
    if done is None and context["is_open"]:
        context["is_shared"] = assignment_of(row.review) is not None
        context["data"] = page_data(row.review, row, sheets)
        # Without a standing one, what he has submitted last was handed back.
        context["returned"] = last_submission(row)
        return render(request, "reviews/own_review.html", context)
    content = done.content if done else None
    context["table"] = read_table(row.review, sheets, content, done.remarks if done else None)
    context["lacking"] = lacking_for([expert]) if done else []
    return render(request, "reviews/own_sheet.html", context)


@require_POST
@as_expert
def save(request: UserRequest, expert: Expert, pk: int) -> JsonResponse:
    """Keep what was typed so far: {items: {alias: {revision, scores: {code: [value, reason]}}}}."""
    row = _own(expert, pk)
    try:
        saves = _saves(request.body)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return JsonResponse({"refused": "发来的评分看不懂，请刷新页面。"}, status=400)
    try:
        done = save_scores(reviewer=row, saves=saves, actor=request.user, now=timezone.now())
    except ReviewRefused as refusal:
        return JsonResponse({"refused": str(refusal)}, status=409)
    items = {
        alias: {
            "revision": one.revision,
            "problems": one.problems,
            "unsaid": one.unsaid,
            "kept": one.kept,
            "theirs": one.theirs,
        }
        for alias, one in done.items()
    }
    return JsonResponse({"items": items})


def _saves(body: bytes) -> dict[str, Save]:
    said = json.loads(body)["items"]
    if len(said) > MOST_ITEMS:
        raise ValueError("too many")
    return {
        _text(alias): Save(
            _whole(one["revision"]),
            {
                _text(code): [_text(value), _text(reason)]
                for code, (value, reason) in one["scores"].items()
            },
        )
        for alias, one in said.items()
    }


def _text(said: Any) -> str:
    """Return ``said`` without what nobody writes, which JSON can hold and nothing can store."""
    if not isinstance(said, str):
        raise TypeError("no text")
    return only_writable(said)


def _whole(said: Any) -> int:
    if not isinstance(said, int):
        raise TypeError("no whole number")
    return said


@require_safe
# The page of the sheets shows it in its frame; everything else refuses to be framed.
@xframe_options_sameorigin
@as_expert
def material(
    request: UserRequest, expert: Expert, pk: int, alias: str, at: int
) -> HttpResponseBase:
    """A material by its place, shown by the browser beside the sheet; each look is recorded. Of an anonymous review neither
    name nor number of the file says which item it is."""
    row = _own(expert, pk)
    file = material_at(row, alias, at)
    if file is None:
        raise Http404
    name = f"{alias} {neutral_name(file, at)}" if row.review.is_anonymous else file.name
    try:
        layout = _layout_of(file)
        content = layout or opened(file)
    except FileRefused:
        return refused("这个材料现在不能打开（可能正在等待病毒查杀），请稍后再试。")
    note_preview(attachment=file, actor=request.user, now=timezone.now())
    return file_answer(
        content,
        name=f"{name}.pdf" if layout else name,
        content_type="application/pdf" if layout else file.content_type,
        inline=layout is not None or preview_kind(file) in SHOWN,
    )


def _layout_of(file: Attachment) -> IO[bytes] | None:
    """Return an Office file as PDF; None: it is none, or cannot be laid out, and is downloaded."""
    with suppress(FileRefused):
        return laid_out(file) if has_layout(file) else None
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@as_expert
def recuse(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    """He says from which items he has to stay away (drawer)."""
    row, now = _own(expert, pk), timezone.now()
    items = {one.item.alias: one.item for one in sheets_of(row)}
    form = RecuseForm(
        request.POST or None,
        items=[(alias, label_of(one, row.review)) for alias, one in items.items()],
        grounds=grounds_of(row.review, himself=True),
    )

    def write() -> str:
        said = form.cleaned_data
        alone = recuse_himself(
            reviewer=row,
            items=[items[alias] for alias in said["items"]],
            ground=said["ground"],
            reason=said["reason"],
            actor=request.user,
            now=now,
        )
        named = "、".join(label_of(one, row.review) for one in alone)
        how = f"{named}暂缺接替的专家" if alone else "改由其他专家评"
        return f"已回避，{how}，已告知评审组织人员和监督人。"

    return drawer_form(
        request,
        form,
        write,
        title="声明回避",
        submit_label="确认回避",
        refresh="page",
        refusals=ReviewRefused,
        back=reverse("reviews:own_review", args=[pk]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@as_expert
def submit(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    """He reads all that he has said, and signs it."""
    row, now = _own(expert, pk), timezone.now()
    sheets = sheets_of(row)
    is_over = not row.review.is_open(now) or not row.invitation.draw.is_valid
    if standing(row) is not None or is_over:
        return redirect("reviews:own_review", pk=pk)
    last = last_submission(row)
    said = last.remarks if last else {}
    if request.method == "POST":
        # Before anything is read: what is far is asked about on the page that answers. What is refused here is below, too.
        with suppress(ReviewRefused):
            compare_sheets(reviewer=row, actor=request.user, now=now)
        sheets = sheets_of(row)
    table = read_table(row.review, sheets, None, said)
    data = request.POST if request.method == "POST" else None
    form = SubmitForm(data, far=[one for one in table if one.is_far])
    form.initial["seen"] = seen_mark(sheets)
    device = request.headers.get("User-Agent", "")[:MOST_DEVICE]

    def write() -> None:
        submit_sheets(
            reviewer=row,
            seen=form.cleaned_data["seen"],
            signature=form.cleaned_data["signature"],
            signed_from=f"{client_address(request)} {device}",
            remarks=form.remarks,
            actor=request.user,
            now=now,
        )

    if request.method == "POST" and attempt(form, write, refusals=ReviewRefused):
        messages.success(request, "已提交，谢谢您的评审。")
        return redirect("reviews:own_review", pk=pk)
    missing = sum(not one.is_complete for one in table)
    context = {
        "row": row,
        "review": row.review,
        "form": form,
        "table": table,
        "missing": missing,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "reviews/own_submit.html", context, status=status)


@require_safe
@as_expert
def sheet(request: UserRequest, expert: Expert, pk: int) -> HttpResponseBase:
    """What he has submitted, as PDF with his signature."""
    row, now = _own(expert, pk), timezone.now()
    done = standing(row)
    if done is None or done.is_altered:
        return redirect("reviews:own_review", pk=pk)
    done.reviewer = row
    said = Signed(done, expert.name, moment_text(done.submitted_at), own=True)
    content, ending = sheet_file(said, at=now)
    return file_answer(content, name=f"{TITLE} {row.review.project.name}.{ending}", inline=True)


@require_POST
@as_expert
def stage(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    """The leader of the panel opens the next stage."""
    of_valid = reviewing(expert).exclude(invitation__draw__status__in=INVALID)
    row = get_object_or_404(of_valid, pk=pk, is_leader=True)
    if row.is_altered:
        raise Http404
    try:
        open_stage(review=row.review, actor=request.user, now=timezone.now())
    except ReviewRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已开启下一阶段，各位专家可以填写。")
    return redirect("reviews:own_review", pk=pk)


def _own(expert: Expert, pk: int) -> Reviewer:
    return get_object_or_404(reviewing(expert), pk=pk)
