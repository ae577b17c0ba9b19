"""Plans and draws through the interface: the same services and scopes as the pages."""

from typing import Any, Literal

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from ninja import Query, Router, Status
from ninja.pagination import paginate

from expertpool.accounts.models import User, UserRequest
from expertpool.core.api import Id, Pages, Refusal, allows, answers
from expertpool.core.client import only_asks
from expertpool.core.criteria import parse, schema
from expertpool.core.permissions import PERMISSIONS
from expertpool.core.responses import file_answer
from expertpool.core.responses.files import TYPES
from expertpool.core.text import clean_text
from expertpool.draws.enums import ActionCode
from expertpool.draws.exceptions import (
    DrawError,
    DrawNotReady,
    NamesSealed,
    PlanChanged,
    TooManyCounts,
)
from expertpool.draws.models import Draw, DrawPlan, RescheduleRequest, WideningRequest
from expertpool.draws.queries.actions import DrawAction, actions_for
from expertpool.draws.queries.conditions import SUBJECT
from expertpool.draws.queries.conflicts import seats_to_replace
from expertpool.draws.queries.draws import (
    codes_for_project,
    covers,
    draws_visible_to,
    plan_for,
    projects_to_draw,
)
from expertpool.draws.queries.plan_versions import NOT_SUBMITTED, mark_of, version_of
from expertpool.draws.queries.reach import board_at
from expertpool.draws.queries.sitting import slots_of
from expertpool.draws.schemas import (
    ConditionField,
    ContributionInput,
    DrawFilters,
    DrawOutput,
    DrawSummary,
    EarlierOutput,
    Named,
    PlanInput,
    PlanOutput,
    PrequeryOutput,
    ReasonInput,
    RescheduleInput,
    StartInput,
    WideningInput,
    WideningOutput,
)
from expertpool.draws.services import plan as plans
from expertpool.draws.services.earlier import move_or_ask
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.draws.services.letters import send_at_once, send_letters_again
from expertpool.draws.services.names import may_read, read_names, readable_from
from expertpool.draws.services.pausing import pause_draw, resume_draw
from expertpool.draws.services.prequery import Prequery, run_prequery
from expertpool.draws.services.publishing import publish_result
from expertpool.draws.services.records import record_for
from expertpool.draws.services.rescheduling import NewMeeting
from expertpool.draws.services.sealing import contribute, start_draw
from expertpool.draws.services.sheet_files import sheet_pdf, sheet_xlsx
from expertpool.draws.services.sheets import build_sheet
from expertpool.draws.services.widening import request_widening
from expertpool.experts.queries.sharing import phones_for
from expertpool.projects.models import Project
from expertpool.projects.queries.batches import check_projects, members_of

router = Router(tags=["抽取"])
REFUSALS = (
    Refusal(PlanChanged, 409, "plan-changed", "抽取方案在读取之后有人改过"),
    Refusal(DrawError, 409, "draw-refused", "现在不能这样操作"),
    Refusal(TooManyCounts, 429, "too-many-counts", "查询人数过于频繁"),
    Refusal(NamesSealed, 403, "names-sealed", "名单尚未公开"),
)
SHEETS = {
    "content": {
        kind: {"schema": {"type": "string", "format": "binary"}}
        for kind in (TYPES["pdf"], TYPES["xlsx"])
    }
}
PLAN_MISSING = "还没有抽取方案，请先设置。"


@router.get(
    "/condition-fields",
    response=answers(list[ConditionField]),
    operation_id="condition_field_list",
    summary="可用于抽取条件的字段",
)
@allows("draws.plan")
def condition_field_list(request: UserRequest) -> list[dict[str, Any]]:
    """返回条件里可用的字段、比较方式和可选的值。条件用 all（且）、any（或）、not（非）组合。"""
    fields = schema(SUBJECT, viewer=request.user)["fields"]
    return [
        field
        | {
            "choices": [
                {"code": str(item["value"]), "label": item["label"]} for item in field["choices"]
            ]
            if "choices" in field
            else None
        }
        for field in fields
    ]


@router.get(
    "/projects/{project_id}/plan",
    response=answers(PlanOutput),
    operation_id="plan_get",
    summary="查看抽取方案",
)
@allows("draws.plan")
def plan_get(request: UserRequest, project_id: Id) -> dict[str, Any]:
    return _plan(_planned(request.user, project_id))


