from enum import Enum

from django.db import models

# Where a column says what no list knows: somebody else wrote it.
UNKNOWN = "无法识别"


def word_for(choices: type[models.TextChoices], stored: str) -> str:
    """Return the word for what a column says, for pages, which show what was altered too; empty for nothing."""
    if not stored:
        return ""
    return str(choices(stored).label) if stored in choices.values else UNKNOWN


class DrawKind(models.TextChoices):
    """How the experts are found. Only a random draw is sealed and can be verified."""

    RANDOM = "random", "随机抽取"
    MANUAL = "manual", "人工抽取"
    ALLOCATED = "allocated", "专家分配"


# How an expert is told that he was found: nothing else passes for a draw.
HOW: dict[str, str] = {
    DrawKind.RANDOM: "随机抽取",
    DrawKind.MANUAL: "直接选定",
    DrawKind.ALLOCATED: "直接选定",
}


class DrawStatus(models.TextChoices):
    """Life of one draw: sealed, then ordered and inviting, then ended (protocol VDRAW-1, step 7)."""

    SEALED = "sealed", "已封存"
    INVITING = "inviting", "抽取中"
    SUCCESS = "success", "抽取成功"
    SUCCESS_SUPPLEMENT = "success_supplement", "抽取成功（补抽）"
    UNSATISFIED = "unsatisfied", "不满足"
    ABANDONED = "abandoned", "已放弃"
    VOID = "void", "已作废"


# The only allowed changes; `draws.services.status.set_draw_status` is the only door. A trigger of
# the database knows the same table.
STATUS_TRANSITIONS: dict[str, frozenset[str]] = {
    DrawStatus.SEALED: frozenset({DrawStatus.INVITING, DrawStatus.ABANDONED}),
    DrawStatus.INVITING: frozenset(
        {
            DrawStatus.SUCCESS,
            DrawStatus.SUCCESS_SUPPLEMENT,
            DrawStatus.UNSATISFIED,
            DrawStatus.VOID,
        }
    ),
    # Back to inviting when a seat became free, or is filled again.
    DrawStatus.SUCCESS: frozenset({DrawStatus.INVITING, DrawStatus.VOID}),
    DrawStatus.SUCCESS_SUPPLEMENT: frozenset({DrawStatus.INVITING, DrawStatus.VOID}),
    DrawStatus.UNSATISFIED: frozenset({DrawStatus.INVITING, DrawStatus.VOID}),
    DrawStatus.ABANDONED: frozenset(),
    DrawStatus.VOID: frozenset(),
}
# Nobody comes after another by himself where persons chose.
ONLY_RANDOM = frozenset({DrawStatus.SUCCESS_SUPPLEMENT})
RUNNING = (DrawStatus.SEALED, DrawStatus.INVITING)
INVALID = (DrawStatus.ABANDONED, DrawStatus.VOID)


def next_statuses(kind: str, status: str) -> frozenset[str]:
    """Return where a draw of ``kind`` may go from ``status``."""
    allowed = STATUS_TRANSITIONS[status]
    return allowed if kind == DrawKind.RANDOM else allowed - ONLY_RANDOM


# The words for those states where nothing was drawn.
MANUAL_STATUS_LABEL: dict[str, str] = {
    DrawStatus.SEALED: "待确认",
    DrawStatus.INVITING: "邀请中",
    DrawStatus.SUCCESS: "人员已定",
    DrawStatus.UNSATISFIED: "不满足",
    DrawStatus.ABANDONED: "未确认",
    DrawStatus.VOID: "已作废",
}


# Who may give a random value after the seal, and by which right.
SUPERVISOR = "supervisor"
CONTRIBUTOR_LABEL = {"operator": "经办人", SUPERVISOR: "监督人"}
CONTRIBUTOR_PERMISSION = {"operator": "draws.run", SUPERVISOR: "draws.confirm_steps"}


