"""Why messages about fees are sent."""

from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion

_HIS = {
    "专家姓名": "王工",
    "项目名称": "人民医院门诊楼施工招标",
    "网址": "https://zhuanjia.example.cn/my/fees/",
}
# The sum stands in the letter alone: a text message is read by whoever holds the telephone.
_SENT = "{{专家姓名}}专家：您参加「{{项目名称}}」评审的劳务费确认函已发出，请核对后签字：{{网址}}"
SENT = Occasion(
    code="fees.sent",
    label="请签劳务费确认函（通知专家）",
    placeholders=_HIS,
    defaults={
        ChannelCode.SITE: ("请签「{{项目名称}}」的劳务费确认函", _SENT),
        ChannelCode.EMAIL: ("请签「{{项目名称}}」的劳务费确认函", _SENT),
        ChannelCode.SMS: ("", _SENT),
    },
)
_REVERSED = "{{专家姓名}}专家：您参加「{{项目名称}}」评审的劳务费确认函已作废（{{原因}}），改正后会重新发给您：{{网址}}"
REVERSED = Occasion(
    code="fees.reversed",
    label="劳务费确认函作废（通知专家）",
    placeholders={**_HIS, "原因": "时间登记有误"},
    defaults={
        ChannelCode.SITE: ("「{{项目名称}}」的劳务费确认函已作废", _REVERSED),
        ChannelCode.EMAIL: ("「{{项目名称}}」的劳务费确认函已作废", _REVERSED),
        ChannelCode.SMS: ("", _REVERSED),
    },
)
OCCASIONS = (SENT, REVERSED)
