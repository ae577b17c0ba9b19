"""审批流程: the flows of all subjects, and the page on which one is drawn up."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.audit.services import Edits
from expertpool.core.permissions import requires
from expertpool.core.views.editing import ChangedMeanwhile, Editing
from expertpool.core.views.rows import Row
from expertpool.workflow.exceptions import FlowRefused
from expertpool.workflow.forms.flows import (
    STEP,
    StepsForm,
    boxes_of_drafts,
    changed_steps,
    drafts_of,
)
from expertpool.workflow.models import FlowVersion
from expertpool.workflow.queries.approvals import latest_versions
from expertpool.workflow.queries.pictures import Box, boxes_of
from expertpool.workflow.registry import FLOW_SUBJECTS, FlowSubject
from expertpool.workflow.services.flows import LOCK, current_version, in_words, save_flow


@require_safe
@requires("workflow.manage")
def flow_list(request: UserRequest) -> HttpResponse:
    now = timezone.now()
    latest = latest_versions()
    # Makes the first one where there is none: applications would go by it, too.
    versions = [
        (subject, latest.get(subject.code) or current_version(subject.code, now=now))
        for subject in FLOW_SUBJECTS
    ]
    flows = [
        (subject, version, boxes_of(version.steps.all(), subject.code))
        for subject, version in versions
    ]
    return render(request, "workflow/flow_list.html", {"flows": flows})


@requires("workflow.manage")
def flow(request: UserRequest, subject: str) -> HttpResponse:
    """The steps of one flow; saving makes a new version."""
    found = _subject(subject)
    # Every edit is a version of its own.
    rows = FlowVersion.objects.filter(subject=found.code)
    editing = Editing(request, Edits((FlowVersion, rows), lock=LOCK))
    version = current_version(found.code, now=timezone.now())
    if request.method != "POST":
        steps = StepsForm(drafts_of(version), subject=found, viewer=request.user)
        return _page(request, found, version, steps, editing)
    steps = StepsForm(
        STEP.posted(request.POST), subject=found, viewer=request.user, data=request.POST
    )
    error = ""

    def write() -> FlowVersion:
        return save_flow(
            subject=found.code,
            steps=steps.data_for_service(),
            actor=request.user,
            now=timezone.now(),
        )

    if steps.is_valid():
        try:
            saved = editing.write(write)
        except ChangedMeanwhile:
            pass  # the form says it
        except FlowRefused as refusal:
            error = str(refusal)
        else:
            if saved == version:
                messages.info(request, "步骤没有变化。")
            else:
                messages.success(request, f"已保存为第 {saved.number} 版，从下一次提交起使用。")
            return redirect("workflow:flow_list")
    return _page(request, found, version, steps, editing, error=error, status=422)


@require_POST
@requires("workflow.manage")
def steps(request: UserRequest, subject: str) -> HttpResponse:
    """Answer the steps anew after a button added, moved or removed one."""
    found = _subject(subject)
    operation = request.POST.get("op", "")
    drafts = changed_steps(STEP.posted(request.POST), operation)
    context = {
        "subject": found,
        "steps": _with_boxes(StepsForm(drafts, subject=found, viewer=request.user), found),
    }
    return render(request, "workflow/flow_form.html#steps", context)


def _subject(code: str) -> FlowSubject:
    try:
        return FLOW_SUBJECTS[code]
    except LookupError as error:
        raise Http404 from error


def _page(
    request: UserRequest,
    subject: FlowSubject,
    version: FlowVersion,
    steps: StepsForm,
    editing: Editing,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    history = FlowVersion.objects.filter(subject=subject.code).select_related("created_by")
    context = {
        "subject": subject,
        "version": version,
        "editing": editing,
        "steps": _with_boxes(steps, subject),
        "error": error,
        "history": [
            (row, in_words(row, subject.code))
            for row in history.prefetch_related("steps__role", "steps__department")
        ],
        "submit_label": "保存为新版本",
    }
    return render(request, "workflow/flow_form.html", context, status=status)


def _with_boxes(steps: StepsForm, subject: FlowSubject) -> list[tuple[Row, Box]]:
    return [
        *zip(steps.rows, boxes_of_drafts(steps.drafts, subject.code, steps.viewer), strict=True)
    ]