class ActionCode(models.TextChoices):
    """What can be done with a draw, or begun for a project; `draws.queries.actions` says when."""

    PLAN = "plan", "设置抽取方案"
    DELETE_PLAN = "delete_plan", "删除方案"
    SUBMIT_PLAN = "submit_plan", "提交审核"
    WITHDRAW_PLAN = "withdraw_plan", "撤回"
    DECIDE_PLAN = "decide_plan", "审核方案"
    START = "start", "开始抽取"
    PICK = "pick", "人工抽取、专家分配"
    WIDEN_PLAN = "widen_plan", "放宽条件"
    CONTRIBUTE = "contribute", "提供随机值"
    ABANDON = "abandon", "放弃抽取"
    SUPPLEMENT = "supplement", "再补抽一次"
    WIDEN = "widen", "按放宽的条件补抽"
    DECIDE_WIDENING = "decide_widening", "确认放宽条件补抽"
    PICK_MORE = "pick_more", "另选专家"
    AGREE_PICKS = "agree_picks", "确认人选"
    TURN_DOWN_PICKS = "turn_down_picks", "退回人选"
    WITHDRAW_PICKS = "withdraw_picks", "撤回人选"
    SET_ROLES = "set_roles", "设置角色"
    DECLARE_EMERGENCY = "declare_emergency", "申请应急抽取"
    DECIDE_EMERGENCY = "decide_emergency", "确认应急抽取"
    ASK_EMERGENCY_END = "ask_emergency_end", "申请取消应急"
    END_EMERGENCY = "end_emergency", "取消应急抽取"
    ASK_VOID = "ask_void", "申请作废"
    DECIDE_VOID = "decide_void", "确认作废"
    ASK_RELEASE = "ask_release", "提前公开名单"
    DECIDE_RELEASE = "decide_release", "确认公开"
    PUBLISH = "publish", "公布结果"
    RECORD_REPLY = "record_reply", "申请代登记"
    SEND_AT_ONCE = "send_at_once", "立即发出推迟的通知"
    SEND_AGAIN = "send_again", "重新发送邀请"
    PAUSE = "pause", "暂停抽取"
    RESUME = "resume", "恢复抽取"
    RESUME_CHANGED = "resume_changed", "核对改动后恢复"
    RESCHEDULE = "reschedule", "改期"
    DECIDE_RESCHEDULE = "decide_reschedule", "确认提前评审"


class AlarmKind(models.TextChoices):
    """What is amiss with a draw: it should have happened and did not (`draws.services.overdue` finds
    and does it), its record does not hold (`draws.services.checking`), or somebody else than this
    system wrote when its names open (`draws.queries.reveal`), what a line says
    (`draws.queries.written`), declared an emergency (`draws.queries.emergency`) or asked for something
    (`workflow.queries.asking`), or by what somebody is reached (`draws.services.shut_contacts`), or took the end of
    the log back (`audit.services.kept`); or that it waited to be ordered until its panel sat, or that time without
    service was given back (`draws.services.outage`), which is over when it is told."""

    ANSWERS = "answers", "到期的邀请没有按时处理"
    CLOCK = "clock", "已送达的邀请没有开始计时"
    RELEASE = "release", "名单没有按时公开"
    END = "end", "抽取没有按时结束"
    RECORD = "record", "抽取记录核验不一致"
    REVEAL = "reveal", "名单公开时间被改动，姓名保持密封"
    EMERGENCY = "emergency", "应急抽取不是在系统中宣布的，不起作用"
    REQUEST = "request", "有申请不是在系统中提出的，不起作用"
    UNORDERED = "unordered", "未定序，评审已过"
    LINE = "line", "邀请的状态、计时或签到被改动，不起作用"
    ORDER = "order", "随机值已齐，没有定序"
    CONTACT = "contact", "有受邀专家的手机号或邮箱无法读取"
    LOG = "log", "操作日志末尾被改写，到期的邀请暂不算未答复"
    OFF = "off", "系统停机，答复时限已顺延"


class PanelRole(models.TextChoices):
    """What an expert is in the panel."""

    LEADER = "leader", "组长"
    DEPUTY = "deputy", "副组长"
    MEMBER = "member", "委员"


