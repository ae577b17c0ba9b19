"""The platform, what the office manages, and the page of one."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from expertpool.accounts.models import UserRequest
from expertpool.achievements.enums import AchievementKind, PublicShown
from expertpool.achievements.exceptions import AchievementRefused
from expertpool.achievements.exports import AchievementExport
from expertpool.achievements.forms import AchievementFilter, AchievementForm, DecisionForm
from expertpool.achievements.models import Achievement
from expertpool.achievements.queries import (
    EDIT,
    SUBJECT,
    VIEW,
    all_shown,
    labels_of,
    managed_by,
    may_change,
    once_managed_by,
    shown_to,
    standing,
    to_decide,
    visible_to,
)
from expertpool.achievements.registry import NAMING
from expertpool.achievements.services.writing import (
    decide_achievement,
    delete_achievement,
    save_achievement,
    why_not_approve,
)
from expertpool.achievements.settings import PUBLIC
from expertpool.achievements.tables import SORTS, TABS, TONES
from expertpool.core.configuration import value_of
from expertpool.core.exporting import export_url
from expertpool.core.permissions import requires
from expertpool.core.responses import refused
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import listing, render_list
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.workflow.guards import row_to_decide
from expertpool.workflow.queries.approvals import course_of, returned
from expertpool.workflow.queries.notices import objections_about


@require_safe
@requires(VIEW)
def platform(request: UserRequest) -> HttpResponse:
    """What is approved, of the experts in his scope."""
    found = listing(
        request,
        shown_to(request.user),
        sorts=SORTS,
        default_sort="-year",
        form=AchievementFilter(request.GET, user=request.user),
    )
    # Whoever reads the platform may not always take it away as a file.
    may_export = request.user.has_permission(AchievementExport.permission)
    # A row that somebody altered in the database is not shown as approved; the page tells how many.
    rows = standing(found.page)
    context = found.context | {
        "rows": rows,
        "altered": len(found.page) - len(rows),
        "export_url": export_url(AchievementExport.code) if may_export else "",
        "may_manage": request.user.has_permission(EDIT),
    }
    return render_list(request, "achievements/platform.html", context)


@require_safe
@requires(EDIT)
def index(request: UserRequest) -> HttpResponse:
    found = listing(
        request,
        managed_by(request.user),
        sorts=SORTS,
        default_sort="-asked",
        form=AchievementFilter(request.GET, user=request.user),
        tabs=TABS,
    )
    # Altered rows, too: the office has to find and mend them.
    rows = [(row, TONES[row.state]) for row in found.page]
    return render_list(request, "achievements/list.html", found.context | {"rows": rows})


@require_safe
@requires(VIEW, EDIT, "experts.self")
def detail(request: UserRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(visible_to(request.user), pk=pk)
    is_own = row.expert.user_id == request.user.pk
    # Its expert and the office see what was altered, and that it was; for others there is no such row.
    altered = not standing([row])
    if altered and not (is_own or request.user.has_permission(EDIT)):
        raise Http404
    # Why it came back is said to whoever has to mend it.
    why = returned(SUBJECT, row.pk) if is_own and row.state == "returned" else None
    labels = labels_of(row.kind)
    course = course_of(row, now=timezone.now())
    context = {
        "row": row,
        "altered": altered,
        "labels": labels,
        "tone": TONES[row.state],
        "is_own": is_own,
        "may_change": may_change(request.user, row),
        # Asked of the step that it stands at: the right alone does not make somebody its approver.
        "may_decide": to_decide(request.user).filter(pk=pk).exists(),
        "why": why,
        "reasons": [(labels.get(name, name), text) for name, text in why.fields.items()]
        if why
        else [],
        # Its expert sees that it is on notice; who decides on it, and what the public says, others do.
        "course": course,
        "shows_course": not is_own,
        "objections": objections_about(request.user, row),
    }
    return render(request, "achievements/detail.html", context)


@requires(EDIT)
def decide(request: UserRequest, pk: int) -> HttpResponse:
    # Decided meanwhile is told as such, not as a row that never was: also what was returned, which is its expert's alone.
    row = row_to_decide(to_decide(request.user), once_managed_by(request.user), pk)
    form = DecisionForm(request.POST if request.method == "POST" else None, kind=row.kind)

    def write() -> str:
        verdict = decide_achievement(
            row=row,
            agree=form.cleaned_data["agree"] == "yes",
            note=form.cleaned_data["note"],
            reasons=form.reasons,
            actor=request.user,
            now=timezone.now(),
        )
        return f"成果审核：{verdict.label}"

    return drawer_form(
        request,
        form,
        write,
        refusals=AchievementRefused,
        title=f"审核成果 · {row.expert.name}",
        refresh="page",
        submit_label="提交",
        template="workflow/decide_drawer.html",
        why_not_agree=why_not_approve(row, request.user, now=timezone.now()),
        back=reverse("achievements:detail", args=[pk]),
    )


@requires(EDIT)
def add(request: UserRequest, pk: int, kind: str) -> HttpResponse:
    """The office enters one of the expert ``pk``: it needs nobody's approval."""
    # His scope of changing counts: reading reaches further.
    expert = get_object_or_404(experts_visible_to(request.user, EDIT), pk=pk)
    if kind not in AchievementKind.values:
        raise Http404
    form = AchievementForm(request.POST if request.method == "POST" else None, kind=kind)

    def write() -> HttpResponse:
        row = save_achievement(
            row=Achievement(expert=expert, kind=kind),
            values=form.cleaned_data,
            actor=request.user,
            now=timezone.now(),
        )
        return HttpResponseClientRedirect(reverse("achievements:detail", args=[row.pk]))

    title = f"登记{AchievementKind(kind).label} · {expert.name}"
    return drawer_form(
        request,
        form,
        write,
        refusals=AchievementRefused,
        title=title,
        back=reverse("experts:detail", args=[pk]),
    )


@require_POST
@requires(EDIT, "experts.self")
def delete(request: UserRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(visible_to(request.user), pk=pk)
    # Approvers must not lose from under their eyes what they are reading.
    if not may_change(request.user, row):
        return refused("现在不能删除这项成果；待审核的请先撤回。")
    try:
        delete_achievement(row=row, actor=request.user, now=timezone.now())
    except AchievementRefused as refusal:
        return refused(str(refusal))
    # The page of the row is gone: each goes back to the list from which he came.
    own = row.expert.user_id == request.user.pk
    return HttpResponseClientRedirect(reverse("achievements:own" if own else "achievements:list"))


@login_not_required
@require_safe
def public(request: HttpRequest) -> HttpResponse:
    """What anybody may see, where the office wants it so; otherwise there is no such page."""
    shown = value_of(PUBLIC)
    if shown == PublicShown.NOTHING:
        raise Http404
    # Without a user the filter finds nobody by name.
    form = AchievementFilter(request.GET, user=None)
    # Anybody may ask as often as he likes: one page, and no more.
    rows = form.filter(all_shown().order_by("-year", "-id"))[:200]
    found, named = standing(rows), shown == PublicShown.NAMED
    allowed = {
        pk for one in NAMING if named for pk in one.allowed({row.expert_id for row in found})
    }
    lines = [(row, row.expert.name if row.expert_id in allowed else "—") for row in found]
    context = {"rows": lines, "named": named, "form": form}
    return render(request, "achievements/public.html", context)
