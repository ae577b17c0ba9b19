"""Why the draws app sends messages, with the default texts.

The default invitation names neither project nor purchaser: whoever learns of it early can be
approached (the practice of several provinces); an administrator may add {{项目名称}}.
"""

from __future__ import annotations

from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion

_LETTER = """{{专家姓名}} 专家：

您好！您已被{{产生方式}}为评审专家，现邀请您参加评审：

评审时间：{{评审时间}}
评审地点：{{评审地点}}
预计时长：{{预计时长}}
联系人：{{联系人}}，{{联系电话}}

请于 {{答复截止}} 前点击下方链接，确认是否参加。逾期未答复视为不参加，名额将另行安排。
{{答复链接}}

本链接仅供您本人使用，请勿转发；请对受邀一事保密。
"""

_SMS = (
    "【专家库】{{专家姓名}}专家，邀您 {{评审时间}} 在{{评审地点}}参加评审，约 {{预计时长}}。"
    "请于 {{答复截止}} 前答复：{{答复链接}}"
)

INVITATION = Occasion(
    code="draw.invitation",
    label="评审邀请",
    placeholders={
        "专家姓名": "王工",
        "产生方式": "随机抽取",
        "评审时间": "2026-12-01 09:00",
        "评审地点": "公共资源交易中心三楼 301 室",
        "预计时长": "4 小时",
        "联系人": "李经办",
        "联系电话": "0571-88886666",
        "答复截止": "2026-11-30 12:00",
        "答复链接": "https://example.cn/r/AbCdEf",
        "项目名称": "市民中心弱电工程",
        "项目编号": "XM20260001",
    },
    defaults={
        ChannelCode.SMS: (
            "",
            _SMS,
        ),
        ChannelCode.EMAIL: ("评审邀请函（{{评审时间}}）", _LETTER),
        ChannelCode.SITE: ("评审邀请（{{评审时间}}）", _LETTER),
    },
)

_SOONER = (
    "{{专家姓名}}专家，您收到的评审邀请（{{评审时间}}）情况紧急，答复时限提前到 {{答复截止}}。"
    "请用原链接尽快答复，或等候工作人员来电；联系人 {{联系人}}，{{联系电话}}。"
)

EMERGENCY = Occasion(
    code="draw.emergency",
    label="应急抽取：答复时限提前",
    placeholders={
        "专家姓名": "王工",
        "评审时间": "2026-12-01 09:00",
        "答复截止": "2026-12-01 07:30",
        "联系人": "李经办",
        "联系电话": "0571-88886666",
    },
    defaults={
        ChannelCode.SMS: ("", "【专家库】" + _SOONER),
        ChannelCode.EMAIL: ("评审邀请的答复时限提前到 {{答复截止}}", _SOONER),
        ChannelCode.SITE: ("评审邀请的答复时限提前到 {{答复截止}}", _SOONER),
    },
)
