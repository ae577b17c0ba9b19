"""审批流程: the flows of all subjects, and the page on which one is drawn up."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.audit.services import Edits
from expertpool.core.criteria import explain, parse
from expertpool.core.permissions import requires
from expertpool.core.views.editing import ChangedMeanwhile, Editing
from expertpool.workflow.exceptions import FlowRefused
from expertpool.workflow.forms import STEP, StepsForm, drafts_of
from expertpool.workflow.models import FlowStep, FlowVersion
from expertpool.workflow.registry import FLOW_SUBJECTS, FlowSubject
from expertpool.workflow.services.flows import ALWAYS, LOCK, current_version, save_flow


@require_safe
@requires("workflow.manage")
def flow_list(request: UserRequest) -> HttpResponse:
    now = timezone.now()
    # Makes the first one where there is none: applications would go by it, too.
    versions = [(subject, current_version(subject.code, now=now)) for subject in FLOW_SUBJECTS]
    flows = [
        (subject, version, [_in_words(step, subject) for step in version.steps.all()])
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
    drafts = STEP.changed(STEP.posted(request.POST), request.POST.get("op", ""))
    rows = StepsForm(drafts, subject=found, viewer=request.user).rows
    return render(request, "workflow/flow_form.html#steps", {"subject": found, "steps": rows})


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
        "steps": steps.rows,
        "error": error,
        "history": [
            (row, [_in_words(step, subject) for step in row.steps.all()])
            for row in history.prefetch_related("steps__role")
        ],
        "submit_label": "保存为新版本",
    }
    return render(request, "workflow/flow_form.html", context, status=status)


def _in_words(step: FlowStep, subject: FlowSubject) -> str:
    who = str(step.role or "有权限的人")
    if step.condition == ALWAYS:
        return f"{step.name}（{who}）"
    return f"{step.name}（{who}，{explain(parse(subject.code, step.condition))}）"