@router.put(
    "/projects/{project_id}/plan",
    response=answers(PlanOutput),
    operation_id="plan_set",
    summary="设置抽取方案",
)
@allows("draws.plan")
def plan_set(request: UserRequest, project_id: Id, data: PlanInput) -> dict[str, Any]:
    """以给出的内容整个替换抽取方案。读取之后有人改过的（409 plan-changed）、已经封存抽取的不能改。"""
    project = get_object_or_404(projects_to_draw(request.user, "draws.plan"), pk=project_id)
    for group in data.groups:
        for criteria in group.levels:
            # The service takes it from anybody: which fields a user may ask is told here.
            parse(SUBJECT, criteria, viewer=request.user)
    values = data.dict(exclude={"groups", "version"})
    plans.save_plan(
        project=project,
        settings=plans.PlanInput(**values),
        groups=[
            plans.GroupInput(group.name, group.seats, group.levels, group.standby_seats)
            for group in data.groups
        ],
        actor=request.user,
        now=timezone.now(),
        version=data.version,
    )
    return _plan(_planned(request.user, project_id))


@router.post(
    "/projects/{project_id}/prequery",
    response=answers(PrequeryOutput),
    operation_id="prequery_run",
    summary="预查询",
)
@allows("draws.plan", "draws.run")
@only_asks
def prequery_run(request: UserRequest, project_id: Id) -> dict[str, Any]:
    """返回现在各条件组可以抽多少人、谁因何不能抽（只有人数）。除操作日志外不改变任何东西。"""
    # Either right is enough, each within its own scope.
    code = "draws.plan" if request.user.has_permission("draws.plan") else "draws.run"
    plan = _planned(request.user, project_id, code)
    now = timezone.now()
    result = run_prequery(plan=plan, actor=request.user, now=now)
    return _prequery(result, plan.project, request.user) | {
        "findings": [
            {"text": finding.text, "blocking": finding.is_blocking}
            for finding in check_projects(members_of(plan.project), result.seats, now)
        ]
    }


@router.post(
    "/projects/{project_id}/draws",
    response=answers(DrawOutput, 201),
    operation_id="draw_start",
    summary="封存并抽取",
)
@allows("draws.run")
def draw_start(request: UserRequest, project_id: Id, data: StartInput) -> Status[dict[str, Any]]:
    """封存抽取方案和候选人。方案在读取之后有人改过的，拒绝并说明改了什么。方案没有随机值提供人时立即定序、发出邀请；否则等各人提供随机值。"""
    project = get_object_or_404(projects_to_draw(request.user, "draws.run"), pk=project_id)
    draw = start_draw(
        project=project,
        actor=request.user,
        now=timezone.now(),
        entropy=SystemEntropy(),
        version=data.plan_version,
        mark=data.plan_mark,
    )
    return Status(201, _draw(draw, request.user))


@router.get(
    "/draws", response=answers(list[DrawSummary]), operation_id="draw_list", summary="抽取列表"
)
@allows("draws.view")
@paginate(Pages)
def draw_list(request: UserRequest, filters: Query[DrawFilters]) -> QuerySet[Draw]:
    """返回数据范围内的抽取，新的在前。"""
    rows = draws_visible_to(request.user)
    for word in clean_text(filters.q).split():
        named = (
            Q(project__name__icontains=word)
            | Q(project__number__icontains=word)
            | Q(project__contact_name__icontains=word)
        )
        rows = rows.filter(covers(named) | Q(number__icontains=word))
    conditions = {
        "number": filters.number or None,
        "projects": filters.project_id,
        "kind": filters.kind,
        "status": filters.status,
        "sealed_at__gte": filters.sealed_from,
        "sealed_at__lt": filters.sealed_to,
    }
    given = {name: value for name, value in conditions.items() if value is not None}
    return rows.filter(**given).prefetch_related("projects").order_by("-id")


@router.get(
    "/draws/{draw_id}", response=answers(DrawOutput), operation_id="draw_get", summary="查看抽取"
)
@allows("draws.view")
def draw_get(request: UserRequest, draw_id: Id) -> dict[str, Any]:
    """返回抽取的进度、人数和每一行的状态，不含姓名。"""
    draw = get_object_or_404(draws_visible_to(request.user), pk=draw_id)
    return _draw(draw, request.user)


@router.post(
    "/draws/{draw_id}/contributions",
    response=answers(DrawOutput),
    operation_id="contribution_add",
    summary="提供随机值",
)
@allows("draws.run", "draws.confirm_steps")
def contribution_add(request: UserRequest, draw_id: Id, data: ContributionInput) -> dict[str, Any]:
    """封存之后以一个身份提供随机值；最后一个提供后立即定序、发出邀请。

    监督人的随机值只能由有「监督抽取」权限、没有参与发起这次抽取的人提供。"""
    draw = get_object_or_404(draws_visible_to(request.user), pk=draw_id)
    draw = contribute(
        draw=draw,
        role=data.role,
        value=data.value,
        actor=request.user,
        now=timezone.now(),
        entropy=SystemEntropy(),
    )
    return _draw(draw, request.user)


