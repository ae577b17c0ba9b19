from __future__ import annotations

from django.db import models


class OnRejection(models.TextChoices):
    """To whom a step sends back what it does not agree to."""

    APPLICANT = "applicant", "退回申请人"
    PREVIOUS = "previous", "退回上一步"
    STEP = "step", "退回指定步骤"


class StepKind(models.TextChoices):
    """What happens at a step."""

    DECISION = "decision", "审批"
    NOTICE = "notice", "公示"


class Place(models.TextChoices):
    """Of which department those are who decide a step."""

    ANY = "any", "不限部门"
    SUBJECT = "subject", "申请所属部门"
    NAMED = "named", "指定部门（含下级）"


class Agreement(models.TextChoices):
    """Who has to agree before a step is done; anybody who does not, sends back at once."""

    ANY = "any", "任一人同意"
    SOME = "some", "规定人数同意"
    ALL = "all", "全部审批人同意"


class ApprovalState(models.TextChoices):
    RUNNING = "running", "审批中"
    APPROVED = "approved", "已通过"
    REJECTED = "rejected", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"


class Verdict(models.TextChoices):
    """What has come of one decision."""

    COUNTED = "counted", "已记下，等待其他审批人"
    ADVANCED = "advanced", "已转下一步"
    SENT_BACK = "sent_back", "已退回前面的步骤"
    APPROVED = "approved", "已通过"
    REJECTED = "rejected", "已退回申请人"


class RequestOutcome(models.TextChoices):
    """What has come of a request that two persons decide."""

    WAITING = "waiting", "待确认"
    AGREED = "agreed", "已确认"
    TURNED_DOWN = "turned_down", "不同意"
    WITHDRAWN = "withdrawn", "已撤回"
    EXPIRED = "expired", "逾期失效"
    OVERTAKEN = "overtaken", "已终止"


class Proof(models.TextChoices):
    """How a second person showed that it was he who decided."""

    SESSION = "session", "本人登录"
    PASSWORD = "password", "当面确认"
    CODE = "code", "验证码确认"
    APP = "app", "验证器确认"


OUTCOME_TONES = {
    RequestOutcome.WAITING: "orange",
    RequestOutcome.AGREED: "green",
    RequestOutcome.TURNED_DOWN: "red",
    RequestOutcome.WITHDRAWN: "grey",
    RequestOutcome.EXPIRED: "grey",
    RequestOutcome.OVERTAKEN: "grey",
}
