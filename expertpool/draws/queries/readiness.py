"""Whether experts may be found for projects now: what keeps a plan, a draw or a list from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import prefetch_related_objects

from expertpool.accounts.models import User
from expertpool.draws.exceptions import (
    ApprovalForged,
    DrawInProgress,
    DrawNotReady,
    PickRefused,
    PlanApprovalRefused,
    PublicationRefused,
    WideningRefused,
)
from expertpool.draws.models import Draw, DrawPlan, PlanVersion
from expertpool.draws.queries.asked_fields import check_conditions, conditions_of
from expertpool.draws.queries.draws import valid_draws
from expertpool.draws.queries.meetings import next_opening
from expertpool.draws.queries.plan_versions import (
    approved_version,
    is_approved,
    is_proven,
    makers_of_version,
    other_projects,
    returned_among,
    version_of,
)
from expertpool.draws.queries.policy import faults_of_plan, policy_for, policy_of_panel
from expertpool.draws.queries.shortfall import Shortfall, shortfall_of
from expertpool.draws.queries.tries import held_refusals
from expertpool.draws.rules import Policy
from expertpool.projects.enums import ProjectStatus, Regime, RegimeOption, Severity
from expertpool.projects.models import Project
from expertpool.projects.queries.batches import check_projects, faults_of, members_of
from expertpool.projects.queries.regimes import has_option
from expertpool.projects.queries.status import is_approved as is_project_approved
from expertpool.projects.queries.status import is_drawn_by_log
from expertpool.workflow.queries.agreeing import agreed_before
from expertpool.workflow.queries.second_person import why_not_second

NOT_ALLOWED = (
    "本项目的适用制度没有启用人工抽取和专家分配，只能随机抽取；"
    "依法可以直接确定专家的，请管理员在「制度规则」中启用，满 24 小时后可以使用。"
)
NOT_PUBLIC = (
    "只有政府采购项目依法随结果公告评审专家名单；本制度需要公布的，请管理员在「制度规则」中启用，"
    "满 24 小时后可以公布。"
)
NOTHING_LACKS = "评审组没有空缺的席位，或抽取还在进行，现在不能放宽条件。"
# Of a batch one review may have taken place when its draw is void.
HELD_IN_BATCH = "；已经评审过的，请先移出批次（主项目先换成另一个项目）"
NOT_APPROVED = "按制度规定，抽取方案审核通过后才能抽取；请先提交审核，或等待审核。"
WAITING = "抽取方案正在等待审核，有结果之前不能抽取：请等审核人审核，或先撤回方案。"
RETURNED = "抽取方案已被审核人退回，不能抽取：请按退回的意见修改方案，重新提交审核，通过后再抽取。"
RETURNED_BEFORE = (
    "抽取方案被审核人退回过（第 {} 版），此后改过的方案也要审核通过才能抽取；请提交方案审核。"
)
FORGED = "这一版方案的审核结果不是在系统中作出的，或审核后内容被改动，不能抽取；请核对方案，重新提交审核。"
FORGED_PROJECT = (
    "的审核结果不是在系统中作出的，或审核后适用制度、采购单位、评审时间、回避在系统之外被改动，不能抽取；"
    "请核对后撤回项目，重新提交审核。"
)
FORGED_VOID = (
    "按操作日志已有有效的抽取，没有在系统中作废或放弃，抽取状态在系统之外被改动，不能再抽；"
    "请联系系统管理员核对，确需重抽的，恢复原状后按程序作废。"
)
SEALED = "该项目已经封存抽取，方案不能再改；如需改变条件，请先作废原抽取。"
ARCHIVED = "项目已归档，不能再更改。"


def check_plannable(project: Project) -> None:
    """Refuse (DrawInProgress, DrawNotReady) to change the plan of ``project``, the lead of its batch."""
    if valid_draws(project):
        raise DrawInProgress(SEALED)
    if project.status == ProjectStatus.ARCHIVED:
        raise DrawNotReady("项目已归档，不能再设置抽取方案。")


def check_deletable(project: Project, user: User) -> None:
    """Refuse (DrawInProgress, DrawNotReady) to delete the plan of ``project`` by ``user``: sealed or
    archived, without groups, handed in or approved, or last changed by somebody else."""
    check_plannable(project)
    standing = _version_of(project)
    if standing is not None and standing.is_waiting:
        raise DrawNotReady("方案正在等待审核，请先撤回再删除。")
    if standing is not None and standing.approved:
        raise DrawNotReady("方案已经审核通过，不能删除；需要改变时请直接修改，再重新提交。")
    if standing is None or standing.made_by_id != user.pk:
        raise DrawNotReady("只能删除自己保存的方案；他人保存的请由他删除，或直接修改。")


def check_submittable(project: Project, *, now: datetime) -> None:
    """Refuse to hand in the plan of ``project`` for approval: sealed or archived (DrawInProgress,
    DrawNotReady), without groups (DrawNotReady), of projects that are not approved, waiting or approved
    already, and one that could not be drawn by (PlanApprovalRefused)."""
    standing = _version_of(project)
    if waiting := [one for one in members_of(project) if one.status != ProjectStatus.APPROVED]:
        names = "」「".join(one.name for one in waiting)
        message = f"「{names}」还没有审核通过：请先完成项目审核，再提交方案审核。"
        raise PlanApprovalRefused(message)
    if standing is not None and standing.is_waiting:
        raise PlanApprovalRefused("该版本方案已经提交，正在等待审核。")
    if standing is not None and is_approved(standing) and not _was_held(standing, project):
        raise PlanApprovalRefused("该版本方案已经审核通过，无需再提交。")
    if standing is not None and (faults := _faults(standing, now=now)):
        raise PlanApprovalRefused(faults)


def _faults(standing: PlanVersion, *, now: datetime) -> str:
    """Say what the office forbids of the plan that stands as ``standing``; what is demanded of one that is sealed
    counts of itself."""
    project = standing.plan.project
    if shortfall_of(project) is not None:
        return ""
    return "".join(faults_of_plan(standing.plan, policy_for(project.regime, now=now)))


def _was_held(standing: PlanVersion, project: Project) -> bool:
    """Whether a seal was refused since the approval because of what its approver was not told."""
    decided = standing.decided_at
    return decided is not None and held_refusals(project, since=decided) > 0


def check_waiting(project: Project) -> PlanVersion:
    """Return the version of the plan that waits for approval; refuses (PlanApprovalRefused) where
    none does, and as `check_submittable` a plan that cannot be drawn by."""
    standing = _version_of(project)
    if standing is None or not standing.is_waiting:
        raise PlanApprovalRefused("没有待审核的方案，可能刚刚被他人处理或修改，请刷新页面。")
    return standing


def check_decidable(project: Project, user: User) -> PlanVersion:
    """Return what `check_waiting` does; refuses (PlanApprovalRefused) who made or handed it in, or
    changed one of its projects or its batch last."""
    standing = check_waiting(project)
    if user.pk in makers_of_version(standing):
        raise PlanApprovalRefused("不能审核自己提交或修改的方案、项目和批次，请由其他审核人处理。")
    return standing


def why_not_agree(user: User, standing: PlanVersion, *, now: datetime) -> str:
    """Return why ``user``, who may decide on ``standing`` otherwise, cannot agree to it, as a sentence for him."""
    firsts = makers_of_version(standing) | agreed_before(standing, user)
    asked_at = standing.submitted_at or now
    if why_not := why_not_second(user, firsts, asked_at=asked_at, now=now, at_first=True):
        return why_not
    faults = _faults(standing, now=now) or _why_not_asked(standing.plan, user)
    return f"{faults}按此方案不能抽取，请退回。" if faults else ""


def _why_not_asked(plan: DrawPlan, user: User) -> str:
    try:
        check_conditions(conditions_of(plan, shortfall_of(plan.project)), viewer=user)
    except DrawNotReady as refused:
        return str(refused)
    return ""


def _version_of(project: Project) -> PlanVersion | None:
    if any(one.is_archived for one in members_of(project)):
        raise DrawNotReady(ARCHIVED)
    if shortfall_of(project) is None:
        check_plannable(project)
    plan = DrawPlan.objects.filter(project=project).first()
    if plan is None or not plan.groups.exists():
        raise DrawNotReady("还没有设置抽取条件，请先填写抽取方案。")
    return version_of(plan)


def check_ready(projects: Sequence[Project], *, now: datetime) -> DrawPlan:
    """Return the plan of projects for which experts may be found together now.

    Refuses a project that is not approved, is over, or breaks a rule set to blocking, and projects
    that cannot share a panel (DrawNotReady), one that has a valid draw (DrawInProgress), and one whose
    draw nobody voided here (ApprovalForged).
    """
    for project in projects:
        named = f"「{project.name}」" if len(projects) > 1 else "项目"
        if project.status != ProjectStatus.APPROVED:
            message = f"{named}尚未审核通过或已归档，不能抽取。"
            raise DrawNotReady(message)
        if valid_draws(project):
            message = f"{named}已有有效的抽取，不能再抽；如需重抽，请先按程序作废。"
            raise DrawInProgress(message)
        if is_drawn_by_log(project):
            raise ApprovalForged(named + FORGED_VOID)
        if project.opening_at <= now:
            held = HELD_IN_BATCH if len(projects) > 1 else ""
            message = f"{named}的评审开始时间已过，请先修改时间{held}。"
            raise DrawNotReady(message)
    return check_plan(projects, now=now)


def check_plan(projects: Sequence[Project], *, now: datetime, base: Draw | None = None) -> DrawPlan:
    """Return the plan of ``projects``, or for a draw that completes the panel of ``base``; refuses
    (ApprovalForged) projects that were not approved as they stand, (DrawNotReady) what their regime
    and batch forbid, a plan that waits for its approval or was returned, and a later one of these projects
    that nobody approved. What a plan that is sealed lacks by now counts of itself (`policy.held_to`)."""
    _check_approved_as_is(projects)
    lead = projects[0]
    plan = DrawPlan.objects.select_related("project__purchaser").filter(project=lead).first()
    if plan is None or not plan.groups.exists():
        raise DrawNotReady("还没有设置抽取条件，请先填写抽取方案。")
    if faults := faults_of(projects):
        raise DrawNotReady("；".join(faults) + "。")
    seats = sum(plan.groups.values_list("seats", flat=True))
    findings = check_projects(projects, seats, now)
    blocking = [item.text for item in findings if item.severity == Severity.BLOCKING]
    if blocking:
        raise DrawNotReady("；".join(blocking))
    policy = policy_of_panel(lead.regime, base, now=now)
    if base is None and (faults := faults_of_plan(plan, policy)):
        raise DrawNotReady("".join(faults))
    if policy.plan_approval and approved_version(plan) is None:
        raise _not_approved(plan)
    _check_not_disputed(plan, projects)
    return plan


def _check_not_disputed(plan: DrawPlan, projects: Sequence[Project]) -> None:
    """Refuse (DrawNotReady) a plan that somebody is asked about, or to which he said no, and whatever it became
    without his word: also where none has to be approved (the table of draws refuses it, too)."""
    standing = version_of(plan)
    if standing is not None and standing.is_waiting:
        raise DrawNotReady(WAITING)
    if standing is not None and standing.approved is False:
        raise DrawNotReady(RETURNED)
    if (returned := returned_among(projects)) and approved_version(plan) is None:
        if standing is not None and standing.approved:
            raise _not_approved(plan)
        raise DrawNotReady(RETURNED_BEFORE.format(returned.number))


def needs_approval(projects: Sequence[Project], policy: Policy) -> bool:
    """Tell whether ``projects`` are drawn only by a plan that was approved: the office demands it, or an
    approver has said no to one."""
    return policy.plan_approval or returned_among(projects) is not None


def _check_approved_as_is(projects: Sequence[Project]) -> None:
    prefetch_related_objects(projects, "avoidances")
    for project in projects:
        if not is_project_approved(project):
            named = f"「{project.name}」" if len(projects) > 1 else "项目"
            raise ApprovalForged(named + FORGED_PROJECT)


def _not_approved(plan: DrawPlan) -> DrawNotReady:
    standing = version_of(plan)
    if standing is None or not standing.approved:
        return DrawNotReady(NOT_APPROVED)
    if not is_proven(standing):
        return ApprovalForged(FORGED)
    return DrawNotReady(
        f"方案审核通过之后，{other_projects(standing)}，原来的审核不再有效；请重新提交方案审核。"
    )


def check_manual_ways(project: Project, *, now: datetime) -> None:
    """Refuse (PickRefused) to choose by hand where the options of the regime do not allow it."""
    if not has_option(project, RegimeOption.MANUAL_WAYS, now=now):
        raise PickRefused(NOT_ALLOWED)


def is_to_be_public(project: Project, *, now: datetime) -> bool:
    """Tell whether who sat is published with the result: in procurement the law asks for it
    (政府采购法实施条例第四十三条), elsewhere the office may have said so."""
    return project.regime == Regime.PROCUREMENT or has_option(
        project, RegimeOption.PUBLIC_PANEL, now=now
    )


def check_public_panel(project: Project, *, now: datetime) -> None:
    """Refuse (PublicationRefused) to publish who sat where nothing asks for it."""
    if not is_to_be_public(project, now=now):
        raise PublicationRefused(NOT_PUBLIC)


def check_widenable(projects: Sequence[Project], *, now: datetime) -> Shortfall:
    """Return what the panel of ``projects`` lacks; refuses (WideningRefused) where nothing lacks, a
    draw goes on, a void is asked for, the opening is over, or one is archived."""
    return check_lacking(shortfall_of(projects[0]), projects, now=now)


def check_lacking(
    short: Shortfall | None, projects: Sequence[Project], *, now: datetime
) -> Shortfall:
    """Do the same where ``short``, what the panel lacks, is known."""
    if short is None:
        raise WideningRefused(NOTHING_LACKS)
    if any(project.is_archived for project in projects):
        raise WideningRefused(ARCHIVED)
    if next_opening(projects, now=now) <= now:
        raise WideningRefused("评审开始时间已过，不能再抽取。")
    if short.is_void_asked:
        raise WideningRefused("有待确认的作废申请，请先处理。")
    return short