@router.post(
    "/draws/{draw_id}/pause",
    response=answers(DrawOutput),
    operation_id="draw_pause",
    summary="暂停抽取",
)
@allows("draws.run")
def draw_pause(request: UserRequest, draw_id: Id, data: ReasonInput) -> dict[str, Any]:
    """暂停一次抽取中的抽取：不再发出邀请，答复时限停止计算；专家的答复照常有效。"""
    draw = get_object_or_404(draws_visible_to(request.user, "draws.run"), pk=draw_id)
    pause_draw(draw=draw, reason=data.reason, actor=request.user, now=timezone.now())
    return _draw(draw, request.user)


@router.post(
    "/draws/{draw_id}/resume",
    response=answers(DrawOutput),
    operation_id="draw_resume",
    summary="恢复抽取",
)
@allows("draws.run")
def draw_resume(request: UserRequest, draw_id: Id, data: ReasonInput) -> dict[str, Any]:
    """恢复暂停的抽取：各人的答复时限按暂停的时长顺延，推迟的邀请发出。"""
    draw = get_object_or_404(draws_visible_to(request.user, "draws.run"), pk=draw_id)
    resume_draw(draw=draw, reason=data.reason, actor=request.user, now=timezone.now())
    return _draw(draw, request.user)


@router.post(
    "/draws/{draw_id}/reschedule",
    response=answers(DrawOutput) | {202: EarlierOutput},
    operation_id="draw_reschedule",
    summary="改期",
)
@allows("draws.reschedule")
def draw_reschedule(
    request: UserRequest, draw_id: Id, data: RescheduleInput
) -> Status[RescheduleRequest] | dict[str, Any]:
    """改变评审的时间、地点：专家保留席位，逐一重新确认。

    往后改期或只改地点，立即生效（200）；改到更早的时间，返回等待监督人在网页上确认的申请（202），确认之前时间不变。
    """
    draw = get_object_or_404(draws_visible_to(request.user, "draws.reschedule"), pk=draw_id)
    meetings = [NewMeeting(one.project_id, one.opening_at, one.place) for one in data.meetings]
    asked = move_or_ask(
        draw=draw,
        meetings=meetings,
        reason=data.reason,
        actor=request.user,
        now=timezone.now(),
        entropy=SystemEntropy(),
        moves=data.moves,
    )
    return Status(202, asked) if asked else _draw(Draw.objects.get(pk=draw.pk), request.user)


@router.post(
    "/draws/{draw_id}/letters/at-once",
    response=answers(DrawOutput),
    operation_id="letter_send_at_once",
    summary="免打扰时段内立即发出推迟的邀请和取消通知",
)
@allows("draws.run")
def letter_send_at_once(request: UserRequest, draw_id: Id, data: ReasonInput) -> dict[str, Any]:
    """写明原因，立即发出因免打扰时段而推迟的邀请、取消通知；答复时限仍不计免打扰时段。"""
    draw = get_object_or_404(draws_visible_to(request.user, "draws.run"), pk=draw_id)
    send_at_once(draw=draw, reason=data.reason, actor=request.user, now=timezone.now())
    return _draw(draw, request.user)


@router.post(
    "/draws/{draw_id}/letters/again",
    response=answers(DrawOutput),
    operation_id="letter_send_again",
    summary="重新发送没有送达的邀请",
)
@allows("draws.run")
def letter_send_again(request: UserRequest, draw_id: Id) -> dict[str, Any]:
    """按专家现在的联系方式，重新发送已发送失败的邀请；个人链接不变。"""
    draw = get_object_or_404(draws_visible_to(request.user, "draws.run"), pk=draw_id)
    send_letters_again(draw=draw, actor=request.user, now=timezone.now())
    return _draw(draw, request.user)


