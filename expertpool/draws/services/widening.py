"""放宽条件补抽: a panel that fell short is completed by a new sealed draw with wider conditions.

It supersedes nobody: who sits stays, and only the seats that are free are drawn for (DRAW-34). What
was sealed before stays as it is and valid; see docs/decisions/0016.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record, record_change
from expertpool.core.garbage import without_collections
from expertpool.core.locks import lock_transaction
from expertpool.core.text import SAY_MORE, is_reason, too_long
from expertpool.draws.enums import ActionCode, Knowledge
from expertpool.draws.exceptions import WideningRefused
from expertpool.draws.models import ConditionGroup, Draw, DrawPlan, WideningRequest
from expertpool.draws.queries.actions import check_action
from expertpool.draws.queries.asked_fields import check_conditions, conditions_of
from expertpool.draws.queries.eligibility import Eligibility, evaluate
from expertpool.draws.queries.plan_versions import approved_version, check_version, content_of
from expertpool.draws.queries.policy import beyond_plan, policy_of_panel
from expertpool.draws.queries.readiness import ARCHIVED, check_plan, check_widenable, needs_approval
from expertpool.draws.queries.shortfall import Shortfall
from expertpool.draws.queries.tries import check_tries
from expertpool.draws.queries.widening import check_wider
from expertpool.draws.services.covering import lock_projects
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.hands import CONFIRMATION, confirmation_of
from expertpool.draws.services.holding import SEATING_LOCK
from expertpool.draws.services.locking import lock_draw
from expertpool.draws.services.plan import add_levels, keep_version, plan_in_words
from expertpool.draws.services.refusals import tell_held
from expertpool.draws.services.sealing import Widening, check_chance, seal_and_start
from expertpool.draws.services.seating import has_more
from expertpool.projects.models import Project
from expertpool.workflow.services.two_persons import ask, settle

APPROVED_FIRST = (
    "按制度规定，抽取方案审核通过后才能抽取：请在网页上抽取方案页点「放宽条件」保存条件、提交审核，"
    "审核通过后再申请补抽，不再给出条件。"
)


@transaction.atomic
def widen_plan(
    *,
    project: Project,
    levels: Mapping[str, Sequence[dict[str, Any]]],
    actor: User,
    now: datetime,
) -> DrawPlan:
    """Replace the conditions of groups (by code) that lack experts; all else of the plan stays.

    Refuses (WideningRefused) while no group lacks experts or a draw goes on, a group that is full,
    an archived project, and conditions that are no wider (`check_wider`); and what `save_plan`
    refuses of conditions: one that the actor may not see stays as it stands.
    """
    projects = lock_projects(project)
    project, short = projects[0], check_widenable(projects, now=now)
    if levels.keys() - short.lacking.keys():
        raise WideningRefused("只能放宽缺人的条件组，请刷新页面后重试。")
    plan = DrawPlan.objects.get(project=project)
    before, held = plan_in_words(plan), content_of(plan)
    kept = {}
    for group in ConditionGroup.objects.filter(plan=plan):
        if group.code in levels:
            group.levels.all().delete()
            kept[group.code] = add_levels(group, levels[group.code], actor=actor)
    check_wider(short, kept, now=now, viewer=actor)
    plan.updated_at = now
    plan.save(update_fields=["updated_at"])
    after = plan_in_words(plan)
    if after != before or content_of(plan) != held:
        keep_version(plan, after, actor=actor, now=now)
    record_change("draw.plan", actor=actor, now=now, subject=project, before=before, after=after)
    return plan


def request_widening(
    *,
    base: Draw,
    reason: str,
    version: int,
    actor: User,
    now: datetime,
    levels: Mapping[str, Sequence[dict[str, Any]]] | None = None,
) -> WideningRequest:
    """Ask for a draw by the plan's conditions for the seats that the panel of ``base`` still lacks.

    ``version`` of the plan is what the operator has seen. With ``levels`` the plan is widened first,
    as by `widen_plan`, and the version that comes of it is asked for. Refuses another version
    (PlanChanged), (WideningRefused) ``levels`` where plans are approved first, without a reason, a panel that lacks nobody or is being drawn
    for, a draw that was widened already, once the opening is over, and while another request is open;
    and what the seal would refuse as things stand (DrawNotReady, HeldRefused), too many tries among it.
    """
    with (
        tell_held(project=base.project, actor=actor, now=now, attempt="申请放宽条件补抽"),
        transaction.atomic(),
    ):
        return _request(base, reason, version, actor, now, levels)


def _request(
    base: Draw,
    reason: str,
    version: int,
    actor: User,
    now: datetime,
    levels: Mapping[str, Sequence[dict[str, Any]]] | None,
) -> WideningRequest:
    project = lock_projects(base.project)[0]
    check_version(DrawPlan.objects.get(project=project), version)
    if levels:
        if needs_approval(base.covered, policy_of_panel(project.regime, base, now=now)):
            raise WideningRefused(APPROVED_FIRST)
        plan = widen_plan(project=base.project, levels=levels, actor=actor, now=now)
        version = plan.version
    base = _lock(base)
    if not is_reason(reason):
        raise WideningRefused(f"请写明放宽条件的原因{SAY_MORE}。")
    if refusal := too_long(reason, 200):
        raise WideningRefused(f"放宽条件的原因{refusal}")
    check_action(ActionCode.WIDEN, base, actor=actor, now=now)
    _check_sealable(base, actor, now)
    request = WideningRequest(draw=base, reason=reason.strip(), plan_version=version)
    ask(
        request,
        action="draw.widen_request",
        actor=actor,
        now=now,
        refused=WideningRefused,
        after={"方案版本": version},
    )
    return request


def _check_sealable(base: Draw, actor: User, now: datetime) -> None:
    """Refuse before a second person is asked what the seal would refuse after he agreed."""
    projects = base.covered
    short = check_widenable(projects, now=now)
    plan = check_plan(projects, now=now, base=short.base)
    approved = approved_version(plan)
    check_tries(plan.project, actor, approved, now=now)
    found = _found(plan, short, actor, now)
    policy = policy_of_panel(plan.project.regime, short.base, now=now)
    check_chance(plan, found, policy, approved, now=now, short=short)


def _found(plan: DrawPlan, short: Shortfall, actor: User, now: datetime) -> Eligibility:
    """Return who could be drawn; refuses (DrawNotReady) conditions that name what is gone or ask what no draw asks,
    (WideningRefused) those that are no wider."""
    check_conditions(conditions_of(plan, short), viewer=actor)
    found = evaluate(plan, now=now, short=short, knowing=Knowledge.ALL)
    check_wider(short, found.levels, now=now, viewer=actor)
    return found


def decide_widening(
    *,
    request: WideningRequest,
    agree: bool,
    note: str,
    actor: User,
    now: datetime,
    entropy: Entropy,
) -> Draw | None:
    """Agree to a request, which seals the draw for what the panel lacks, or turn it down.

    Without contributors it also orders, seats and invites at once. Returns the new draw. Refuses
    (PlanChanged) when the plan is another than was asked for; (WideningRefused) the person who
    asked, a request that was decided, what `request_widening` refuses by now, and while somebody of
    the order can still be seated or a void is asked for, a plan that is no wider than what was
    sealed; and (DrawNotReady) what the regime forbids.
    Announces DrawSealed.
    """
    with (
        tell_held(project=request.draw.project, actor=actor, now=now, attempt="确认放宽条件补抽"),
        transaction.atomic(),
    ):
        return _decide(request, agree, note, actor, now, entropy)


def _decide(
    request: WideningRequest, agree: bool, note: str, actor: User, now: datetime, entropy: Entropy
) -> Draw | None:
    # Projects first, as everybody who seals.
    project = lock_projects(request.draw.project)[0]
    base = _lock(request.draw)
    if agree:
        check_version(DrawPlan.objects.get(project=project), request.plan_version)
        check_action(ActionCode.DECIDE_WIDENING, base, actor=actor, now=now)
    settle(request, agree=agree, note=note, actor=actor, now=now, refused=WideningRefused)
    if agree:
        return _seal(base, request, actor, now, entropy)
    record("draw.widen_refuse", actor=actor, now=now, subject=base, note=note.strip())
    return None


@without_collections()
def _seal(
    base: Draw, request: WideningRequest, supervisor: User, now: datetime, entropy: Entropy
) -> Draw:
    projects = base.covered
    short = check_widenable(projects, now=now)
    plan = check_plan(projects, now=now, base=short.base)
    lock_transaction(SEATING_LOCK)
    if any(has_more(draw, now=now) for draw in short.draws):
        raise WideningRefused("原次序中还有能补抽的专家，请先在抽取页面点「再补抽一次」。")
    # Once more: since the plan was saved somebody may have come whom only the old conditions find.
    found = _found(plan, short, supervisor, now)
    beyond = beyond_plan(plan, policy_of_panel(plan.project.regime, short.base, now=now))
    draw = seal_and_start(
        plan,
        projects,
        found,
        Widening(short, request, supervisor),
        actor=request.requested_by,
        now=now,
        entropy=entropy,
    )
    record(
        "draw.widen",
        actor=supervisor,
        now=now,
        subject=draw,
        after={
            "补充": base.number,
            "空缺": short.words,
            "申请人": request.requested_by.name,
            CONFIRMATION: confirmation_of(request),
            **({"按现行制度": beyond} if beyond else {}),
        },
        note=request.reason,
    )
    return draw


def _lock(base: Draw) -> Draw:
    return lock_draw(base.pk, archived=WideningRefused(ARCHIVED))
