"""What the draws app shows on the pages of others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from django.template.loader import render_to_string
from django.utils import timezone

from expertpool.core.criteria import explain, parse
from expertpool.core.exporting import export_url
from expertpool.core.months import first_of, month_of
from expertpool.core.registry import Tab, tabs_for
from expertpool.draws.enums import (
    CONTRIBUTOR_LABEL,
    RUNNING,
    ActionCode,
    AlarmKind,
    InvitationState,
)
from expertpool.draws.forms.draw import NoticeFilter
from expertpool.draws.models import ConditionGroup, Draw, DrawPlan, Invitation, PlanVersion
from expertpool.draws.permissions import READS_PROJECT_LOG
from expertpool.draws.queries.actions import actions_for, actions_for_project, actions_of_project
from expertpool.draws.queries.board import Board, board_of
from expertpool.draws.queries.conditions import SUBJECT
from expertpool.draws.queries.conflicts import seats_to_replace
from expertpool.draws.queries.draws import (
    codes_for_project,
    draws_of,
    valid_draws,
    with_bent,
    with_paused,
)
from expertpool.draws.queries.ending import ended_by_plan
from expertpool.draws.queries.evidence import evidence_of, heard_calls_of, recordings_of
from expertpool.draws.queries.facts import OfProject
from expertpool.draws.queries.going_out import asking_of
from expertpool.draws.queries.meetings import next_opening
from expertpool.draws.queries.names import released_invitations
from expertpool.draws.queries.panel import Filled, filled_by
from expertpool.draws.queries.panel_state import read_states, with_panel
from expertpool.draws.queries.plan_versions import mark_of, returned_told, version_of
from expertpool.draws.queries.policy import policy_for
from expertpool.draws.queries.presence import times_of_sign_in
from expertpool.draws.queries.readiness import why_not_agree
from expertpool.draws.queries.schedule import schedule_of
from expertpool.draws.queries.sitting import LineIn, lines_in, parts_of, state_of
from expertpool.draws.queries.tabs import MOST_LOG, letter_shares, log_of, notices_of
from expertpool.draws.queries.void_parts import void_part_words
from expertpool.draws.queries.ways import ways_in_words
from expertpool.draws.registry import EVIDENCE
from expertpool.draws.services.alarms import open_alarms
from expertpool.draws.services.checking import is_bent
from expertpool.draws.services.names import read_panel, readable_draws
from expertpool.draws.services.outset_letters import held_up, unsent_by
from expertpool.experts.models import Expert
from expertpool.experts.queries.glyphs import lacking_for
from expertpool.experts.queries.sharing import phones_for
from expertpool.notifications.queries.messages import notices
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from expertpool.projects.queries.batches import (
    check_projects,
    faults_of,
    projects_in,
)
from expertpool.projects.queries.projects import check_project
from expertpool.workflow.queries.approvals import course_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from expertpool.accounts.models import User


def _agree_reason(standing: PlanVersion) -> str:
    return f"候选人不足：{'；'.join(standing.thin_texts)}。仍同意的理由"


def _submit_question(plan: DrawPlan | None, standing: PlanVersion) -> str:
    """Return what is asked before the plan is handed in: one that was approved becomes a new version by it."""
    ended = ended_by_plan(plan) if standing.approved else []
    more = f"下列申请随之终止：{'；'.join(ended)}。" if ended else ""
    return f"提交后由审核人按审批流程审核；改动方案须重新提交。{more}"


def plan_tab(request: HttpRequest, project: Project, *, of_batch: bool = False) -> str:
    """抽取方案: groups and settings in words, what the rules find, and the way to the draw; on the
    page of a project or of its batch."""
    user = cast("User", request.user)
    draws, now = valid_draws(project), timezone.now()
    facts = OfProject(project, user, now)
    plan, members = facts.plan, facts.members
    groups = list(plan.groups.all()) if plan else []
    seats = sum(group.seats for group in groups)
    standbys = sum(group.standby_seats for group in groups)
    findings = check_projects(members, seats or None, now)
    # What is wrong however many are drawn stands above all tabs of a project.
    above = [] if of_batch else check_project(project, None, now)
    draw = draws[-1] if draws else None
    short = facts.short if next_opening(members, now=now) > now else None
    sees_exclusions = bool(codes_for_project(user, project, ["draws.see_exclusions"]))
    actions = actions_of_project(facts)
    if short:
        actions |= actions_for(short.base, user, now=now)
    standing = version_of(plan) if plan else None
    is_settled = project.is_archived or (draw and not short)
    why_not_asked = "" if is_settled else facts.why_not_asked
    context = {
        "standing": standing,
        "marked": f"?mark={mark_of(members)}",
        "submit_question": _submit_question(plan, standing)
        if standing and actions[ActionCode.SUBMIT_PLAN].allowed
        else "",
        "agree_question": f"同意按第 {plan.version} 版方案抽取？" if plan else "",
        "agree_reason": _agree_reason(standing) if standing else "",
        "why_not_agree": why_not_agree(user, standing, now=now)
        if standing and actions[ActionCode.DECIDE_PLAN].allowed
        else "",
        "course": course_of(standing, now=now) if standing else None,
        "policy": (policy := policy_for(project.regime, now=now)),
        "returned": (
            returned := returned_told(standing) if standing and (short or not draw) else None
        ),
        "needs_approval": policy.plan_approval or returned is not None,
        "project": project,
        "members": members,
        "of_batch": of_batch,
        "faults": _faults(members) if project.is_undrawn else [],
        "plan": plan,
        "groups": [_group_in_words(group) for group in groups],
        "why_not_asked": why_not_asked,
        "total_seats": seats,
        "total_standbys": standbys,
        "contributors": [CONTRIBUTOR_LABEL[role] for role in plan.contributors] if plan else [],
        "channels": ways_in_words(plan.channels) if plan else "",
        # Once there is a draw they change nothing any more.
        "findings": [one for one in findings if one not in above] if project.is_undrawn else [],
        "draw": draw,
        "names_nobody": draw is not None and draw.names_nobody(now),
        "sealed_version": draw.rule.plan_version if draw else None,
        "short": short,
        "actions": actions,
        "prequeries": not (project.is_archived or why_not_asked)
        and (
            sees_exclusions
            or any(actions[code].permitted for code in (ActionCode.PLAN, ActionCode.START))
        ),
        "sees_exclusions": sees_exclusions,
        "cautions": [
            *unsent_by(plan, members),
            *held_up(plan, asking_of(plan, members, now=now), now),
        ]
        if plan and not draw and actions[ActionCode.START].allowed
        else [],
    }
    return render_to_string("draws/_plan.html", context, request)


def _faults(members: Sequence[Project]) -> list[str]:
    """What keeps a batch from being drawn as it stands."""
    if len(members) == 1:
        return []
    waiting = [member.name for member in members if member.status != ProjectStatus.APPROVED]
    first = [f"{'、'.join(waiting)}尚未审核通过或已归档，整批不能抽取"] if waiting else []
    return first + faults_of(members)


def _group_in_words(group: ConditionGroup) -> dict[str, Any]:
    return {
        "title": f"{group.name}　{group.seats} 人"
        + (f"，候补 {group.standby_seats} 人" if group.standby_seats else ""),
        "levels": [
            {
                "label": f"第 {level.level} 级次",
                "text": explain(parse(SUBJECT, level.criteria, stored=True)) or "不限",
            }
            for level in group.levels.all()
        ],
    }


def result_tab(request: HttpRequest, project: Project) -> str:
    """抽取结果: the lines of the valid draws without names, and the draws before them."""
    draws, now = list(with_panel(with_paused(with_bent(draws_of(project))))), timezone.now()
    valid = [draw for draw in reversed(draws) if draw.is_valid]
    context = {
        "draws": [
            (
                draw,
                board := board_of(draw),
                _sections(board, project),
                draw.next_sitting <= now,
                is_bent(draw),
            )
            for draw in valid
        ],
        "others": [draw for draw in draws if not draw.is_valid],
    }
    return render_to_string("draws/_result.html", context, request)


def _sections(board: Board, project: Project) -> list[tuple[str, list[LineIn]]]:
    """The lines of ``board`` whose experts were asked for ``project``, as tables show them."""
    return [(heading, lines_in(project, lines)) for heading, lines in board.sections]


def _was_found_bent(project: Project) -> bool:
    """Whether the record of a draw of ``project``, also of one that is void by its row, was found altered; a tab that
    is opened often looks no further: what is written is looked at each minute."""
    return open_alarms(AlarmKind.RECORD).filter(draw__projects=project).exists()


def participants(request: HttpRequest, project: Project) -> str:
    """The card on the first tab: who takes part, once the names are public (PRJ-13)."""
    user, now = cast("User", request.user), timezone.now()
    valid = valid_draws(project)
    draws = [draw for draw in valid if draw.ordered_at is not None]
    if not draws:
        # Also where the only one is void, by its row at least.
        bent = _was_found_bent(project)
        return render_to_string("draws/_bent.html", {"is_bent": True}, request) if bent else ""
    draw, released = draws[-1], [draw for draw in draws if draw.released_at is not None]
    rows = read_panel(draws=released, actor=user, now=now, purpose="项目概况")
    experts = {row.invitation.pk: row.expert for row in rows}
    phone = phones_for(user, experts.values())
    board = board_of(*draws)
    found = lines_in(project, board.lines)
    seated = sorted((one for one in found if one.is_seated), key=lambda one: one.is_standby)
    named = [one for one in seated if one.line.pk in experts]
    agreed = [one for one in seated if one.state == InvitationState.ACCEPTED and not one.is_standby]
    context = {
        "draw": draw,
        "board": board,
        "rows": [(one, expert := experts[one.line.pk], phone(expert)) for one in named],
        "gone": seats_to_replace(released, now=now) if rows else {},
        "is_bent": _was_found_bent(project),
        "void_part": void_part_words(project),
        "filled": (filled := _filled(project, valid, found)),
        "mend": filled.mend(now=now) if filled else "",
        "readable": bool(rows),
        "lacking": lacking_for(one.expert for one in rows),
        "sealed": len(seated) - len(named),
        "agreed": len(agreed),
        "standing_by": sum(one.is_standby for one in seated),
        "waiting": sum(one.state == InvitationState.INVITED for one in seated),
        "how": "" if draw.is_random else f"{draw.get_kind_display()}，不是随机抽取",
    }
    return render_to_string("draws/_participants.html", context, request)


def _filled(project: Project, draws: Sequence[Draw], found: Sequence[LineIn]) -> Filled | None:
    """How many seats are filled, once nobody is asked for them any more."""
    is_settled = not any(draw.status in RUNNING for draw in draws)
    return filled_by(project, draws[0], found) if is_settled else None


def experts_tab(request: HttpRequest, project: Project) -> str:
    """参与专家: everybody the valid draws invited, with group, type and state (PRJ-14); by name for
    who may read the names now."""
    user, now = cast("User", request.user), timezone.now()
    draws = [draw for draw in valid_draws(project) if draw.ordered_at is not None]
    if not draws:
        empty = {"draw": None, "is_bent": _was_found_bent(project)}
        return render_to_string("draws/_experts.html", empty, request)
    rows = read_panel(draws=draws, actor=user, now=now, purpose="参与专家")
    named = {row.invitation.pk: row.expert for row in rows}
    phone = phones_for(user, named.values())
    board = board_of(*draws)
    places = {line.pk: place for place, line in enumerate(board.lines, start=1)}
    context = {
        "draw": draws[-1],
        "board": board,
        "is_bent": _was_found_bent(project),
        "void_part": void_part_words(project),
        "readable": bool(rows),
        "lacking": lacking_for(named.values()),
        "gone": {pk: why for pk, why in seats_to_replace(draws, now=now).items() if pk in named},
        "came": times_of_sign_in(line for line in board.lines if line.pk in named),
        "sections": [
            (
                heading,
                [
                    (
                        one,
                        expert := named.get(one.line.pk),
                        phone(expert),
                        places[one.line.pk],
                    )
                    for one in found
                ],
            )
            for heading, found in _sections(board, project)
        ],
    }
    return render_to_string("draws/_experts.html", context, request)


def evidence_tab(request: HttpRequest, project: Project) -> str:
    """存证: records, kept sheets and recordings of all its draws."""
    user = cast("User", request.user)
    context = {
        "rows": evidence_of(project, user),
        "recordings": recordings_of(project, user),
        "calls": heard_calls_of(project, user),
        "is_bent": _was_found_bent(project),
        "sections": [tab.render(request, project) for tab in tabs_for(EVIDENCE, user)],
    }
    return render_to_string("draws/_evidence.html", context, request)


def notices_tab(request: HttpRequest, project: Project) -> str:
    """通知: every message about the project, narrowed by ``?sent=`` (PRJ-21); of draws whose names are
    sealed counts alone."""
    user, form = cast("User", request.user), NoticeFilter(request.GET)
    found = form.filter(notices_of(project))
    rows = notices(found[:LONGEST], viewer=user)
    context = {
        "rows": rows,
        "total": found.count(),
        "conditions": "；".join(form.words) if form.is_valid() else "",
        "shares": letter_shares(project),
        "filter_form": form,
        "project": project,
        "picks": user.has_permission("notifications.delete") and not project.is_archived,
        "export_url": export_url("draws.notices", project=str(project.pk)),
    }
    return render_to_string("draws/_notices.html", context, request)


def start_button(request: HttpRequest, project: Project) -> str:
    """The way to the draw at the head of its project, or what keeps from it, for who may run it."""
    # Before that its state says what comes next.
    if not project.is_undrawn or project.status != ProjectStatus.APPROVED:
        return ""
    user = cast("User", request.user)
    start = actions_for_project(project, user, now=timezone.now())[ActionCode.START]
    return render_to_string(
        "draws/_start_button.html", {"project": project, "start": start}, request
    )


def log_tab(request: HttpRequest, project: Project) -> str:
    """日志: what was done to the project, its draws and their invitations (PRJ-20)."""
    context = {
        "items": log_of(project, cast("User", request.user)),
        "note": f"只增不改，逐条相连；最近 {MOST_LOG} 条",
    }
    return render_to_string("audit/_log.html", context, request)


LONGEST = 200  # rows that a tab shows; the full lists are on their own pages


def expert_draws(request: HttpRequest, expert: Expert) -> str:
    """抽取记录 of an expert: where he was drawn, as far as this user may read the names (EXP-28)."""
    readable = readable_draws(cast("User", request.user), now=timezone.now())
    lines = list(released_invitations(expert).filter(draw__in=readable))
    read_states(line.draw for line in lines)
    counts = Counter(state_of(line, line.draw.covered).label for line in lines)
    picked = sum(not line.draw.is_random for line in lines)
    states = "，".join(
        f"{label} {counts[label]}" for label in InvitationState.labels if counts[label]
    )
    context = {
        "rows": [(line, _group_name(line), _parts(line)) for line in lines],
        "summary": _summary(len(lines) - picked, picked, states),
    }
    return render_to_string("draws/_expert_draws.html", context, request)


def expert_schedule(request: HttpRequest, expert: Expert) -> str:
    """日程 of an expert, of what this user may read of it (EXP-27): a month, with his leaves."""
    user, today = cast("User", request.user), timezone.localdate()
    readable = readable_draws(user, now=timezone.now())
    lines = released_invitations(expert).filter(draw__in=readable)
    spans = schedule_of(expert, lines)
    first = first_of(request.GET.get("month", ""), today=today)
    context = {"month": month_of(first, spans, today=today)}
    return render_to_string("draws/_expert_schedule.html", context, request)


def _parts(line: Invitation) -> list[LineIn]:
    """How ``line`` stands for each project of a batch, where that is not the same for all."""
    parts = parts_of(line)
    is_one = len(parts) == len(line.draw.covered) and len({one.state for one in parts}) == 1
    return [] if is_one else parts


def _summary(drawn: int, picked: int, states: str) -> str:
    """How often he was drawn and, counted apart, chosen by hand."""
    if not drawn + picked:
        return ""
    apart = f"，人工选定 {picked} 次" if picked else ""
    return f"被抽中 {drawn} 次{apart}：{states}"


def _group_name(line: Invitation) -> str:
    return line.draw.rule.group_names[line.group]


PAGE, BATCH_PAGE = "projects:detail", "projects:batch_detail"
TABS = (
    Tab(PAGE, "plan", "抽取方案", 20, plan_tab, permissions=("draws.view", "draws.plan")),
    Tab(PAGE, "experts", "参与专家", 25, experts_tab, permissions=("draws.view",)),
    Tab(PAGE, "draw", "抽取结果", 30, result_tab, permissions=("draws.view",)),
    Tab(PAGE, "evidence", "存证", 40, evidence_tab, permissions=("draws.view",)),
    Tab(PAGE, "notices", "通知", 50, notices_tab, permissions=("draws.view",)),
    Tab(PAGE, "log", "日志", 60, log_tab, permissions=READS_PROJECT_LOG),
    Tab(
        BATCH_PAGE,
        "plan",
        "抽取方案",
        20,
        lambda request, batch: plan_tab(request, projects_in(batch.pk)[0], of_batch=True),
        permissions=("draws.view", "draws.plan"),
    ),
    Tab(
        BATCH_PAGE,
        "draw",
        "抽取结果",
        30,
        lambda request, batch: result_tab(request, projects_in(batch.pk)[0]),
        permissions=("draws.view",),
    ),
    Tab("projects:head", "start", "开始抽取", 10, start_button, permissions=("draws.run",)),
    Tab(
        "projects:overview",
        "participants",
        "参与专家",
        10,
        participants,
        permissions=("draws.view",),
    ),
    Tab("experts:detail", "schedule", "日程", 55, expert_schedule, permissions=("draws.names",)),
    Tab("experts:detail", "draws", "抽取记录", 60, expert_draws, permissions=("draws.names",)),
)
