"""Why this app sends messages, with the default texts."""

from __future__ import annotations

from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion
from expertpool.workflow.registry import result_occasion

_SAMPLE = {
    "专家姓名": "王工",
    "年检": "2026 年度专家年检",
    "截止日期": "2026-12-31",
    "网址": "https://zhuanjia.example.cn/my/inspections/",
}
_OPENED = (
    "{{专家姓名}} 专家：{{年检}}已开始，请在 {{截止日期}} 前登录填报并提交：{{网址}}。{{后果}}"
)
OPENED = Occasion(
    code="inspection.opened",
    label="年检开始（通知专家）",
    placeholders={**_SAMPLE, "后果": "未通过或未按期提交的，自 2027-01-16 起暂停抽取。"},
    defaults={
        ChannelCode.SITE: ("{{年检}}已开始，请在 {{截止日期}} 前提交", _OPENED),
        ChannelCode.EMAIL: ("{{年检}}已开始，请在 {{截止日期}} 前提交", _OPENED),
        ChannelCode.SMS: ("", _OPENED),
        ChannelCode.WECHAT: ("", _OPENED),
    },
)
_REMIND = (
    "{{专家姓名}} 专家：{{年检}}的提交截止日期是 {{截止日期}}（{{剩余}}）。"
    "{{要求}}{{网址}}。{{后果}}"
)
_WHEN = "{{年检}}：提交截止 {{截止日期}}（{{剩余}}）"
# What a reminder says to whom: who has handed in gets one, too, while names are sealed.
ASKED = "您还没有提交，请登录填报并提交（刚提交的请忽略）："
DONE = "正在等待审核，不用再办理，可以在这里查看："
REMINDED = Occasion(
    code="inspection.reminded",
    label="年检催办（通知专家）",
    placeholders={**OPENED.placeholders, "剩余": "还有 7 天", "要求": ASKED},
    defaults={
        ChannelCode.SITE: (_WHEN, _REMIND),
        ChannelCode.EMAIL: (_WHEN, _REMIND),
        ChannelCode.SMS: ("", _REMIND),
        ChannelCode.WECHAT: ("", _REMIND),
    },
)
_DECIDED = "{{专家姓名}} 专家：您的「{{年检}}」审核结果：{{结果}}。{{意见}}{{后续}}查看：{{网址}}"
DECIDED = Occasion(
    code="inspection.decided",
    label="年检审核结果（通知专家）",
    placeholders={
        **{name: _SAMPLE[name] for name in ("专家姓名", "年检", "网址")},
        "结果": "退回修改",
        "意见": "意见：继续教育证明已过期，请补交。",
        "后续": "请在 2027-01-07 前修改后重新提交。",
    },
    defaults={
        ChannelCode.SITE: ("{{年检}}：{{结果}}", _DECIDED),
        ChannelCode.EMAIL: ("{{年检}}：{{结果}}", _DECIDED),
        ChannelCode.SMS: ("", _DECIDED),
        ChannelCode.WECHAT: ("", _DECIDED),
    },
)
_SUSPENDED = (
    "{{专家姓名}} 专家：您没有按期提交「{{年检}}」（截止 {{截止日期}}），即日起暂停抽取。"
    "补交并通过后恢复：{{网址}}；已接受的评审邀请不受影响。"
)
SUSPENDED = Occasion(
    code="inspection.suspended",
    label="年检未按期提交，暂停抽取（通知专家）",
    placeholders=_SAMPLE,
    defaults={
        ChannelCode.SITE: ("没有按期提交「{{年检}}」，已暂停抽取", _SUSPENDED),
        ChannelCode.EMAIL: ("没有按期提交「{{年检}}」，已暂停抽取", _SUSPENDED),
        ChannelCode.SMS: ("", _SUSPENDED),
        ChannelCode.WECHAT: ("", _SUSPENDED),
    },
)
RENEWAL_DECIDED = result_occasion("renewal.decided", "续聘申请")
_RENEWED = "{{专家姓名}} 专家：您在专家库的聘期已续至 {{聘期至}}。感谢您的支持。"
RENEWED = Occasion(
    code="renewal.renewed",
    label="聘期已续（通知专家）",
    placeholders={"专家姓名": "王工", "聘期至": "2029-12-31"},
    defaults={
        ChannelCode.SITE: ("您的聘期已续至 {{聘期至}}", _RENEWED),
        ChannelCode.EMAIL: ("您的聘期已续至 {{聘期至}}", _RENEWED),
        ChannelCode.SMS: ("", _RENEWED),
        ChannelCode.WECHAT: ("", _RENEWED),
    },
)
OCCASIONS = (OPENED, REMINDED, DECIDED, SUSPENDED, RENEWAL_DECIDED, RENEWED)
