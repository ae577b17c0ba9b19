from django.db import models


class Regime(models.TextChoices):
    """The law a project is under; each has its rule set in `projects.rules`."""

    TENDER = "tender", "招标投标"
    PROCUREMENT = "procurement", "政府采购"
    INTERNAL = "internal", "内部评审"


class RegimeOption(models.TextChoices):
    """What an installation may switch on for a regime; off unless it did."""

    MANUAL_WAYS = "manual_ways", "允许人工抽取和专家分配"
    ONE_LEADER = "one_leader", "评审组必须有且只有一名组长"
    LEFT_NEVER_COUNT = "left_never_count", "中途退出的专家，已提交的评分表一律不计入结果"
    PUBLIC_PANEL = "public_panel", "评审结束后可以公布评审专家名单"


class ProjectStatus(models.TextChoices):
    DRAFT = "draft", "草稿"
    PENDING = "pending", "待审核"
    APPROVED = "approved", "已审核"
    REJECTED = "rejected", "已退回"
    ARCHIVED = "archived", "已归档"


# The only allowed changes; `projects.services.state.set_project_status` is the only door.
STATUS_TRANSITIONS: dict[str, frozenset[str]] = {
    ProjectStatus.DRAFT: frozenset({ProjectStatus.PENDING}),
    ProjectStatus.PENDING: frozenset(
        {ProjectStatus.APPROVED, ProjectStatus.REJECTED, ProjectStatus.DRAFT}
    ),
    # Sent back, an application may also be archived: nobody goes on with it.
    ProjectStatus.REJECTED: frozenset(
        {ProjectStatus.PENDING, ProjectStatus.DRAFT, ProjectStatus.ARCHIVED}
    ),
    # Back to draft only before the draw: what was approved cannot be altered behind the approval.
    ProjectStatus.APPROVED: frozenset({ProjectStatus.ARCHIVED, ProjectStatus.DRAFT}),
    ProjectStatus.ARCHIVED: frozenset(),
}


class DrawState(models.TextChoices):
    """Where the draw of a project stands; the draws app moves it through
    `projects.services.state.set_draw_state`."""

    NOT_DRAWN = "not_drawn", "未抽取"
    DRAWING = "drawing", "抽取中"
    SUCCESS = "success", "抽取成功"
    UNSATISFIED = "unsatisfied", "不满足"
    SUCCESS_SUPPLEMENT = "success_supplement", "抽取成功（补抽）"


DRAW_TRANSITIONS: dict[str, frozenset[str]] = {
    DrawState.NOT_DRAWN: frozenset({DrawState.DRAWING}),
    # Not drawn again: it was given up or voided, and another draw may come.
    DrawState.DRAWING: frozenset(
        {
            DrawState.SUCCESS,
            DrawState.UNSATISFIED,
            DrawState.SUCCESS_SUPPLEMENT,
            DrawState.NOT_DRAWN,
        }
    ),
    # Drawing again: somebody left, and his seat is being filled.
    DrawState.SUCCESS: frozenset({DrawState.DRAWING, DrawState.NOT_DRAWN}),
    DrawState.UNSATISFIED: frozenset({DrawState.DRAWING, DrawState.NOT_DRAWN}),
    # Void may be the draw alone that completed the panel, beside one that fell short.
    DrawState.SUCCESS_SUPPLEMENT: frozenset(
        {DrawState.DRAWING, DrawState.NOT_DRAWN, DrawState.UNSATISFIED}
    ),
}


class AvoidanceSubject(models.TextChoices):
    UNIT = "unit", "回避单位"
    PERSON = "person", "回避人员"
    PERIOD = "period", "回避时间段"


class PersonRole(models.TextChoices):
    """What an avoided person has to do with the project.

    Who wrote the tender documents or advised on them does not judge what was written: the relation
    may affect fairness (政府采购评审专家管理办法 财库〔2016〕198号 第十六条). The heads of bidders are
    named for their relatives among the experts (政府采购法实施条例 第九条).
    """

    AUTHOR = "author", "采购文件编制人"
    REVIEWER = "reviewer", "采购文件论证人"
    HEAD = "head", "投标人的负责人"
    OTHER = "other", "其他"


class Severity(models.TextChoices):
    """What a finding of the rule check does: it tells, or it stops the draw."""

    WARNING = "warning", "提示"
    BLOCKING = "blocking", "阻止抽取"


class EvidenceKind(models.TextChoices):
    """The kinds of a project's files that prove how it was drawn."""

    RECORDING = "recording", "抽取录屏"
    CALL_RECORDING = "call_recording", "通话录音"
    DRAW_SHEET = "draw_sheet", "抽取表"


class FileAudience(models.TextChoices):
    """Who reads a file of a project or of a batch, as whoever uploads it chooses: the first unless he says
    otherwise. Experts read it once they have agreed to come."""

    INTERNAL = "internal", "仅内部"
    EXPERTS = "experts", "应邀专家可见"