class InvitationState(models.TextChoices):
    INVITED = "invited", "待答复"
    ACCEPTED = "accepted", "同意"
    DECLINED = "declined", "拒绝"
    NO_ANSWER = "no_answer", "未答复"
    UNREACHED = "unreached", "未送达"
    LEAVE = "leave", "请假"
    REPLACED = "replaced", "更换"
    CONFLICT = "conflict", "冲突"
    CANCELLED = "cancelled", "已取消"


# The exit reason in the record for each state that ends a seat.
EXIT_REASON: dict[str, str] = {
    InvitationState.DECLINED: "declined",
    InvitationState.NO_ANSWER: "no_answer",
    InvitationState.UNREACHED: "unreached",
    InvitationState.LEAVE: "leave",
    InvitationState.REPLACED: "replaced",
    InvitationState.CONFLICT: "conflict",
}
# Those who sit; every other state is an exit.
SEATED_STATES = (InvitationState.INVITED, InvitationState.ACCEPTED)


# What the ids of standby groups begin with; those of ordinary groups never do.
STANDBY_LETTER = "s"


class Origin(models.TextChoices):
    DRAWN = "drawn", "抽取"
    SUPPLEMENT = "supplement", "补抽"
    PICKED = "picked", "人工"
    ALLOCATED = "allocated", "分配"


class ReplyVia(models.TextChoices):
    LINK = "link", "链接"
    PORTAL = "portal", "专家端"
    SMS = "sms", "短信回复"
    VOICE = "voice", "电话按键"
    WECHAT = "wechat", "微信回复"
    OPERATOR = "operator", "经办人登记"
    DEADLINE = "deadline", "到期"
    SYSTEM = "system", "系统"


BY_HIMSELF = (
    ReplyVia.LINK,
    ReplyVia.PORTAL,
    ReplyVia.SMS,
    ReplyVia.VOICE,
    ReplyVia.WECHAT,
)


class StepVia(models.TextChoices):
    """By which way a step of a draw was taken, the ``via`` of its events: an answer by its `ReplyVia`,
    everything else by a person on a page of the system, or by the system."""

    LINK = ReplyVia.LINK.value, ReplyVia.LINK.label
    PORTAL = ReplyVia.PORTAL.value, ReplyVia.PORTAL.label
    SMS = ReplyVia.SMS.value, ReplyVia.SMS.label
    VOICE = ReplyVia.VOICE.value, ReplyVia.VOICE.label
    WECHAT = ReplyVia.WECHAT.value, ReplyVia.WECHAT.label
    OPERATOR = ReplyVia.OPERATOR.value, ReplyVia.OPERATOR.label
    DEADLINE = ReplyVia.DEADLINE.value, ReplyVia.DEADLINE.label
    SYSTEM = ReplyVia.SYSTEM.value, ReplyVia.SYSTEM.label
    PAGE = "page", "在系统中办理"


class StepReason(models.TextChoices):
    """Why a step of a draw was taken: the ``reason_code`` of its events. What a person wrote beside it
    stays with the invitation: it may name somebody."""

    ORDERED = "ordered", "定序后首次入席"
    OWN_ANSWER = "own_answer", "专家本人答复"
    TOLD = "told", "专家告知经办人"
    LISTED = "listed", "按列明的原因更换"
    DEADLINE = "deadline", "答复时限已到"
    UNAVAILABLE = "unavailable", "已不能参加"
    POOL_CHANGED = "pool_changed", "封存后专家资料被改动"
    SEAT_FREE = "seat_free", "席位空出，按次序补抽"
    ASKED_AGAIN = "asked_again", "经办人要求再补抽一次"
    RESCHEDULED = "rescheduled", "改期"
    ALL_ANSWERED = "all_answered", "邀请都已有结果"
    PANEL_SITS = "panel_sits", "评审已开始"
    ALL_PRESENT = "all_present", "在席专家全部到场签到"
    REVEAL_TIME = "reveal_time", "已到名单公开时间"
    OPENING_NEAR = "opening_near", "评审临近"
    TWO_PERSONS = "two_persons", "两人申请并确认"
    SERVICE_OFF = "service_off", "系统停机，其间的时间不计入答复时限"
    OTHER = "other", "其他，见登记的理由"


