"""Why messages about ratings are sent."""

from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion

_SAMPLE = {
    "收件人": "李经办",
    "项目名称": "人民医院门诊楼施工招标",
    "人数": "5",
    "截止时间": "2026-12-15 00:00",
    "网址": "https://zhuanjia.example.cn/evaluations/12/",
}
_OPENED = "{{收件人}}：「{{项目名称}}」评审已结束，请在 {{截止时间}} 前评价 {{人数}} 位评审专家：{{网址}}。"
OPENED = Occasion(
    code="evaluations.opened",
    label="请评价专家（通知评价人）",
    placeholders=_SAMPLE,
    defaults={ChannelCode.SITE: ("请评价专家：{{项目名称}}", _OPENED)},
)
_REMINDED = (
    "{{收件人}}：「{{项目名称}}」的专家评价还没有完成，{{截止时间}} 截止，过时不能再评：{{网址}}。"
)
REMINDED = Occasion(
    code="evaluations.reminded",
    label="专家评价即将截止（通知评价人）",
    placeholders=_SAMPLE,
    defaults={ChannelCode.SITE: ("专家评价即将截止：{{项目名称}}", _REMINDED)},
)
OCCASIONS = (OPENED, REMINDED)
