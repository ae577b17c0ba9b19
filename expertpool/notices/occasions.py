"""Why this app sends messages, with the default texts."""

from __future__ import annotations

from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion

# Letters with a personal link, by which somebody without an account confirms: nobody else reads them.
LINK = "notices.link"
_SAMPLES = {
    "专家姓名": "王建国",
    "标题": "关于报送年度培训意向的通知",
    "内容": "请各位专家于 12 月 10 日前选择培训班次。",
    "回执要求": "请打开后点「确认收到」。",
    "链接": "https://zhuanjia.example.cn/my/notices/1/",
}
_LETTER = """{{专家姓名}} 专家：

{{内容}}

{{回执要求}}查看通知：{{链接}}
"""
_HINT = """{{专家姓名}} 专家：

您有一则通知「{{标题}}」。{{回执要求}}
查看通知：{{链接}}
"""
_SMS = "【专家库】{{专家姓名}}专家，您有一则通知「{{标题}}」。{{回执要求}}查看：{{链接}}"
SENT = Occasion(
    code="notice.sent",
    label="专家通知",
    placeholders=_SAMPLES,
    defaults={
        ChannelCode.SITE: ("通知：{{标题}}", _HINT),
        ChannelCode.SMS: ("", _SMS),
        ChannelCode.WECHAT: ("", _SMS.removeprefix("【专家库】")),
        ChannelCode.EMAIL: ("{{标题}}", _LETTER),
    },
)
_REMINDER = """{{专家姓名}} 专家：

通知「{{标题}}」请尽快查看。{{回执要求}}
查看通知：{{链接}}
"""
_REMINDER_SMS = "【专家库】{{专家姓名}}专家，请尽快查看通知「{{标题}}」。{{回执要求}}查看：{{链接}}"
REMINDER = Occasion(
    code="notice.reminder",
    label="提醒阅读专家通知",
    placeholders=_SAMPLES,
    defaults={
        ChannelCode.SITE: ("请尽快查看：{{标题}}", _REMINDER),
        ChannelCode.SMS: ("", _REMINDER_SMS),
        ChannelCode.WECHAT: ("", _REMINDER_SMS.removeprefix("【专家库】")),
        ChannelCode.EMAIL: ("请尽快查看：{{标题}}", _REMINDER),
    },
)
