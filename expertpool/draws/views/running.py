"""A draw while it runs: start, contribute, give up, supplement, record an answer by hand."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import not_opened, refused, saved
from expertpool.core.text import is_key, moment_text
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.reasons import reason_of
from expertpool.draws.enums import CONTRIBUTOR_PERMISSION, ActionCode, DrawKind, InvitationState
from expertpool.draws.exceptions import DrawError, TooManyCounts
from expertpool.draws.forms.draw import RECORDABLE, AnswerForm, ContributionForm
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.actions import actions_for, actions_for_project
from expertpool.draws.queries.clock import letters_wait_until
from expertpool.draws.queries.conflicts import gone_seats
from expertpool.draws.queries.draws import draws_visible_to, plan_for, projects_to_draw
from expertpool.draws.queries.emergency import emergency_of
from expertpool.draws.queries.meetings import next_opening
from expertpool.draws.queries.plan_versions import mark_of
from expertpool.draws.queries.ways import can_call
from expertpool.draws.queries.written import as_written
from expertpool.draws.services.answers import request_answer
from expertpool.draws.services.changed_pool import resume_changed
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.draws.services.letters import send_at_once, send_letters_again
from expertpool.draws.services.matters import ANSWER
from expertpool.draws.services.names import may_read
from expertpool.draws.services.outset import look_ahead
from expertpool.draws.services.pausing import pause_draw, resume_draw
from expertpool.draws.services.replies import add_supplement
from expertpool.draws.services.sealing import abandon_draw, contribute, start_draw
from expertpool.draws.views.plan import plan_address
from expertpool.projects.models import Project
from expertpool.projects.queries.batches import check_projects, members_of

WAITS = "封存后专家资料有改动，抽取已暂停，等待监督人处理。"
STILL_WAITS = "核对期间资料又有改动，抽取仍然暂停，请按新的情况核对。"


@requires("draws.run")
def start(request: UserRequest, pk: int) -> HttpResponse:
    """Before the button: what it will do and what speaks against it; the button posts back here."""
    project = get_object_or_404(projects_to_draw(request.user, "draws.run"), pk=pk)
    if request.method != "POST":
        return _outset(request, project)
    try:
        draw = start_draw(
            project=project,
            actor=request.user,
            now=timezone.now(),
            entropy=SystemEntropy(),
            version=_version(request),
            mark=request.POST.get("mark"),
        )
    except DrawError as error:
        messages.error(request, str(error))
        return redirect(plan_address(project))
    return redirect("draws:detail", pk=draw.pk)


def _version(request: UserRequest) -> int:
    """Return the version of the plan that the page showed; one that no plan has where it is amiss."""
    given = request.POST.get("version", "")
    return int(given) if is_key(given) else -1


def _outset(request: UserRequest, project: Project) -> HttpResponse:
    now = timezone.now()
    actions = actions_for_project(project, request.user, now=now)
    plan = plan_for(project)
    if (why_not := actions[ActionCode.START].why_not) or plan is None:
        messages.error(request, why_not)
        return redirect(plan_address(project))
    members = members_of(project)
    try:
        outset = look_ahead(plan=plan, members=members, actor=request.user, now=now)
    except TooManyCounts as error:
        return not_opened(request, str(error), back=plan_address(project))
    except DrawError as error:
        messages.error(request, str(error))
        return redirect(plan_address(project))
    context = {
        "project": project,
        "members": members,
        "outset": outset,
        "mark": mark_of(members),
        "findings": check_projects(members, outset.result.seats, now),
        "actions": actions,
        "back": plan_address(project),
        "crumbs": [{"label": project.name, "url": reverse("projects:detail", args=[project.pk])}],
    }
    return render(request, "draws/start.html", context)


@require_POST
@requires(*CONTRIBUTOR_PERMISSION.values())
def give_value(request: UserRequest, pk: int, role: str) -> HttpResponse:
    """Take the random value of one role; the last one orders the candidates."""
    draw = get_object_or_404(draws_visible_to(request.user), pk=pk)
    form = ContributionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "；".join(str(error) for error in form.errors["value"]))
        return redirect("draws:detail", pk=pk)
    try:
        contribute(
            draw=draw,
            role=role,
            value=form.cleaned_data["value"],
            actor=request.user,
            now=timezone.now(),
            entropy=SystemEntropy(),
        )
    except DrawError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "随机值已提供。")
    return redirect("draws:detail", pk=pk)


@require_POST
@requires("draws.run")
def abandon(request: UserRequest, pk: int) -> HttpResponse:
    draws = draws_visible_to(request.user, "draws.run").filter(kind=DrawKind.RANDOM)
    draw = get_object_or_404(draws, pk=pk)
    try:
        abandon_draw(
            draw=draw,
            reason=reason_of(request),
            actor=request.user,
            now=timezone.now(),
        )
    except DrawError as error:
        return refused(str(error))
    return saved("已放弃本次抽取，记录保留。", refresh="page")


@require_POST
@requires("draws.run")
def supplement(request: UserRequest, pk: int) -> HttpResponse:
    draw = get_object_or_404(draws_visible_to(request.user, "draws.run"), pk=pk)
    try:
        seated = add_supplement(
            draw=draw, actor=request.user, now=timezone.now(), entropy=SystemEntropy()
        )
    except DrawError as error:
        return refused(str(error))
    if not seated:
        return saved(WAITS, level="warning", refresh="page")
    return saved(f"已补抽 {seated} 人，邀请已发出。", refresh="page")


@require_POST
@requires("draws.run")
def pause(request: UserRequest, pk: int) -> HttpResponse:
    return _with_reason(request, pk, pause_draw, "已暂停：不再发出邀请，答复时限停止计算。")


@require_POST
@requires("draws.run")
def resume(request: UserRequest, pk: int) -> HttpResponse:
    draw = get_object_or_404(draws_visible_to(request.user, "draws.run"), pk=pk)
    return _with_reason(request, pk, resume_draw, f"已恢复抽取，{_going_on(draw)}")


@require_POST
@requires("draws.confirm_steps")
def resume_after_change(request: UserRequest, pk: int) -> HttpResponse:
    """Let a draw go on that stood since the pool was changed: a supervisor has looked."""
    draw = get_object_or_404(draws_visible_to(request.user, "draws.confirm_steps"), pk=pk)
    try:
        goes_on = resume_changed(
            draw=draw,
            reason=reason_of(request),
            actor=request.user,
            now=timezone.now(),
            entropy=SystemEntropy(),
        )
    except DrawError as error:
        return refused(str(error))
    if not goes_on:
        return saved(STILL_WAITS, level="warning", refresh="page")
    return saved(f"已恢复抽取，{_going_on(draw)}", refresh="page")


def _going_on(draw: Draw) -> str:
    """What happens next to a draw that goes on now."""
    now = timezone.now()
    until = letters_wait_until(draw, now=now, closing=next_opening(draw.covered, now=now))
    if until is None:
        return "答复时限继续计算，邀请继续发出。"
    return f"现在是免打扰时段，{moment_text(until)} 起继续发出邀请、计算答复时限。"


@require_POST
@requires("draws.run")
def at_once(request: UserRequest, pk: int) -> HttpResponse:
    """Send what quiet hours hold back."""
    return _with_reason(request, pk, send_at_once, "推迟的通知正在发出。")


def _with_reason(
    request: UserRequest, pk: int, service: Callable[..., object], told: str
) -> HttpResponse:
    draw = get_object_or_404(draws_visible_to(request.user, "draws.run"), pk=pk)
    reason = reason_of(request)
    try:
        service(draw=draw, reason=reason, actor=request.user, now=timezone.now())
    except DrawError as error:
        return refused(str(error))
    return saved(told, refresh="page")


@require_POST
@requires("draws.run")
def again(request: UserRequest, pk: int) -> HttpResponse:
    """Send the letters once more that reached nobody."""
    draw = get_object_or_404(draws_visible_to(request.user, "draws.run"), pk=pk)
    try:
        send_letters_again(draw=draw, actor=request.user, now=timezone.now())
    except DrawError as error:
        return refused(str(error))
    return saved("正在重新发送。", refresh="page")


@requires("draws.record_reply")
def answer(request: UserRequest, pk: int, line: int) -> HttpResponse:
    """Ask for what an expert told the operator to be recorded (drawer)."""
    draw = get_object_or_404(draws_visible_to(request.user, "draws.record_reply"), pk=pk)
    invitation = get_object_or_404(Invitation, draw=draw, line=line)
    as_written([invitation])
    back, now = reverse("draws:detail", args=[pk]), timezone.now()
    if invitation.state not in RECORDABLE:
        return not_opened(request, "这一行已经有结果，不能再登记。", back=back)
    # What is typed already stays: the service says the same above the form.
    if request.method != "POST":
        may = actions_for(draw, request.user, now=now)
        if why_not := may[ActionCode.RECORD_REPLY].why_not:
            return not_opened(request, why_not, back=back)
    gone = gone_seats([draw], now=now) if may_read(draw, request.user, now=now) else {}
    form = AnswerForm(
        request.POST if request.method == "POST" else None,
        invitation=invitation,
        gone=invitation.pk in gone,
    )

    def write() -> None:
        request_answer(
            invitation=invitation,
            state=InvitationState(form.cleaned_data["state"]),
            ground=form.cleaned_data["ground"],
            reason=form.cleaned_data["reason"],
            actor=request.user,
            now=now,
        )

    sits = any(one.opening_at <= now < one.closing_at for one in draw.covered)
    callable_now = emergency_of(draw) is not None and invitation.state == InvitationState.INVITED
    return drawer_form(
        request,
        form,
        write,
        title=f"代登记第 {line} 行的答复",
        submit_label="提交申请",
        message=ANSWER.words.asked,
        refresh="page",
        refusals=DrawError,
        template="draws/answer_form.html",
        back=back,
        sits=sits,
        asks_nobody=next_opening(draw.covered, now=now) <= now,
        contact_url=reverse("draws:contact", args=[pk, line]) if callable_now else "",
        call_url=reverse("draws:call_again", args=[pk, line])
        if callable_now and can_call()
        else "",
    )
