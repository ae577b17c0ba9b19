"""What the interface takes and gives of plans and draws. Nothing here names who was drawn."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field
from pydantic import AfterValidator

from expertpool.core.api import Id, Input, Moment, Output
from expertpool.core.api.records import naming
from expertpool.draws.enums import (
    ActionCode,
    DrawKind,
    DrawStatus,
    InvitationState,
    Origin,
    PanelRole,
    ReplyVia,
)
from expertpool.draws.occasions import INVITATION
from expertpool.draws.validators import (
    MOST_GROUPS,
    MOST_LEVELS,
    PLAN_BOUNDS,
    SEATS,
    STANDBY_SEATS,
    VALUE_LENGTH,
)
from expertpool.experts.fields import EXPERT
from expertpool.notifications.enums import ChannelCode
from expertpool.projects.fields import PROJECT

Contributor = Literal["operator", "supervisor"]
STATUS = (
    "状态：sealed 已封存，inviting 抽取中，success 抽取成功，success_supplement 抽取成功（补抽），"
    "unsatisfied 不满足，abandoned 已放弃，void 已作废。只说本次抽取；放宽条件另抽之后，评审组是否补齐看项目的 draw_state"
)


HOUR = "名单公开之前只到小时：整点，抽取当小时内的为定序时间（没有定序的为封存时间）"
KIND = (
    "方式：random 随机抽取，manual 人工抽取，allocated 专家分配；后两种由人选定，"
    "没有封存值和抽取记录"
)


def _once_each(values: list[Any]) -> list[Any]:
    if len(set(values)) != len(values):
        message = "不能重复"
        raise ValueError(message)
    return values


def _with_text(channels: list[ChannelCode]) -> list[ChannelCode]:
    for channel in channels:
        if channel not in INVITATION.channels:
            message = f"邀请不能用{channel.label}发送"
            raise ValueError(message)
    return channels


def _bounds(name: str) -> dict[str, Any]:
    """Document the bounds of a field of the plan, which the service keeps for all."""
    return {"minimum": PLAN_BOUNDS[name].low, "maximum": PLAN_BOUNDS[name].high}


LEVELS = (
    "各级次的条件，第一级最优先；写法见 /condition-fields，"
    '如 {"all": [{"field": "title_level", "op": "gte", "value": "3"}]}，不限条件为 {"all": []}'
)


class GroupInput(Input):
    """One condition group."""

    name: str = Field(min_length=1, max_length=50, description="组名，如「技术」")
    seats: int = Field(ge=SEATS.low, le=SEATS.high, description="抽取人数")
    standby_seats: int = Field(
        0,
        ge=STANDBY_SEATS.low,
        le=STANDBY_SEATS.high,
        description="候补人数：与评审专家一起抽出，有人退出时递补",
    )
    levels: list[dict[str, Any]] = Field(
        min_length=1,
        # Only told: the service itself refuses too many, in words.
        json_schema_extra={"maxItems": MOST_LEVELS},
        description=LEVELS,
    )


class WidenedGroup(Input):
    """The wider conditions of a group that lacks experts."""

    code: str = Field(max_length=8, description="条件组代号，与抽取记录相同，如 g1")
    levels: list[dict[str, Any]] = Field(
        min_length=1, json_schema_extra={"maxItems": MOST_LEVELS}, description=LEVELS
    )


class StartInput(Input):
    """Which plan is to be sealed."""

    plan_version: int = Field(description="读到的抽取方案版本（抽取方案的 version）")
    plan_mark: str | None = Field(
        default=None,
        max_length=32,
        description="读到的抽取方案的 mark；此后换了主项目、批次加入或移出项目、项目重新审核的，拒绝",
    )


# Two signs, as the rule of the services has it (`core.text.is_reason`), which wants letters besides.
Reason = Annotated[str, Field(min_length=2, max_length=200)]


class WideningInput(Input):
    """Why the conditions are widened, before whom, and to what."""

    reason: Reason = Field(description="放宽条件的原因，写入规则并公开")
    plan_version: int = Field(description="读到的抽取方案版本；方案已被改过的拒绝")
    groups: list[WidenedGroup] = Field(
        [],
        max_length=20,
        description="放宽的条件组；不给出的沿用抽取方案里现在的条件，那些不能抽取的须在这里给出改好的",
    )


class WideningOutput(Output):
    """A request that waits for a second person."""

    id: int
    reason: str
    plan_version: int = Field(description="监督人确认后封存的方案版本")
    requested_at: datetime = Field(description="申请时间")
    expires_at: datetime = Field(description="到此时没有监督人在网页上确认即失效")


class MeetingInput(Input):
    """When and where one project is reviewed from now on."""

    project_id: Id
    opening_at: Moment = Field(description="评审开始时间，带时区")
    place: str = Field(min_length=1, max_length=200, description="评审地点")


class RescheduleInput(Input):
    """Another time or place for the panel of a draw."""

    moves: int = Field(
        ge=0,
        description="读到的改期次数（抽取的 moves）；此后又改过期的拒绝，并说明谁改的，以免按没有看到的时间再改",
    )
    reason: Reason = Field(description="改期的原因，告知监督人；不写专家姓名")
    meetings: list[MeetingInput] = Field(
        min_length=1, max_length=200, description="要改期的项目；不给出的项目时间、地点不变"
    )


class EarlierOutput(Output):
    """A request to sit earlier, which waits for a second person."""

    id: int
    reason: str
    words: str = Field(description="原时间、地点 → 新时间、地点")
    requested_at: datetime = Field(description="申请时间")
    expires_at: datetime = Field(description="到此时没有监督人在网页上确认即失效")


class PlanInput(Input):
    """The whole plan: what is left out gets its default value."""

    version: int = Field(
        ge=0,
        description="读到的版本（plan_get 的 version），还没有方案时为 0；方案此后被改过的拒绝，"
        "并说明谁改了什么，以免覆盖他人的修改",
    )

    groups: list[GroupInput] = Field(
        min_length=1, json_schema_extra={"maxItems": MOST_GROUPS}, description="条件组"
    )
    unit_cap: int | None = Field(
        1, json_schema_extra=_bounds("unit_cap"), description="同一单位最多人数；null 为不限"
    )
    frequency_cap: int | None = Field(
        None, json_schema_extra=_bounds("frequency_cap"), description="参评次数上限；null 为不限"
    )
    frequency_days: int = Field(
        365, json_schema_extra=_bounds("frequency_days"), description="参评次数统计天数"
    )
    contributors: Annotated[list[Contributor], AfterValidator(_once_each)] = Field(
        [],
        max_length=2,
        description="封存后各提供一个随机值的人：operator 经办人，supervisor 监督人；空为封存后立即抽取",
    )
    reply_minutes: int | None = Field(
        None,
        json_schema_extra=_bounds("reply_minutes"),
        description="答复时限（分钟）；null 为站点设置的默认值，上下限也由站点设置规定",
    )
    leave_hours: int | None = Field(
        None,
        json_schema_extra=_bounds("leave_hours"),
        description="最晚请假（评审前小时）；null 为站点设置的默认值",
    )
    reveal_hours: int | None = Field(
        None,
        json_schema_extra=_bounds("reveal_hours"),
        description="名单公开（评审前小时）；null 为站点设置的默认值，上下限也由站点设置规定",
    )
    channels: Annotated[
        list[ChannelCode], AfterValidator(_once_each), AfterValidator(_with_text)
    ] = Field(
        [ChannelCode.SMS, ChannelCode.EMAIL, ChannelCode.SITE],
        min_length=1,
        max_length=len(ChannelCode),
        description="邀请渠道：sms 短信，email 邮件，site 站内信，voice 电话，wechat 微信",
    )


class GroupOutput(Output):
    name: str
    seats: int
    standby_seats: int
    levels: list[dict[str, Any]]


class PlanOutput(Output):
    """A stored plan."""

    groups: list[GroupOutput]
    unit_cap: int | None
    frequency_cap: int | None
    frequency_days: int
    contributors: list[str]
    reply_minutes: int
    leave_hours: int
    reveal_hours: int
    channels: list[ChannelCode]
    updated_at: datetime
    version: int = Field(description="版本，每次改动加一；封存时以此说明抽的是哪一版")
    mark: str = Field(description="是哪个主项目的方案、用于哪些项目；封存时一并送回（plan_mark）")
    approval: str = Field(description="审核：未提交审核、待审核、已审核、已退回")


class Choice(Output):
    """A value or an operator by its code."""

    code: str
    label: str


class ConditionField(Output):
    """A field on which a draw may set conditions."""

    code: str
    label: str
    type: str = Field(description="text、choice、multi、tree、number、date、boolean、unit")
    operators: list[Choice]
    choices: list[Choice] | None = Field(None, description="可选的值；没有时任填")


class Shortage(Output):
    groups: list[str] = Field(description="共用候选人的条件组")
    lack: int = Field(description="合计缺少的人数")


class LevelCount(Output):
    level: int
    count: int


class GroupCount(Output):
    name: str
    seats: int
    standby_seats: int = Field(description="候补人数")
    total: int = Field(description="可抽人数")
    levels: list[LevelCount]


class Exclusion(Output):
    reason: str
    count: int


class Finding(Output):
    text: str
    blocking: bool = Field(description="是否阻止抽取")


class PrequeryOutput(Output):
    """Who could be drawn now, in numbers."""

    total: int = Field(description="可抽人数，每人计一次")
    seats: int = Field(description="应抽人数，不含候补")
    standby_seats: int = Field(description="候补人数")
    groups: list[GroupCount]
    shortages: list[Shortage] = Field(description="人数不足的条件组")
    standby_shortages: list[Shortage] = Field(description="能抽满、但候补不足的条件组；不影响抽取")
    exclusions: list[Exclusion] | None = Field(description="排除原因及人数；没有权限时为 null")
    findings: list[Finding] = Field(description="制度规则的核对结果")
    sealed_seats: int = Field(
        description="这段时间全库名单尚未公开的抽取约占用多少席位（10 的倍数）；人数都不计这些，封存时才排除"
    )


class DrawFilters(Input):
    """By what the list of draws is narrowed."""

    q: str = Field("", max_length=100, description="项目名称、编号、负责人、抽取编号中的字")
    number: str = Field("", max_length=32, description="抽取编号，完全相同")
    project_id: Id | None = Field(None, description="项目，含它所在批次的抽取")
    kind: DrawKind | None = Field(None, description=KIND)
    status: DrawStatus | None = Field(None, description=STATUS)
    sealed_from: Moment | None = Field(None, description="封存时间不早于")
    sealed_to: Moment | None = Field(None, description="封存时间早于")


class ContributionInput(Input):
    role: Contributor = Field(description="以什么身份：operator 经办人，supervisor 监督人")
    value: str = Field(
        min_length=1, max_length=VALUE_LENGTH, description="任意数字或文字，如骰子的点数"
    )


class ReasonInput(Input):
    reason: Reason = Field(description="原因，记入操作日志")


@naming(PROJECT)
class ProjectRef(Output):
    id: int
    number: str
    name: str


class DrawSummary(Output):
    """A draw in the list."""

    id: int
    number: str = Field(description="抽取编号")
    project: ProjectRef = Field(description="项目；批次抽取时为主项目")
    projects: list[ProjectRef] = Field(
        alias="covered", description="共用这一组专家的全部项目，主项目在前"
    )
    kind: DrawKind = Field(description=KIND)
    status: DrawStatus = Field(description=STATUS)
    widens: str | None = Field(
        alias="rule.widens", description="放宽条件补抽时，所补充的抽取的编号"
    )
    operator: str = Field(alias="operator.name", description="抽取人")
    candidate_count: int | None = Field(
        alias="told_candidates", description="候选人数；随机抽取的在名单公开之前为 null"
    )
    seal: str = Field(description="封存值")
    sealed_at: datetime
    ordered_at: datetime | None
    ended_at: datetime | None = Field(alias="told_ended_at", description="结束时间；" + HOUR)
    reveal_at: datetime = Field(
        description="名单公开时间；waits_for_all 时是最晚的时间；随机抽取的到时还有邀请没有结果的，"
        "都有结果后才公开，最晚评审开始时"
    )
    waits_for_all: bool = Field(
        description="名单在全体专家到场签到后公开（封存时的制度如此规定，尚未公开）"
    )
    released_at: datetime | None = Field(description="名单已在何时公开（供有权限的人员查看）")
    published_at: datetime | None = Field(
        description="结果已在何时公布：此后任何人凭核验网址都能看到在席的专家"
    )


class Contribution(Output):
    role: Contributor
    given: bool = Field(description="是否已提供随机值")


class Counts(Output):
    seats: int = Field(description="应抽人数，不含候补")
    standbys: int = Field(description="候补在席的人数")
    invited: int = Field(
        description="已邀请的人数，含补抽和候补；邀请因暂停、免打扰时段或渠道改动还没有发出的也计入"
    )
    accepted: int = Field(description="评审专家中同意的人数，不含候补")
    waiting: int = Field(description="待答复")
    exited: int = Field(description="拒绝、未答复、请假、更换等")


class GroupState(Output):
    code: str = Field(description="条件组代号，与抽取记录相同")
    name: str
    seats: int
    standby_for: str | None = Field(description="候补组：为哪个条件组候补；否则为 null")
    conditions: list[str] = Field(description="各级次条件的中文说明")
    accepted: int
    lack: int = Field(description="空缺的席位")


class Line(Output):
    """One line of a draw, without who stands behind it."""

    line: int = Field(description="行号，与抽取表相同")
    group: str = Field(description="条件组代号")
    is_standby: bool = Field(description="是否候补；递补之后为 false")
    moved_up_at: datetime | None = Field(
        alias="told_moved_up_at", description="何时由候补递补；" + HOUR
    )
    level: int = Field(description="级次")
    origin: Origin = Field(description="drawn 抽取，supplement 补抽，picked 人工，allocated 分配")
    panel_role: PanelRole | Literal[""] = Field(
        description="leader 组长，deputy 副组长，member 委员"
    )
    state: InvitationState = Field(
        alias="told_state",
        description="名单公开之前没有 unreached，也没有到期而来不及答复的 conflict，都以 no_answer 代替",
    )
    invited_at: datetime = Field(alias="told_invited_at", description="邀请时间；" + HOUR)
    reached_at: datetime | None = Field(
        alias="told_reached_at",
        description="邀请送达的时间，答复时限从此起算；null 为待送达，名单公开之前都是 null",
    )
    deadline_at: datetime | None = Field(
        alias="told_until",
        description="答复截止；待送达或暂停时为 null。名单公开之前，各待答复的行相同：本次抽取中最晚的一个，"
        "到分钟，有补抽的到小时（都向后取整），答复之后为 null",
    )
    replied_at: datetime | None = Field(alias="told_replied_at", description="答复时间；" + HOUR)
    replied_via: ReplyVia | Literal["own", ""] = Field(
        alias="told_via", description="答复方式；名单公开之前本人的答复都是 own，不分链接和专家端"
    )


class ActionState(Output):
    """One thing that can be done with a draw."""

    code: ActionCode
    label: str
    permitted: bool = Field(description="令牌用户有没有这项权限")
    allowed: bool = Field(description="现在能不能用接口做")
    why_not: str = Field(description="现在不能做的原因和解决办法；能做时为空")


class DrawOutput(DrawSummary):
    """How a draw stands."""

    seed: str = Field(description="种子；定序之前为空")
    contributors: list[Contribution]
    names_readable_from: datetime | None = Field(
        description="令牌用户从何时起可以查看名单（还有邀请没有结果的，要等都有结果，最晚评审开始时）；null 为没有权限"
    )
    verify_url: str = Field(description="公开的核验网址")
    version: str = Field(description="随任何变化而变，可用来判断是否有更新")
    moves: int = Field(description="改期次数：再改期时以此说明看过的是哪一次的时间、地点")
    actions: list[ActionState] = Field(description="令牌用户现在可以做什么；不能的说明原因")
    counts: Counts
    groups: list[GroupState]
    lines: list[Line]


@naming(EXPERT)
class Named(Output):
    """One line with the expert behind it, once names may be read."""

    line: int
    group: str
    is_standby: bool = Field(description="是否候补")
    state: InvitationState
    projects: list[str] = Field(
        description="参加评审的项目的编号：评审未结束的按现在的席位，已结束的按结束时；候补而未递补的为空"
    )
    number: str = Field(description="专家编号")
    name: str
    employer: str = Field(description="工作单位")
    title: str = Field(description="职称")
    phone: str = Field(description="手机号，按令牌用户的可见级别脱敏")
    gone: str = Field(
        description="在席而应更换的说明：已不在库（黑名单、冻结、已删除）、评审期间请假、单位合并或工作单位变动后应回避，或改期后不能参加；空为没有"
    )
