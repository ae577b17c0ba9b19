from django.db import models


class FeeOutcome(models.TextChoices):
    """What came of an expert's review, as far as his fee goes."""

    COMPLETED = "completed", "完成评审"
    ABORTED = "aborted", "项目终止（废标）"
    NOT_REVIEWED = "not_reviewed", "到场未评审"
    RECUSED = "recused", "到场需回避"
    UNFINISHED = "unfinished", "未完成评审"


TIMED = (FeeOutcome.COMPLETED, FeeOutcome.ABORTED)  # paid by the time
# Of who did not sit to the end.
SENT_HOME = (FeeOutcome.NOT_REVIEWED, FeeOutcome.RECUSED, FeeOutcome.UNFINISHED)


class Pays(models.TextChoices):
    """Who pays by a rate: the purchaser, the department that holds the review for him, or the office as it is set."""

    OWNER = "owner", "采购人"
    AGENCY = "agency", "代理机构（所属部门）"
    CENTRE = "centre", "本单位（系统设置的付款单位）"


class FeeState(models.TextChoices):
    """How far a fee has come."""

    DRAFT = "draft", "待发送"
    SENT = "sent", "待签字"
    SIGNED = "signed", "已签字"
    PAYING = "paying", "付款中"
    PAID = "paid", "已付款"
    # Of a correction by which less is due: what was paid too much comes back.
    TO_RECEIVE = "to_receive", "待收回"
    RECEIVED = "received", "已收回"
    REVERSED = "reversed", "已冲销"


class BatchState(models.TextChoices):
    """How far a batch has come."""

    ASKED = "asked", "待复核"
    APPROVED = "approved", "已批准"
    DROPPED = "dropped", "已退回"


class PaymentState(models.TextChoices):
    """What came of a payment."""

    WAITING = "waiting", "待付款"
    PAID = "paid", "已付款"
    RETURNED = "returned", "银行退回"
    DROPPED = "dropped", "已作废"


class CheckState(models.TextChoices):
    """Whether an account may be paid to."""

    WAITING = "waiting", "待核对"
    CONFIRMED = "confirmed", "已核对"
    REFUSED = "refused", "未通过"
    ENDED = "ended", "已更换"
