from enum import IntEnum

from django.db import models


class ChannelCode(models.TextChoices):
    EMAIL = "email", "邮件"
    SMS = "sms", "短信"
    SITE = "site", "站内信"
    VOICE = "voice", "语音"
    WECHAT = "wechat", "微信"


class Urgency(IntEnum):
    """What goes out first of what waits: the higher, the sooner (docs/decisions/0443). Declared with the occasion."""

    USUAL = 0  # whatever many are told at once, and nobody waits for
    SOON = 10  # lets somebody begin, one or a thousand of them: accounts that were opened
    TIMED = 20  # a term runs for whoever gets it, or somebody else waits for what he decides
    WAITED_FOR = 30  # whoever asked for it sits before the page: codes, links


class AddressKind(models.TextChoices):
    """Of what address a channel lives; what rings stands first."""

    PHONE = "phone", "手机号"
    EMAIL = "email", "邮箱"
    WECHAT = "wechat", "微信"
    ACCOUNT = "account", "系统账号"


class DeliveryState(models.TextChoices):
    """States only move forward; UNKNOWN: sending began and nobody knows how it ended; NO_ACCOUNT: a
    site message for somebody who has no account, which is no fault."""

    QUEUED = "queued", "待发送"
    SENDING = "sending", "发送中"
    SENT = "sent", "已发送"
    DELIVERED = "delivered", "已送达"
    READ = "read", "已读"
    FAILED = "failed", "发送失败"
    NO_ACCOUNT = "no_account", "未开通账号"
    UNKNOWN = "unknown", "结果未知"
    CANCELLED = "cancelled", "已取消"


# What may follow each state. The one way back, sending → queued, is an attempt that is known to
# have had no effect, or may be repeated without harm.
TRANSITIONS: dict[DeliveryState, frozenset[DeliveryState]] = {
    # Delivered: by an attempt that its provider seemed to turn down.
    DeliveryState.QUEUED: frozenset(
        {DeliveryState.SENDING, DeliveryState.CANCELLED, DeliveryState.DELIVERED}
    ),
    DeliveryState.SENDING: frozenset(
        {
            DeliveryState.QUEUED,
            DeliveryState.SENT,
            DeliveryState.DELIVERED,
            DeliveryState.FAILED,
            DeliveryState.UNKNOWN,
            # A call that rang when he had answered by another way.
            DeliveryState.CANCELLED,
        }
    ),
    # Handed over is not arrived: it may come back.
    DeliveryState.SENT: frozenset(
        {DeliveryState.DELIVERED, DeliveryState.READ, DeliveryState.FAILED}
    ),
    DeliveryState.DELIVERED: frozenset({DeliveryState.READ}),
    DeliveryState.READ: frozenset(),
    DeliveryState.FAILED: frozenset(),
    DeliveryState.NO_ACCOUNT: frozenset(),
    # A report of the provider may still come.
    DeliveryState.UNKNOWN: frozenset(
        {DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.FAILED}
    ),
    DeliveryState.CANCELLED: frozenset(),
}


class PutOff(models.TextChoices):
    """For what a message waits, besides for its subject."""

    DOWN = "down", "渠道故障，恢复后自动发出"
    PACE = "pace", "按发送速度排队"


STATE_TONES = {
    DeliveryState.QUEUED: "grey",
    DeliveryState.SENDING: "blue",
    DeliveryState.SENT: "green",
    DeliveryState.DELIVERED: "green",
    DeliveryState.READ: "green",
    DeliveryState.FAILED: "red",
    DeliveryState.NO_ACCOUNT: "grey",
    DeliveryState.UNKNOWN: "amber",
    DeliveryState.CANCELLED: "grey",
}


class AttemptState(models.TextChoices):
    """How one attempt to send a message ended, and what its provider told of it since."""

    SENDING = "sending", "发送中"
    ACCEPTED = "accepted", "已提交"
    DELIVERED = "delivered", "已送达"
    UNDELIVERED = "undelivered", "未送达"
    REJECTED = "rejected", "被拒收"
    RETRY = "retry", "稍后再试"
    DOWN = "down", "渠道故障"
    UNKNOWN = "unknown", "结果未知"
    CALLED_OFF = "called_off", "已撤回"


# The same for attempts: a receipt moves one forward, never back.
ATTEMPT_TRANSITIONS: dict[AttemptState, frozenset[AttemptState]] = {
    **{state: frozenset() for state in AttemptState},
    AttemptState.SENDING: frozenset(AttemptState) - {AttemptState.SENDING},
    AttemptState.UNKNOWN: frozenset(
        {
            AttemptState.ACCEPTED,
            AttemptState.DELIVERED,
            AttemptState.UNDELIVERED,
            AttemptState.REJECTED,
        }
    ),
    AttemptState.ACCEPTED: frozenset({AttemptState.DELIVERED, AttemptState.UNDELIVERED}),
    # It seemed to be turned down, and arrived all the same.
    AttemptState.RETRY: frozenset({AttemptState.DELIVERED}),
}

ATTEMPT_TONES = {
    AttemptState.SENDING: "blue",
    AttemptState.ACCEPTED: "green",
    AttemptState.DELIVERED: "green",
    AttemptState.UNDELIVERED: "red",
    AttemptState.REJECTED: "red",
    AttemptState.RETRY: "amber",
    AttemptState.DOWN: "amber",
    AttemptState.UNKNOWN: "amber",
    AttemptState.CALLED_OFF: "grey",
}


class Decision(models.TextChoices):
    """What somebody wrote back, or which key he pressed."""

    YES = "yes", "同意"
    NO = "no", "不能参加"
    UNCLEAR = "unclear", "未识别"
    STOP = "stop", "要求退订"  # says nothing of what he was asked
    DOUBTED = (
        "doubted",
        "存疑",
    )  # right, but so many wrong ones came in its name that it may be guessed


class DeliveryEventKind(models.TextChoices):
    """What a provider tells of an attempt afterwards; the last counts for most. What is heard on a telephone only tells how it
    went (`services.outcomes.MEANING`)."""

    RINGING = "ringing", "对方振铃"
    ANSWERED = "answered", "已接听"
    SUBMITTED = "submitted", "服务商已收下"
    ABSENT = "absent", "服务商没有这条记录"
    UNDELIVERED = "undelivered", "未送达"
    DELIVERED = "delivered", "已送达"


class Charged(models.TextChoices):
    """For what a provider asks money."""

    MESSAGES = "messages", "条"
    PARTS = "parts", "条（长短信按段）"
    ANSWERED = "answered", "次接通"
    MINUTES = "minutes", "分钟通话"


class TemplateStatus(models.TextChoices):
    """How a text of the office stands, as its list says it."""

    WRITTEN = "written", "数据库被直接改动"
    REFUSED = "refused", "不采用"
    OFF = "off", "停用"
    LACKING = "lacking", "缺服务商模板编号"
    EDITED = "edited", "已修改"
    DEFAULT = "default", "默认"

    @property
    def tone(self) -> str:
        return _TONES.get(self, "red")


_TONES = {
    TemplateStatus.OFF: "orange",
    TemplateStatus.EDITED: "blue",
    TemplateStatus.DEFAULT: "grey",
}