@router.post(
    "/draws/{draw_id}/widening",
    response=answers(WideningOutput, 201),
    operation_id="draw_widen",
    summary="申请放宽条件补抽",
)
@allows("draws.run")
def draw_widen(request: UserRequest, draw_id: Id, data: WideningInput) -> Status[WideningRequest]:
    """人数不满足时，放宽缺人的条件组的条件，只为空缺的席位另抽一次：返回等待监督人在网页上确认的申请。

    原抽取和已在席的专家不变。给出 groups 时先改抽取方案（还需要 draws.plan 权限）；申请被拒绝时方案不变。制度规定方案须审核的，条件先在网页上保存、提交审核，
    审核通过后再申请，不给出 groups。封存之后制度提高了的，答复时限、随机值提供人自动按现行制度。
    """
    user, now = request.user, timezone.now()
    base = get_object_or_404(draws_visible_to(user, "draws.run"), pk=draw_id)
    if data.groups:
        get_object_or_404(projects_to_draw(user, "draws.plan"), pk=base.project_id)
        for group in data.groups:
            for criteria in group.levels:
                parse(SUBJECT, criteria, viewer=user)
    asked = request_widening(
        base=base,
        reason=data.reason,
        actor=user,
        now=now,
        version=data.plan_version,
        levels={group.code: group.levels for group in data.groups},
    )
    return Status(201, asked)


@router.get(
    "/draws/{draw_id}/record",
    response=answers(dict[str, Any]),
    operation_id="record_get",
    summary="抽取记录",
)
@allows("draws.view")
def record_get(request: UserRequest, draw_id: Id) -> dict[str, Any]:
    """返回结束的抽取的记录（VDRAW-1），任何人都可据此重算；令牌用户能查看名单时才含身份。

    名单公开之前没有记录可取（409）：其中有候选人数和变动次数。
    名单公开之后的完整记录在结果公布之前不要对外公开：从条件组和单位看得出谁在席。
    """
    draw = get_object_or_404(draws_visible_to(request.user), pk=draw_id)
    now = timezone.now()
    reads_names = may_read(draw, request.user, now=now)
    return record_for(draw, reads_names=reads_names, sees=True, now=now)


@router.post(
    "/draws/{draw_id}/publication",
    response=answers(DrawOutput),
    operation_id="draw_publish",
    summary="公布结果",
)
@allows("draws.publish")
def draw_publish(request: UserRequest, draw_id: Id) -> dict[str, Any]:
    """在公开的核验网址公布在席专家的姓名和工作单位；评审全部结束后才能公布，公布后不能撤回。"""
    draw = get_object_or_404(draws_visible_to(request.user, "draws.publish"), pk=draw_id)
    return _draw(publish_result(draw=draw, actor=request.user, now=timezone.now()), request.user)


@router.get(
    "/draws/{draw_id}/names",
    response=answers(list[Named]),
    operation_id="name_list",
    summary="名单",
)
@allows("draws.names")
def name_list(request: UserRequest, draw_id: Id) -> list[dict[str, Any]]:
    """返回各行的专家。名单公开后才能查看，每次查看都记入操作日志。"""
    draw = get_object_or_404(draws_visible_to(request.user, "draws.names"), pk=draw_id)
    now = timezone.now()
    rows = read_names(draw=draw, actor=request.user, now=now, purpose="接口")
    gone = seats_to_replace([draw], now=now)
    phone = phones_for(request.user, [row.expert for row in rows])
    return [
        {
            "line": row.invitation.line,
            "group": row.invitation.group,
            "is_standby": row.invitation.is_standby,
            "state": row.invitation.state,
            "projects": [one.number for one in slots_of(row.invitation, draw.covered)],
            "number": row.expert.number,
            "name": row.expert.name,
            "employer": row.expert.employer.name if row.expert.employer else "",
            "title": row.expert.title,
            "phone": phone(row.expert),
            "gone": gone.get(row.invitation.pk, ""),
        }
        for row in rows
    ]


@router.get(
    "/draws/{draw_id}/sheet",
    response=answers(None),
    operation_id="sheet_get",
    summary="抽取表",
    openapi_extra={"responses": {200: SHEETS}},
)
@allows("draws.names")
def sheet_get(
    request: UserRequest,
    draw_id: Id,
    # It is called so in the address.
    format: Literal["pdf", "xlsx"] = "pdf",  # noqa: A002
) -> HttpResponseBase:
    """返回《评审专家抽取表》。名单公开后才能取，每次都记入操作日志。"""
    draws = draws_visible_to(request.user, "draws.names")
    draw = get_object_or_404(
        draws.select_related("project__department", "project__purchaser", "operator"), pk=draw_id
    )
    now = timezone.now()
    sheet = build_sheet(draw=draw, actor=request.user, now=now)
    content = sheet_pdf(sheet, at=now) if format == "pdf" else sheet_xlsx(sheet)
    return file_answer(content, name=f"{sheet.title} {draw.number}.{format}")


def _planned(user: User, project_id: int, code: str = "draws.plan") -> DrawPlan:
    project = get_object_or_404(projects_to_draw(user, code), pk=project_id)
    plan = plan_for(project)
    if plan is None:
        raise DrawNotReady(PLAN_MISSING)
    return plan


