"""事件规则: the list, the page of one, and the page on which one is drawn up and tried."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.audit.services import Edits
from expertpool.automation.exceptions import RuleRefused
from expertpool.automation.forms.rules import (
    ActionsForm,
    RuleForm,
    action_rows,
    drafts_of,
    initial_of,
    kind_posted,
)
from expertpool.automation.models import EventRule, RuleRequest, RuleVersion
from expertpool.automation.permissions import CONFIRM, MANAGE, VIEW
from expertpool.automation.queries.rules import (
    as_it_read,
    condition_fault,
    latest_version,
    latest_versions,
    rules_visible_to,
)
from expertpool.automation.registry import EVENT_KINDS
from expertpool.automation.services.rules import data_of_version, move_rule, save_rule, switch_rule
from expertpool.automation.services.trials import try_rule
from expertpool.core.fields import is_vouched
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import attempt
from expertpool.core.views.editing import Editing
from expertpool.core.views.listing import listing, render_list
from expertpool.core.views.parts import parts_of
from expertpool.workflow.queries.requests import waiting_about

WAITS = "规则会改变状态，已提交，由另一人确认后生效；在此之前按原来的版本执行。"

UNFILLED = "请先填完上面的各项（名称、用途、动作），再试。"


@require_safe
@requires(MANAGE, CONFIRM, VIEW)
def rule_list(request: UserRequest) -> HttpResponse:
    """All rules in their order, each as it reads."""
    found = listing(
        request,
        rules_visible_to(request.user),
        sorts={"position": "position"},
        default_sort="position",
    )
    rules: list[EventRule] = list(found.page)
    versions = {one.rule_id: one for one in latest_versions().filter(rule__in=rules)}
    waiting = RuleRequest.objects.filter(decided_at__isnull=True, rule__in=rules)
    asked = set(waiting.values_list("rule_id", flat=True))
    context = {
        "lines": [_line(rule, versions.get(rule.pk), rule.pk in asked) for rule in rules],
        "may_manage": request.user.has_permission(MANAGE),
    }
    return render_list(request, "automation/list.html", found.context | context)


def _line(rule: EventRule, version: RuleVersion | None, is_asked: bool) -> dict[str, object]:
    found: dict[str, object] = {"rule": rule, "version": version, "is_asked": is_asked}
    if version is None:
        return found
    return found | {
        "reading": as_it_read(version),
        "is_proven": is_vouched(version),
        "fault": condition_fault(version),
    }


@require_safe
@requires(MANAGE, CONFIRM, VIEW)
def detail(request: UserRequest, pk: int) -> HttpResponse:
    """What a rule says, what waits to be confirmed of it, and what it said before."""
    rule = get_object_or_404(rules_visible_to(request.user), pk=pk)
    versions = rule.versions.select_related("created_by", "confirmed_by", "rule")
    history = [(one, as_it_read(one)) for one in versions]
    kind = EVENT_KINDS.get(history[0][0].event) if history else None
    context = {
        "rule": rule,
        "version": history[0][0] if history else None,
        "reading": history[0][1] if history else None,
        "note": kind.note if kind else "",
        "is_proven": not history or is_vouched(history[0][0]),
        "fault": condition_fault(history[0][0]) if history else "",
        "history": history,
        "requests": waiting_about(rule, request.user, now=timezone.now()),
        "may_manage": request.user.has_permission(MANAGE),
        "may_see_firings": request.user.has_permission(VIEW) or request.user.has_permission(MANAGE),
    }
    return render(request, "automation/detail.html", context)


@requires(MANAGE)
def create(request: UserRequest) -> HttpResponse:
    if request.method != "POST":
        kind = next(iter(EVENT_KINDS))
        form = RuleForm(kind=kind, viewer=request.user)
        actions = ActionsForm([action_rows().new()], kind=kind, viewer=request.user)
        return _page(request, None, form, actions, None)
    return _save(request, None, None)


@requires(MANAGE)
def edit(request: UserRequest, pk: int) -> HttpResponse:
    editing = Editing(request, Edits((EventRule, [pk])))
    rule = get_object_or_404(rules_visible_to(request.user, MANAGE), pk=pk)
    if request.method == "POST":
        return _save(request, rule, editing)
    waiting = RuleRequest.objects.filter(rule=rule, decided_at__isnull=True).first()
    version = latest_version(rule)
    stored = data_of_version(version).stored if version else waiting and waiting.contents
    if not stored:  # turned down before it ever counted
        last = RuleRequest.objects.filter(rule=rule).first()
        stored = last.contents if last else {}
    kind = EVENT_KINDS.get(stored.get("event", "")) or next(iter(EVENT_KINDS))
    form = RuleForm(initial=initial_of(stored, kind), kind=kind, viewer=request.user)
    actions = ActionsForm(drafts_of(stored["actions"]), kind=kind, viewer=request.user)
    return _page(request, rule, form, actions, editing)


def _posted(
    request: UserRequest, rule: EventRule | None, *, keeps: bool = True
) -> tuple[RuleForm, ActionsForm]:
    kind = kind_posted(request.POST)
    version = latest_version(rule) if rule else None
    initial = None
    if version and version.event == kind.code:
        initial = initial_of(data_of_version(version).stored, kind)
    form = RuleForm(request.POST, initial=initial, kind=kind, viewer=request.user, keeps=keeps)
    drafts = action_rows().posted(request.POST)
    return form, ActionsForm(drafts, kind=kind, viewer=request.user, data=request.POST)


def _save(request: UserRequest, rule: EventRule | None, editing: Editing | None) -> HttpResponse:
    form, actions = _posted(request, rule)
    if editing:
        editing.about(parts_of(form))

    def write() -> RuleVersion | RuleRequest:
        return save_rule(
            rule=rule,
            data=form.data_for_service(actions.data_for_service()),
            actor=request.user,
            now=timezone.now(),
        )

    valid = actions.is_valid()  # asked whether or not the rest is: all errors show
    done = attempt(form, write, refusals=RuleRefused, editing=editing) if valid else None
    if done is None:
        form.is_valid()
        return _page(request, rule, form, actions, editing, status=422)
    if isinstance(done.result, RuleRequest):
        messages.info(request, WAITS)
    else:
        messages.success(request, "规则已保存，从下一次事件起使用。")
    return redirect("automation:detail", pk=done.result.rule_id)


def _page(
    request: UserRequest,
    rule: EventRule | None,
    form: RuleForm,
    actions: ActionsForm,
    editing: Editing | None,
    *,
    status: int = 200,
) -> HttpResponse:
    back = reverse("automation:detail", args=[rule.pk]) if rule else reverse("automation:list")
    if editing and status == 200:
        editing.about(parts_of(form))
    context = {
        "rule": rule,
        "form": form,
        "actions": actions,
        "editing": editing,
        "cancel_url": back,
    }
    return render(request, "automation/form.html", context, status=status)


@require_POST
@requires(MANAGE)
def rows(request: UserRequest) -> HttpResponse:
    """Answer condition and actions anew after a button or a choice changed them."""
    kind, row_kind = kind_posted(request.POST), action_rows()
    drafts = row_kind.changed(row_kind.posted(request.POST), request.POST.get("op", ""))
    known = {name: request.POST[name] for name in request.POST if name.startswith("condition-")}
    # The event stands in what is drawn anew, and was chosen just now.
    form = RuleForm(initial=known | {"event": kind.code}, kind=kind, viewer=request.user)
    actions = ActionsForm(drafts or [row_kind.new()], kind=kind, viewer=request.user)
    return render(request, "automation/form.html#body", {"form": form, "actions": actions})


@require_POST
@requires(MANAGE)
def trial(request: UserRequest) -> HttpResponse:
    """What the rule as it stands in the form would have done; nothing is done."""
    # Of whom it fits it shows: by what he may ask alone.
    form, actions = _posted(request, None, keeps=False)
    context: dict[str, object] = {"tried": None, "error": ""}
    if actions.is_valid() and form.is_valid():
        data = form.data_for_service(actions.data_for_service())
        try:
            context["tried"] = try_rule(data=data, actor=request.user, now=timezone.now())
        except RuleRefused as refusal:
            context["error"] = str(refusal)
    else:
        said = form.errors.get(form.condition_name) or [UNFILLED]
        context["error"] = "；".join(map(str, said))
    return render(request, "automation/_trial.html", context)


@require_POST
@requires(MANAGE)
def move(request: UserRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(rules_visible_to(request.user, MANAGE), pk=pk)
    up = request.GET.get("to") == "up"
    move_rule(rule=rule, up=up, actor=request.user, now=timezone.now())
    return saved("已调整次序。", refresh="page")


@require_POST
@requires(MANAGE)
def switch(request: UserRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(rules_visible_to(request.user, MANAGE), pk=pk)
    active = request.GET.get("to") == "on"
    try:
        done = switch_rule(rule=rule, active=active, actor=request.user, now=timezone.now())
    except RuleRefused as refusal:
        return refused(str(refusal))
    if isinstance(done, RuleRequest):
        return saved(WAITS, refresh="page")
    return saved("规则已启用。" if active else "规则已停用。", refresh="page")
