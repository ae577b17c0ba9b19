"""A plan is handed in and approved as it stands: that version, and no other, may then be sealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.text import if_seen
from expertpool.draws.exceptions import PlanApprovalRefused
from expertpool.draws.models import HELD_KEY, DrawPlan, PlanVersion
from expertpool.draws.queries.asked_fields import check_conditions, conditions_of
from expertpool.draws.queries.chance import chances_of
from expertpool.draws.queries.eligibility import evaluate
from expertpool.draws.queries.plan_versions import (
    check_mark,
    check_version,
    covers_of,
    other_projects,
    proof_of,
    version_of,
)
from expertpool.draws.queries.policy import Thin, counts_of, policy_for
from expertpool.draws.queries.readiness import (
    check_decidable,
    check_submittable,
    check_waiting,
    why_not_agree,
)
from expertpool.draws.queries.shortfall import shortfall_of
from expertpool.draws.queries.tries import held_refusals
from expertpool.draws.services.covering import lock_projects
from expertpool.draws.services.plan import keep_version, plan_in_words, withdraw_waiting
from expertpool.projects.models import Project
from expertpool.workflow.enums import Verdict
from expertpool.workflow.exceptions import DecisionRefused
from expertpool.workflow.queries.second_person import at_first_in_words
from expertpool.workflow.services.approvals import decide, start_approval

HELD_TOLD = (
    "按此方案封存时，因部分专家已被名单尚未公开的抽取占用，候选人少于制度规定而被拒绝过；"
    "批准即同意在候选人更少时抽取，实际人数在名单公开后可以查看"
)
OTHER_WORDS = (
    "方案的内容已与提交时不同（条件或其中的名称有变动），不能批准；请退回，由提交人核对后重新提交。"
)

OTHER_LEAD = "批次的主项目已变动，现在按另一个项目的方案抽取。请关闭后刷新页面，核对后再退回。"


@transaction.atomic
def submit_plan(
    *, project: Project, version: int, actor: User, now: datetime, mark: str | None = None
) -> PlanVersion:
    """Hand in the plan as ``version``, with what of it is too thin now, for its approval. ``mark``
    (`plan_versions.mark_of`) says whose plan was read, for which projects.

    One that is approved and was refused since because of sealed draws (HeldRefused) is handed in as a
    new version that says so. Refuses (PlanChanged) another version than the one read, (PlanApprovalRefused)
    one that waits or is approved otherwise or whose projects are not approved, and (DrawNotReady, DrawInProgress) a plan that cannot be drawn by any more.
    """
    members = lock_projects(project)
    lead = members[0]
    check_submittable(lead, now=now)
    plan = _plan_of(lead)
    check_mark(plan, members, mark)
    check_version(plan, version)
    short = shortfall_of(plan.project)
    check_conditions(conditions_of(plan, short), viewer=actor)
    standing = version_of(plan) or keep_version(plan, plan_in_words(plan), actor=actor, now=now)
    was_held = held_refusals(lead, since=standing.made_at)
    words = plan_in_words(plan)
    # An approval stands as it was given: whoever approves anew knows more of the same plan. Nor is
    # anybody shown words that are not those of the rows.
    if standing.approved or standing.words != words:
        standing = keep_version(plan, words, actor=actor, now=now)
    found = evaluate(plan, now=now, short=short)
    chances = chances_of(found.eligible, short, now=now)
    thin = chances.thin(found.groups, policy_for(plan.project.regime, now=now))
    if was_held:
        thin.append(Thin(HELD_KEY, 0, HELD_TOLD))
    standing.thin = [one.to_json() for one in thin]
    standing.counts = counts_of(found.groups, chances.fits)
    # For these: one that joins the batch later was not in what is approved.
    standing.covers = covers_of(members)
    standing.submitted_by, standing.submitted_at = actor, now
    standing.decided_at, standing.approved = None, None
    told = ("thin", "counts", "covers")
    standing.save(update_fields=[*told, "submitted_by", "submitted_at", "decided_at", "approved"])
    start_approval(subject=standing, now=now)
    record(
        "draw.plan_submit",
        actor=actor,
        now=now,
        subject=plan.project,
        after={"版本": standing.number, "候选人不足": standing.thin_texts},
    )
    return standing


@transaction.atomic
def withdraw_plan(*, project: Project, actor: User, now: datetime) -> None:
    """Take back what waits for approval. Refuses (PlanApprovalRefused) where nothing waits."""
    lead = lock_projects(project)[0]
    standing = check_waiting(lead)
    withdraw_waiting(_plan_of(lead), now=now)
    record(
        "draw.plan_withdraw",
        actor=actor,
        now=now,
        subject=lead,
        after={"版本": standing.number},
    )


@transaction.atomic
def decide_plan(
    *,
    project: Project,
    version: int,
    agree: bool,
    note: str,
    actor: User,
    now: datetime,
    mark: str | None = None,
    fields: Mapping[str, str] | None = None,
) -> Verdict:
    """Decide on the step at which the plan waits; the last one approves it. ``fields`` says what is to be mended of
    one that is sent back (`plan_versions.PARTS`).

    Refuses (PlanChanged) another version than the one read, or another plan than ``mark`` names (`submit_plan`), and (PlanApprovalRefused) who handed it
    in or made it, whose account need not be another person's, who may not decide this step, a return without a note, consent
    without one where candidates are few or for other projects than it was handed in for, and where nothing waits.
    """
    members = lock_projects(project)
    lead = members[0]
    standing = check_decidable(lead, actor)
    plan = _plan_of(lead)
    check_mark(plan, members, mark)
    check_version(plan, version)
    note = if_seen(note)
    if not agree and not note:
        raise PlanApprovalRefused("请填写退回原因，提交人据此修改。")
    # His words stand beside the few candidates, where the draw is looked at.
    if agree and standing.thin and not note:
        raise PlanApprovalRefused("候选人不足的方案，请写明仍同意的理由。")
    if agree and plan_in_words(plan) != standing.words:
        raise PlanApprovalRefused(OTHER_WORDS)
    if agree and (others := other_projects(standing)):
        message = f"方案提交之后，{others}，不能批准；请退回，由提交人核对后重新提交。"
        raise PlanApprovalRefused(message)
    if agree and (why_not := why_not_agree(actor, standing, now=now)):
        raise PlanApprovalRefused(why_not)
    asked_at = standing.submitted_at or now
    new = at_first_in_words(actor, asked_at=asked_at, now=now) if agree else ""
    try:
        verdict = decide(
            subject=standing, agree=agree, note=note, fields=fields, actor=actor, now=now
        )
    except DecisionRefused as error:
        raise PlanApprovalRefused(str(error)) from error
    if verdict in (Verdict.APPROVED, Verdict.REJECTED):
        standing.decided_at, standing.approved = now, verdict == Verdict.APPROVED
        # Over what the rows hold now: it is what will be sealed.
        standing.approval_proof = proof_of(standing) if standing.approved else b""
    if not agree:
        # Kept also when the flow goes back one step: somebody said no.
        standing.returned_at = now
    told = ("decided_at", "approved", "approval_proof", "returned_at")
    standing.save(update_fields=told)
    record(
        "draw.plan_decide",
        actor=actor,
        now=now,
        subject=lead,
        after={"版本": standing.number, "结果": verdict.label, "候选人不足": standing.thin_texts},
        note="；".join(filter(None, (note, new))),
    )
    return verdict


@transaction.atomic
def send_back_plan(
    *, row: PlanVersion, note: str, fields: Mapping[str, str], actor: User, now: datetime
) -> Verdict:
    """Send ``row`` back as `decide_plan` does. Refuses (PlanApprovalRefused), besides what that refuses, one that is no
    longer the plan by which its project is drawn: its batch has another lead."""
    project = row.plan.project
    if lock_projects(project)[0] != project:
        raise PlanApprovalRefused(OTHER_LEAD)
    return decide_plan(
        project=project,
        version=row.number,
        agree=False,
        note=note,
        fields=fields,
        actor=actor,
        now=now,
    )


def _plan_of(project: Project) -> DrawPlan:
    return DrawPlan.objects.select_related("project__purchaser").get(project=project)