def _plan(plan: DrawPlan) -> dict[str, Any]:
    names = PlanOutput.model_fields.keys() - {"groups", "approval", "mark"}
    standing = version_of(plan)
    return {name: getattr(plan, name) for name in names} | {
        "approval": standing.state if standing else NOT_SUBMITTED,
        "mark": mark_of(members_of(plan.project)),
        "groups": [
            {
                "name": group.name,
                "seats": group.seats,
                "standby_seats": group.standby_seats,
                "levels": [level.criteria for level in group.levels.all()],
            }
            for group in plan.groups.all()
        ],
    }


def _prequery(result: Prequery, project: Project, user: User) -> dict[str, Any]:
    shows_exclusions = bool(codes_for_project(user, project, ["draws.see_exclusions"]))
    return {
        "total": result.total,
        "seats": result.seats,
        "standby_seats": result.standby_seats,
        "groups": [
            {
                "name": item.group.name,
                "seats": item.group.seats,
                "standby_seats": item.group.standby_seats,
                "total": item.total,
                "levels": [{"level": level, "count": count} for level, count in item.by_level],
            }
            for item in result.groups
        ],
        "shortages": [
            {"groups": shortage.group_names, "lack": shortage.lack} for shortage in result.shortages
        ],
        "standby_shortages": [
            {"groups": shortage.group_names, "lack": shortage.lack}
            for shortage in result.standby_shortages
        ],
        "exclusions": [{"reason": reason, "count": count} for reason, count in result.exclusions]
        if shows_exclusions
        else None,
        "sealed_seats": result.sealed_seats,
    }


def _draw(draw: Draw, user: User) -> dict[str, Any]:
    """Return how ``draw`` stands. Lines carry no name, no reason and nothing that leads to one."""
    board = board_at(draw, now=timezone.now())
    given = {reveal.role for reveal in draw.revealed}
    own = DrawSummary.model_fields.keys() - {
        "operator",
        "projects",
        "widens",
        "candidate_count",
        "ended_at",
    }
    return {name: getattr(draw, name) for name in own} | {
        "operator.name": draw.operator.name,
        "rule.widens": draw.rule.widens,
        "covered": draw.covered,
        "told_candidates": draw.told_candidates,
        "told_ended_at": draw.told_ended_at,
        "seed": draw.seed,
        "contributors": [{"role": role, "given": role in given} for role in draw.rule.contributors],
        "names_readable_from": readable_from(draw, user),
        "verify_url": settings.SITE_URL + reverse("draws:verify_draw", args=[draw.public_id]),
        "version": board.version,
        "moves": draw.moves,
        "actions": [
            {name: getattr(action, name) for name in ("code", "label", "permitted")}
            | {"why_not": (why_not := action.why_not or _not_here(action, user))}
            | {"allowed": not why_not}
            for action in actions_for(draw, user, now=timezone.now()).values()
        ],
        "counts": {
            "seats": board.seats,
            "standbys": board.standby_count,
            "invited": len(board.lines),
            "accepted": board.accepted_count,
            "waiting": board.waiting_count,
            "exited": board.exit_count,
        },
        "groups": [
            {
                "code": group.code,
                "name": group.name,
                "seats": group.seats,
                "standby_for": group.standby_for or None,
                "conditions": group.conditions,
                "accepted": group.accepted_count,
                "lack": group.lack,
            }
            for group in board.groups
        ],
        "lines": board.lines,
    }


# What the interface has a call for; all else is done on the page of the draw.
CALLED = {
    ActionCode.CONTRIBUTE,
    ActionCode.PAUSE,
    ActionCode.RESUME,
    ActionCode.RESCHEDULE,
    ActionCode.SEND_AT_ONCE,
    ActionCode.SEND_AGAIN,
    ActionCode.WIDEN,
    ActionCode.PUBLISH,
}


def _not_here(action: DrawAction, user: User) -> str:
    """Return in a sentence why ``action`` is not for the token's user, or not for the interface;
    empty: it is."""
    if action.code in CALLED and action.permitted:
        return ""
    name = PERMISSIONS[action.permission].label
    if action.code not in CALLED:
        return f"接口不提供这项操作，请由有「{name}」权限的人员在网页的抽取页面办理。"
    if not user.has_permission(action.permission):
        return f"令牌没有「{name}」权限：请管理员给令牌的用户授予这项权限，并在令牌的范围里选上它。"
    return "本次抽取的项目不全在令牌用户的数据范围内，请管理员调整其角色的数据范围。"
