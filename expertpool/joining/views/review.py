"""Reviewing applications."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import User, UserRequest
from expertpool.core.exporting import export_url
from expertpool.core.permissions import requires
from expertpool.core.responses import file_answer, not_opened, refused
from expertpool.core.views.bulk import BulkAction, bulk_view
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import listing, picked_rows, render_list
from expertpool.core.views.reasons import revealed
from expertpool.directory.queries import second_of_its_name
from expertpool.experts.queries.files import (
    ADMISSION,
    PHOTO,
    may_view_expert_files,
)
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_for, attachments_of, opened
from expertpool.joining.enums import State
from expertpool.joining.exceptions import JoiningRefused
from expertpool.joining.forms.review import (
    ApplicationFilter,
    ApproveForm,
    RejectForm,
    ReturnForm,
)
from expertpool.joining.models import Application
from expertpool.joining.queries.applications import (
    SUBJECT,
    applications_to_decide,
    applications_visible_to,
    course_of_application,
    is_as_written,
    may_view_materials,
)
from expertpool.joining.queries.contents import read, verified
from expertpool.joining.queries.earlier import earlier_of, in_words
from expertpool.joining.queries.flow import why_not_agree
from expertpool.joining.queries.shown import (
    corrections,
    has_other_files,
    is_as_returned,
    likely_same,
    photo_of,
    shown_steps,
)
from expertpool.joining.services.deciding import approve as approve_application
from expertpool.joining.services.deciding import approve_among_many, why_not_to_decide
from expertpool.joining.services.deciding import reject as reject_application
from expertpool.joining.services.deciding import send_back as send_application_back
from expertpool.joining.services.locking import note_altered
from expertpool.joining.services.revealing import reveal_value
from expertpool.joining.tables import SORTS, TABS
from expertpool.workflow.enums import Verdict
from expertpool.workflow.queries.approvals import step_before, step_names
from expertpool.workflow.queries.notices import objections_about


@require_safe
@requires("joining.review")
def index(request: UserRequest) -> HttpResponse:
    found = listing(
        request,
        applications_visible_to(request.user).prefetch_related("specialties"),
        sorts=SORTS,
        default_sort="-handed_in",
        form=ApplicationFilter(request.GET),
        tabs=TABS,
    )
    # Of the page alone, in one query: steps differ in who decides.
    keys = [row.pk for row in found.page]
    mine = set(
        applications_to_decide(request.user).filter(pk__in=keys).values_list("pk", flat=True)
    )
    names = step_names(SUBJECT, keys)
    rows = [(row, row.pk in mine, names.get(row.pk, "")) for row in found.page]
    context = found.context | {
        "rows": rows,
        "export_url": export_url("joining.applications", **request.GET.dict()),
        "may_setup": request.user.has_permission("joining.setup"),
    }
    return render_list(request, "joining/application_list.html", context)


@require_safe
@requires("joining.review")
def detail(request: UserRequest, pk: int) -> HttpResponse:
    """All of an application, who is like its applicant, and what may be decided."""
    row = _visible(request, pk)
    if not is_as_written(row):
        # Nobody decides on what its applicant has not written; the log says who found it.
        note_altered(row, actor=request.user, now=timezone.now())
        return render(request, "joining/application_altered.html", {"application": row})
    is_pending = row.state == State.PENDING
    other_files = is_pending and has_other_files(row)
    context = {
        "application": row,
        "parts": shown_steps(row, request.user),
        "photo": photo_of(row) if _may_see_materials(request.user, row) else None,
        "files": _materials(request.user, row),
        # Of what is decided it is no question any more, and costs a search of the pool.
        "alike": likely_same(row, request.user) if is_pending else [],
        "course": course_of_application(row, now=timezone.now()),
        "corrections": corrections(row, request.user) if is_pending else [],
        "has_other_files": other_files,
        "is_as_returned": is_pending and is_as_returned(row, other_files=other_files),
        "objections": objections_about(request.user, row),
        "earlier": earlier_of(row, request.user),
        # The right reaches all applications in scope, the turn only those at one's own step.
        "may_decide": (may_decide := applications_to_decide(request.user).filter(pk=pk).exists()),
        "why_not": ""
        if may_decide or row.state != State.PENDING
        else why_not_to_decide(application=row, actor=request.user, now=timezone.now()),
        "why_not_agree": why_not_agree(row, request.user, now=timezone.now()) if may_decide else "",
        "may_reveal": request.user.has_permission("experts.reveal"),
        # What is decided is the version that this page shows.
        "version_query": f"?version={row.version}",
        "contact": "手机号" if verified(row)[0] == "phone" else "邮箱",
    }
    return render(request, "joining/application_detail.html", context)


def _materials(user: User, row: Application) -> QuerySet[Attachment] | None:
    """What he proves it by, also once it stands with his record; None: it is not for ``user`` to see."""
    if not _may_see_materials(user, row):
        return None
    if row.expert is None:
        # The photo has a place of its own on the page.
        return attachments_of(row).exclude(kind=PHOTO)
    return attachments_for(user, row.expert, ADMISSION)


def _may_see_materials(user: User, row: Application) -> bool:
    # Once he is an expert his files are guarded as those of all experts.
    if row.expert is None:
        return may_view_materials(user)
    return may_view_expert_files(user, str(row.expert.pk))


@require_safe
@requires("joining.review")
def applicant_photo(request: UserRequest, pk: int) -> HttpResponseBase:
    """His photo, to whoever sees what else he handed in."""
    row = _visible(request, pk)
    found = photo_of(row) if _may_see_materials(request.user, row) else None
    if found is None:
        raise Http404
    try:
        content = opened(found)
    # What cannot be read is no photo: the page shows the mark of a person instead.
    except FileRefused:
        raise Http404 from None
    return file_answer(content, name=found.name, content_type=found.content_type, inline=True)


def _visible(request: UserRequest, pk: int) -> Application:
    found: Application = get_object_or_404(applications_visible_to(request.user), pk=pk)
    return found


def _deciding(view: Callable[[UserRequest, Application], HttpResponse]) -> Any:
    """Guard a window in which an application is decided, and call ``view`` with it as its reviewer has seen it;
    what somebody else has settled meanwhile is said."""

    @requires("joining.review")
    @wraps(view)
    def guarded(request: UserRequest, pk: int) -> HttpResponse:
        row = _visible(request, pk)
        if row.state != State.PENDING:
            # Who withdrew is the applicant, whoever had a decision before that.
            who = None if row.state == State.WITHDRAWN else row.decided_by
            by = f"{who.name} 办理" if who else "申请人撤回"
            now_is = row.get_state_display()
            return refused(f"这份申请已由 {by}，现为“{now_is}”，没有再次处理；请刷新页面。")
        why_not = why_not_to_decide(application=row, actor=request.user, now=timezone.now())
        if (
            request.method != "POST" and why_not
        ):  # what is typed already stays: the service says the same there
            return not_opened(request, why_not, back=reverse("joining:detail", args=[pk]))
        return view(request, _seen(request, row))

    return guarded


@_deciding
def approve(request: UserRequest, row: Application) -> HttpResponse:
    why_not = why_not_agree(row, request.user, now=timezone.now())
    if request.method != "POST" and why_not:
        return not_opened(request, why_not, back=reverse("joining:detail", args=[row.pk]))
    form = ApproveForm(request.POST if request.method == "POST" else None)

    def write() -> str:
        verdict = approve_application(
            application=row, actor=request.user, now=timezone.now(), **form.cleaned_data
        )
        return f"{row.name}：{verdict.label}。"

    return _drawer(
        request,
        row,
        form,
        write,
        title=f"同意 · {row.name}",
        submit_label="同意",
        weighs=in_words(earlier_of(row, request.user)),
        namesake=second_of_its_name(*read(row).employer),
    )


@_deciding
def reject(request: UserRequest, row: Application) -> HttpResponse:
    # By the flow a no may go one step back only: the window says so before it is pressed.
    before = step_before(row)
    form = RejectForm(request.POST if request.method == "POST" else None, before=before)

    def write() -> str:
        verdict = reject_application(
            application=row, actor=request.user, now=timezone.now(), **form.cleaned_data
        )
        return _said(row, verdict, before, f"已办理：{row.name} 不通过。")

    return _drawer(
        request,
        row,
        form,
        write,
        title=f"不通过 · {row.name}",
        submit_label=_back_label(before) or "不通过",
        danger=True,
        before=before,
    )


@_deciding
def send_back(request: UserRequest, row: Application) -> HttpResponse:
    # What he wrote stands beside what is asked of him: nobody has to turn pages.
    said = {line.name: line.text for part in shown_steps(row, request.user) for line in part.lines}
    posted = request.POST if request.method == "POST" else None
    before = step_before(row)
    form = ReturnForm(posted, kind=row.kind, said=said, reader=request.user, before=before)

    def write() -> str:
        verdict = send_application_back(
            application=row,
            actor=request.user,
            now=timezone.now(),
            note=form.cleaned_data["note"],
            fields=form.reasons,
        )
        return _said(row, verdict, before, f"已退回{row.name}补正。")

    return _drawer(
        request,
        row,
        form,
        write,
        title=f"退回 · {row.name}" if before else f"退回补正 · {row.name}",
        submit_label=_back_label(before) or "退回申请人",
        before=before,
    )


def _back_label(before: str) -> str:
    return f"退回「{before}」" if before else ""


def _said(row: Application, verdict: Verdict, before: str, done: str) -> str:
    """Say what has come of not agreeing: by the flow it may be a step before that decides anew."""
    if verdict is Verdict.REJECTED:
        return done
    if verdict is Verdict.SENT_BACK:
        return f"{row.name}：已退回「{before}」重新审核，申请人仍在审核中。"
    return f"{row.name}：{verdict.label}。"


def _seen(request: UserRequest, row: Application) -> Application:
    """Let ``row`` be of the version that its reviewer has looked at, which the drawer sends along."""
    version = request.POST.get("version", request.GET.get("version", ""))
    # An address is typed by anybody: what is no number leaves the row as it is now.
    if version.isascii() and version.isdigit() and len(version) < 9:
        row.version = int(version)
    return row


def _drawer(
    request: UserRequest, row: Application, form: Any, write: Any, **context: Any
) -> HttpResponse:
    return drawer_form(
        request,
        form,
        write,
        refusals=JoiningRefused,
        refresh="page",
        back=reverse("joining:detail", args=[row.pk]),
        template="joining/decide_drawer.html",
        application=row,
        **context,
    )


def _picked(request: UserRequest) -> QuerySet[Application]:
    return picked_rows(
        request,
        applications_visible_to(request.user),
        form=ApplicationFilter,
        tabs=TABS,
        changed="updated_at",
    )


approve_many = bulk_view(
    BulkAction(
        "joining.review",
        "同意",
        "份申请",
        "application",
        approve_among_many,
        _picked,
        lambda request: applications_visible_to(request.user),
        JoiningRefused,
        # Of a whole list: each that is settled already would else be told as a refusal.
        meant=Q(state=State.PENDING),
    )
)


@require_POST
@requires("experts.reveal")
def reveal(request: UserRequest, pk: int, field: str) -> HttpResponse:
    """The clear text of a masked value, for a reason that is recorded."""
    row = _visible(request, pk)

    def show(reason: str) -> str:
        return reveal_value(
            application=row, field=field, reason=reason, actor=request.user, now=timezone.now()
        )

    return revealed(request, f"experts.{field}", show, refusals=JoiningRefused)
