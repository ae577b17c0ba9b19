"""An applicant's own pages: step by step, saved as he types."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import file_answer
from expertpool.experts.enums import ExpertKind
from expertpool.experts.queries.files import PHOTO
from expertpool.files.exceptions import FileRefused
from expertpool.files.queries import attachments_of, opened
from expertpool.files.services import attach, remove_attachment
from expertpool.joining.enums import State, Step
from expertpool.joining.exceptions import ChangedElsewhere, Incomplete, JoiningRefused
from expertpool.joining.forms.application import (
    JOB_ROW,
    TIE_ROW,
    HistoryForm,
    StepForm,
    typed_history,
)
from expertpool.joining.models import Application
from expertpool.joining.queries.applications import (
    PROOF,
    SUBJECT,
    application_of,
    course_of_application,
    is_as_written,
)
from expertpool.joining.queries.contents import JOBS, TIES, may_change, step_labels, stored
from expertpool.joining.queries.shown import (
    faults_by_step,
    has_other_files,
    is_as_returned,
    photo_of,
    shown_steps,
)
from expertpool.joining.queries.telling import told_by
from expertpool.joining.services.checking import check_contents
from expertpool.joining.services.drafts import save_step
from expertpool.joining.services.handing_in import hand_in, withdraw
from expertpool.joining.services.renewing import apply_again
from expertpool.joining.services.setup import ensure_consent
from expertpool.joining.views.guards import altered_page, as_applicant, with_application
from expertpool.workflow.queries.notices import notice_days

STEPS = [step.value for step in Step]
# What he can only read: it waits, or came to nothing. Once he is an expert it stands in his own file.
FILED = (State.PENDING, State.REJECTED, State.WITHDRAWN)
PICTURES = ("image/jpeg", "image/png")


@require_safe
@requires("joining.apply", "experts.self")
def mine(request: UserRequest) -> HttpResponse:
    """Where his application stands, and what he can do now."""
    application = application_of(request.user)
    if application is None:
        if request.user.has_permission("experts.self"):
            return redirect(settings.LOGIN_REDIRECT_URL)
        return redirect("joining:start")
    if not is_as_written(application):
        return altered_page(request, application)
    now = timezone.now()
    course = course_of_application(application, now=now)
    context: dict[str, Any] = {
        "application": application,
        "course": course and course.told_applicant(),
    }
    if application.state in FILED and application.erased_at is None:
        context |= _filled_in(application) | {"consent": application.consent}
    if application.state == State.PENDING:
        context["told_by"] = told_by(application)
    context["home_url"] = resolve_url(settings.LOGIN_REDIRECT_URL)
    if application.is_editable:
        found = check_contents(application, now=now)
        context["to_correct"] = faults_by_step(application)
        context["next_step"] = found.first_wrong or Step.CONFIRM
        if application.reasons:
            context["next_step"] = next(iter(context["to_correct"]), Step.CONFIRM)
    return render(request, "joining/mine.html", context)


def _filled_in(application: Application) -> dict[str, Any]:
    return {
        "parts": shown_steps(application),
        "photo": photo_of(application),
        "files": attachments_of(application).exclude(kind=PHOTO),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@as_applicant
def step(request: UserRequest, application: Application, step: str) -> HttpResponse:
    """One step: shown as it was left; on with it once it is in order."""
    if step not in STEPS:
        raise Http404
    if not application.is_editable:
        return redirect("joining:mine")
    pages = {Step.HISTORY: _history, Step.PROOF: _proof, Step.CONFIRM: _confirm}
    return pages.get(Step(step), _fields)(request, application, step)


def _fields(request: UserRequest, application: Application, step: str) -> HttpResponse:
    form = StepForm(
        request.POST if request.method == "POST" else None, application=application, step=step
    )
    context: dict[str, Any] = {"form": form}
    if request.method == "POST":
        saved = _save(request, application, step, form.typed, context)
        if saved is not None:
            # Whoever goes back to look something up is not held by what is unfinished.
            if _goes_back(request, step):
                return _on(request, step)
            if form.is_valid():
                for name, sentence in (
                    check_contents(saved, now=timezone.now()).errors[step].items()
                ):
                    form.add_error(name if name in form.fields else None, sentence)
            if form.is_valid():
                return _on(request, step)
            application = saved
    return _page(request, application, step, "joining/step_fields.html", context)


def _history(request: UserRequest, application: Application, step: str) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = HistoryForm(application, data)
    # An organisation has no jobs; what it wrote before it was no more asked stays in sight.
    has_jobs = bool(stored(application).get(step, {}).get(JOBS))
    asks_jobs = application.kind != ExpertKind.ORGANISATION or has_jobs
    context: dict[str, Any] = {"form": form, "asks_jobs": asks_jobs}
    if data is not None:
        saved = _save(request, application, step, typed_history(data), context)
        if saved is not None:
            if _goes_back(request, step):
                return _on(request, step)
            if form.is_valid():
                return _on(request, step)
            application = saved
    return _page(request, application, step, "joining/step_history.html", context)


def _proof(request: UserRequest, application: Application, step: str) -> HttpResponse:
    context: dict[str, Any] = {}
    if request.method == "POST":
        errors = check_contents(application, now=timezone.now()).errors.get(step, {})
        if not errors:
            return _on(request, step)
        context["problem"] = next(iter(errors.values()))
    context |= {
        "is_organisation": application.kind == ExpertKind.ORGANISATION,
        "photo": photo_of(application),
        "files": attachments_of(application).exclude(kind=PHOTO),
        "may_photo": may_change(application, PHOTO),
        "may_files": may_change(application, "files"),
    }
    return _page(request, application, step, "joining/step_proof.html", context)


def _confirm(request: UserRequest, application: Application, step: str) -> HttpResponse:
    now = timezone.now()
    # Each tick is of what stood beside it.
    consents = _number(request, "read") if request.POST.get("consents") == "on" else 0
    knows_notice = _number(request, "days") if request.POST.get("knows_notice") == "on" else 0
    context: dict[str, Any] = {"consents": consents, "knows_notice": knows_notice}
    if request.method == "POST":
        try:
            hand_in(
                application=application,
                version=_version(request),
                consents=consents,
                knows_notice=knows_notice,
                actor=request.user,
                now=now,
            )
        except ChangedElsewhere as refusal:
            context["conflict"] = str(refusal)
        except Incomplete as refusal:
            messages.error(request, str(refusal))
            return redirect("joining:step", step=refusal.step)
        except JoiningRefused as refusal:
            context["problem"] = str(refusal)
        else:
            messages.success(request, "申请已提交，请等待审核。")
            return redirect("joining:mine")
    context |= _filled_in(application) | {
        "wrong": check_contents(application, now=now),
        "is_as_returned": application.state == State.RETURNED
        and is_as_returned(application, other_files=has_other_files(application)),
        "consent": ensure_consent(now=now),
        "notice_days": notice_days(SUBJECT),
    }
    return _page(request, application, step, "joining/step_confirm.html", context)


def _save(
    request: UserRequest,
    application: Application,
    step: str,
    typed: dict[str, Any],
    context: dict[str, Any],
) -> Application | None:
    """Save what was typed, right or wrong; otherwise say in ``context`` why it was not."""
    try:
        return save_step(
            application=application,
            step=step,
            typed=typed,
            version=_version(request),
            now=timezone.now(),
        )
    except ChangedElsewhere as refusal:
        context["conflict"] = str(refusal)
    except JoiningRefused as refusal:
        context["problem"] = str(refusal)
    return None


def _version(request: UserRequest) -> int:
    return _number(request, "version")


def _number(request: UserRequest, name: str) -> int:
    text = request.POST.get(name, "")
    # Nought fits no version: it is refused in words, as one that is old.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _goes_back(request: UserRequest, step: str) -> bool:
    """Tell whether he goes back to an earlier step: what he typed is kept, and need not be in order."""
    wanted = request.POST.get("to", "")
    return wanted in STEPS and STEPS.index(wanted) < STEPS.index(step)


def _on(request: UserRequest, step: str) -> HttpResponse:
    """Lead on to the next step, or to the one that a button names."""
    wanted = request.POST.get("to", "")
    following = STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]
    return redirect("joining:step", step=wanted if wanted in STEPS else following)


def _page(
    request: UserRequest,
    application: Application,
    step: str,
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    labels = step_labels(application.kind)
    at = STEPS.index(step)
    shown = {
        "application": application,
        "step": step,
        "steps": list(labels.values()),
        "at": at,
        "title": labels[step],
        "links": [(labels[code], code, code == step) for code in STEPS],
        "before": STEPS[at - 1] if at else "",
        "after": labels[STEPS[at + 1]] if at + 1 < len(STEPS) else "",
    }
    # Apart from what is wrong: another device was faster, and nothing that he typed is at fault.
    status = 409 if "conflict" in context else 422 if request.method == "POST" else 200
    return render(request, template, shown | context, status=status)


@require_POST
@as_applicant
def draft(request: UserRequest, application: Application, step: str) -> JsonResponse:
    """Keep what stands in the form now; called by its script."""
    if step not in STEPS:
        raise Http404
    if step == Step.HISTORY:
        typed: dict[str, Any] = typed_history(request.POST)
    else:
        typed = StepForm(request.POST, application=application, step=step).typed
    now = timezone.now()
    try:
        saved = save_step(
            application=application, step=step, typed=typed, version=_version(request), now=now
        )
    except JoiningRefused as refusal:
        elsewhere = isinstance(refusal, ChangedElsewhere)
        return JsonResponse({"message": str(refusal), "elsewhere": elsewhere}, status=409)
    return JsonResponse({"version": saved.version, "at": f"{timezone.localtime(now):%H:%M}"})


@require_POST
@as_applicant
def rows(request: UserRequest, application: Application, of: str) -> HttpResponse:
    """Answer the rows anew after a button added or removed one."""
    kinds = {JOBS: JOB_ROW, TIES: TIE_ROW}
    if of not in kinds:
        raise Http404
    kind = kinds[of]
    drafts = kind.changed(kind.posted(request.POST), request.POST.get("op", ""))[:10]
    data = request.POST.copy()
    data.setlist(kind.name, [str(one.key) for one in drafts])
    form = HistoryForm(application)
    form.lists[of].show(drafts)
    return render(
        request, f"joining/step_history.html#{of}", {"form": form, "application": application}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@as_applicant
def photo(request: UserRequest, application: Application) -> HttpResponseBase:
    """GET: his photo. POST: put another in its place."""
    old = photo_of(application)
    if request.method != "POST":
        if old is None:
            raise Http404
        try:
            content = opened(old)
        except FileRefused:
            raise Http404 from None
        return file_answer(content, name=old.name, content_type=old.content_type, inline=True)
    file = request.FILES.get("photo")
    if not may_change(application, PHOTO):
        messages.error(request, "照片现在不能修改。")
    elif file is None:
        messages.error(request, "请先选择照片。")
    else:
        try:
            new = attach(
                subject=application,
                uploaded_file=file,
                kind=PHOTO,
                actor=request.user,
                now=timezone.now(),
            )
            if new.content_type in PICTURES:
                # The old one only once the new one is there.
                gone, said = old, ""
            else:
                gone, said = new, "照片应为 JPG 或 PNG 图片，请重新选择。"
            if gone is not None:
                remove_attachment(attachment=gone, actor=request.user, now=timezone.now())
            if said:
                messages.error(request, said)
        except FileRefused as refusal:
            messages.error(request, str(refusal))
    return redirect("joining:step", step=Step.PROOF)


@require_POST
@as_applicant
def files(request: UserRequest, application: Application) -> HttpResponse:
    """Add the files that he chose to those that prove what he says."""
    chosen = request.FILES.getlist("files")
    if not may_change(application, "files"):
        messages.error(request, "材料现在不能修改。")
    elif not chosen:
        messages.error(request, "请先选择文件。")
    for file in chosen if may_change(application, "files") else ():
        try:
            attach(
                subject=application,
                uploaded_file=file,
                kind=PROOF,
                actor=request.user,
                now=timezone.now(),
            )
        except FileRefused as refusal:
            messages.error(request, f"{file.name}：{refusal}")
    return redirect("joining:step", step=Step.PROOF)


@require_POST
@as_applicant
def file_remove(request: UserRequest, application: Application, pk: int) -> HttpResponse:
    """Remove one of them."""
    found = get_object_or_404(attachments_of(application), pk=pk)
    name = PHOTO if found.kind == PHOTO else "files"
    if not may_change(application, name):
        messages.error(request, "材料现在不能修改。")
        return redirect("joining:step", step=Step.PROOF)
    try:
        remove_attachment(attachment=found, actor=request.user, now=timezone.now())
    except FileRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("joining:step", step=Step.PROOF)


@require_POST
@with_application
def take_back(request: UserRequest, application: Application) -> HttpResponse:
    """Withdraw the application."""
    try:
        withdraw(application=application, actor=request.user, now=timezone.now())
    except JoiningRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "申请已撤回。")
    return redirect("joining:mine")


@require_POST
@as_applicant
def again(request: UserRequest, application: Application) -> HttpResponse:
    """Apply anew after an application that came to nothing, with what was typed then."""
    if application.state not in (State.REJECTED, State.WITHDRAWN):
        return redirect("joining:mine")
    try:
        apply_again(before=application, actor=request.user, now=timezone.now())
    except JoiningRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("joining:mine")
    return redirect("joining:step", step=Step.BASIC)
