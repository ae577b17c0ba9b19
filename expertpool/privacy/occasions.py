"""Why messages about personal data are sent."""

from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion

_ANSWERED = "{{专家姓名}}专家：您提出的个人信息请求「{{事项}}」，管理单位的答复：{{结果}}。{{答复}}"
ANSWERED = Occasion(
    code="privacy.answered",
    label="个人信息请求的答复",
    placeholders={
        "专家姓名": "王工",
        "事项": "说明处理规则、抽取结果",
        "结果": "同意",
        "答复": "抽取记录可以在公开页面核验，规则见附件。",
    },
    defaults={
        ChannelCode.SITE: ("个人信息请求：{{结果}}", _ANSWERED),
        ChannelCode.EMAIL: ("个人信息请求：{{结果}}", _ANSWERED),
        ChannelCode.SMS: ("", _ANSWERED),
        ChannelCode.WECHAT: ("", _ANSWERED),
    },
)
_DUE = "{{收件人}}，专家的个人信息请求有 {{件数}} 件{{情况}}，请尽快答复：{{链接}}"
DUE = Occasion(
    code="privacy.due",
    label="个人信息请求即将到期、已超期",
    placeholders={
        "收件人": "管理员老张",
        "件数": "2",
        "情况": "将在 3 个工作日内到期",
        "链接": "https://zhuanjia.example.cn/privacy/requests/",
    },
    defaults={
        ChannelCode.SITE: ("个人信息请求{{情况}}", _DUE),
        ChannelCode.EMAIL: ("个人信息请求{{情况}}", _DUE),
    },
)
OCCASIONS = (ANSWERED, DUE)