class NoteCode(models.TextChoices):
    """What happened to a draw that changes no seat: the ``code`` of an event ``note``."""

    EMERGENCY = "emergency", "转为应急抽取"
    EMERGENCY_ENDED = "emergency_ended", "取消应急抽取"
    EARLY_RELEASE = "early_release", "提前公开名单"
    ALL_PRESENT = "all_present", "全体到场签到，公开名单"
    RELEASED = "released", "到时公开名单"
    PAUSED = "paused", "暂停抽取"
    RESUMED = "resumed", "恢复抽取"
    DEADLINE_MOVED = "deadline_moved", "改动答复截止"
    SENT_AT_ONCE = "sent_at_once", "不等免打扰时段，立即发出邀请"


class ExclusionReason(models.TextChoices):
    """Why somebody who fits a group is no candidate; the counts stand in the sealed rule."""

    NOT_FORMAL = "not_formal", "未正式入库或冻结"
    EXPIRED = "expired", "聘期已过"
    SUSPENDED = "suspended", "暂停抽取（年检未通过、本人撤回同意）"
    DELETED = "deleted", "已删除"
    BLACKLISTED = "blacklisted", "黑名单"
    ON_LEAVE = "on_leave", "请假"
    HELD = "held", "时间冲突"
    AVOIDED_UNIT = "avoided_unit", "单位回避"
    AVOIDED_PERSON = "avoided_person", "人员回避"
    AVOIDED_PERIOD = "avoided_period", "时间段回避"
    FREQUENCY_CAP = "frequency_cap", "超过参评次数上限"
    IN_PANEL = "in_panel", "已抽中过（本项目）"
    UNIT_FULL = "unit_full", "所在单位人数已满（本项目）"
    NOT_FITTING = "not_fitting", "已不符合条件"
    NOT_SHARED = "not_shared", "所属部门未共享"


class Knowledge(Enum):
    """What exclusions rest on: only on what may be told to whoever may count, or on ``ALL``, with
    who is held and took part where names are still sealed, and with what experts did themselves since then
    (docs/decisions/0185). Counts before the seal are ``OPEN``: by
    conditions of his own somebody would find out who sits (docs/decisions/0080)."""

    OPEN = "open"
    ALL = "all"


# The reasons that rest on other draws, or on the panel's own: on sealed names where those are sealed.
RESTS_ON_DRAWS = frozenset(
    {
        ExclusionReason.HELD,
        ExclusionReason.AVOIDED_PERIOD,
        ExclusionReason.FREQUENCY_CAP,
        ExclusionReason.IN_PANEL,
        ExclusionReason.UNIT_FULL,
    }
)


# The reasons of skip and exit events in the record (protocol VDRAW-1, step 6).
SKIP_REASON: dict[str, str] = {
    ExclusionReason.NOT_FORMAL: "frozen",
    ExclusionReason.EXPIRED: "expired",
    ExclusionReason.SUSPENDED: "frozen",
    ExclusionReason.DELETED: "removed",
    ExclusionReason.BLACKLISTED: "blacklisted",
    ExclusionReason.ON_LEAVE: "on_leave",
    ExclusionReason.HELD: "busy",
    ExclusionReason.AVOIDED_UNIT: "avoided",
    ExclusionReason.AVOIDED_PERSON: "avoided",
    ExclusionReason.AVOIDED_PERIOD: "avoided",
    ExclusionReason.FREQUENCY_CAP: "ineligible",
    ExclusionReason.IN_PANEL: "ineligible",
    ExclusionReason.UNIT_FULL: "ineligible",
    ExclusionReason.NOT_FITTING: "ineligible",
    ExclusionReason.NOT_SHARED: "ineligible",
}


# The kind of those files of a draw that people keep with it, and that nobody removes.
SUPPLIED = "supplied"


class SheetKind(models.TextChoices):
    """The papers of a draw that customers may have in a form of their own (see `papers`)."""

    DRAW = "draw_sheet", "抽取表"
    SIGN_IN = "sign_in_sheet", "签到表"
