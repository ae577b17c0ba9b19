"""Why messages about points are sent."""

from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion

_ANSWERED = "{{专家姓名}}专家：您申请的服务「{{服务}}」，管理单位的答复：{{结果}}。{{答复}}"
ANSWERED = Occasion(
    code="points.answered",
    label="服务申请的答复",
    placeholders={
        "专家姓名": "王工",
        "服务": "评审用车接送",
        "结果": "同意",
        "答复": "请提前一天告诉联系人出发地点。",
    },
    defaults={
        ChannelCode.SITE: ("服务申请：{{结果}}", _ANSWERED),
        ChannelCode.EMAIL: ("服务申请：{{结果}}", _ANSWERED),
        ChannelCode.SMS: ("", _ANSWERED),
        ChannelCode.WECHAT: ("", _ANSWERED),
    },
)
