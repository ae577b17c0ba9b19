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
_HIS = {
    "专家姓名": "王工",
    "项目名称": "人民医院门诊楼施工招标",
    "网址": "https://zhuanjia.example.cn/my/evaluations/",
}
_ASKED = "{{专家姓名}}专家：您参加的「{{项目名称}}」评审已结束，请在 {{截止时间}} 前评价组织单位的工作（不显示姓名）：{{网址}}"
ASKED = Occasion(
    code="evaluations.asked",
    by_kind=True,
    label="请评价组织单位（通知专家）",
    placeholders={**_HIS, "截止时间": "2026-12-15 00:00"},
    defaults={
        ChannelCode.SITE: ("请评价「{{项目名称}}」的组织工作", _ASKED),
        ChannelCode.EMAIL: ("请评价「{{项目名称}}」的组织工作", _ASKED),
        ChannelCode.SMS: ("", _ASKED),
        ChannelCode.WECHAT: ("", _ASKED),
    },
)
_CLOSED = "{{专家姓名}}专家：您参加「{{项目名称}}」评审的评价可以查看了；有异议的，{{申诉截止}} 前可以申诉一次：{{网址}}"
CLOSED = Occasion(
    code="evaluations.closed",
    by_kind=True,
    label="评价可以查看（通知专家）",
    placeholders={**_HIS, "申诉截止": "2026-12-29 00:00"},
    defaults={
        ChannelCode.SITE: ("您参加的评审有了评价：{{项目名称}}", _CLOSED),
        ChannelCode.EMAIL: ("您参加的评审有了评价：{{项目名称}}", _CLOSED),
        ChannelCode.SMS: ("", _CLOSED),
        ChannelCode.WECHAT: ("", _CLOSED),
    },
)
_ANSWERED = "{{专家姓名}}专家：您对「{{项目名称}}」评价的申诉，管理单位的答复：{{结果}}。{{答复}} 查看：{{网址}}"
ANSWERED = Occasion(
    code="evaluations.answered",
    by_kind=True,
    label="评价申诉的答复（通知专家）",
    placeholders={**_HIS, "结果": "撤销这份评价", "答复": "经核对，当天签到系统故障，迟到不实。"},
    defaults={
        ChannelCode.SITE: ("评价申诉的答复：{{结果}}", _ANSWERED),
        ChannelCode.EMAIL: ("评价申诉的答复：{{结果}}", _ANSWERED),
        ChannelCode.SMS: ("", _ANSWERED),
        ChannelCode.WECHAT: ("", _ANSWERED),
    },
)
_OF_HIS = "{{收件人}}：您在「{{项目名称}}」中给的一份评价，专家提出申诉，{{答复人}}的答复：{{结果}}。查看：{{网址}}"
ANSWERED_RATER = Occasion(
    code="evaluations.answered_rater",
    label="评价申诉的答复（通知评价人）",
    placeholders={
        **{name: _SAMPLE[name] for name in ("收件人", "项目名称", "网址")},
        "答复人": "张建国",
        "结果": "撤销这份评价，不再计入",
    },
    defaults={ChannelCode.SITE: ("您给的评价有申诉答复：{{结果}}", _OF_HIS)},
)
_CAUTIONED = "{{专家姓名}}专家：管理单位给予您警告。原因：{{原因}} 有异议的，{{申诉截止}} 前可以申诉一次：{{网址}}"
CAUTIONED = Occasion(
    code="evaluations.cautioned",
    label="警告（通知专家）",
    placeholders={
        "专家姓名": "王工",
        "原因": "2026-12-08 评审迟到二十分钟，评审中接听电话。",
        "申诉截止": "2026-12-29 00:00",
        "网址": "https://zhuanjia.example.cn/my/evaluations/",
    },
    defaults={
        ChannelCode.SITE: ("您受到警告", _CAUTIONED),
        ChannelCode.EMAIL: ("您受到警告", _CAUTIONED),
        ChannelCode.SMS: ("", _CAUTIONED),
        ChannelCode.WECHAT: ("", _CAUTIONED),
    },
)
_LIFTED = "{{专家姓名}}专家：管理单位撤销了给您的警告（{{警告原因}}），不再计入。原因：{{原因}} 查看：{{网址}}"
LIFTED = Occasion(
    code="evaluations.lifted",
    label="警告撤销（通知专家）",
    placeholders={
        "专家姓名": "王工",
        "网址": "https://zhuanjia.example.cn/my/evaluations/",
        "警告原因": "2026-12-08 评审迟到二十分钟。",
        "原因": "所依据的评价经申诉已撤销。",
    },
    defaults={
        ChannelCode.SITE: ("给您的警告已撤销", _LIFTED),
        ChannelCode.EMAIL: ("给您的警告已撤销", _LIFTED),
        ChannelCode.SMS: ("", _LIFTED),
        ChannelCode.WECHAT: ("", _LIFTED),
    },
)
_CAUTION_ANSWERED = "{{专家姓名}}专家：您对警告（{{警告原因}}）的申诉，管理单位的答复：{{结果}}。{{答复}} 查看：{{网址}}"
CAUTION_ANSWERED = Occasion(
    code="evaluations.caution_answered",
    label="警告申诉的答复（通知专家）",
    placeholders={
        "专家姓名": "王工",
        "警告原因": "2026-12-08 评审迟到二十分钟。",
        "结果": "撤销警告，不再计入",
        "答复": "经核对，当天签到系统故障，迟到不实。",
        "网址": "https://zhuanjia.example.cn/my/evaluations/",
    },
    defaults={
        ChannelCode.SITE: ("警告申诉的答复：{{结果}}", _CAUTION_ANSWERED),
        ChannelCode.EMAIL: ("警告申诉的答复：{{结果}}", _CAUTION_ANSWERED),
        ChannelCode.SMS: ("", _CAUTION_ANSWERED),
        ChannelCode.WECHAT: ("", _CAUTION_ANSWERED),
    },
)
_OF_A_CAUTION = "{{收件人}}：您申请或确认的警告（专家编号 {{专家编号}}），专家提出申诉，{{答复人}}的答复：{{结果}}。查看：{{网址}}"
CAUTION_ANSWERED_OFFICE = Occasion(
    code="evaluations.caution_answered_office",
    label="警告申诉的答复（通知给予警告的人）",
    placeholders={
        "收件人": "李经办",
        "专家编号": "E-000123",
        "答复人": "张建国",
        "结果": "撤销警告，不再计入",
        "网址": "https://zhuanjia.example.cn/experts/12/?tab=evaluations",
    },
    defaults={ChannelCode.SITE: ("您给的警告有申诉答复：{{结果}}", _OF_A_CAUTION)},
)
OCCASIONS = (
    *(OPENED, REMINDED, ASKED, CLOSED, ANSWERED, ANSWERED_RATER),
    *(CAUTIONED, LIFTED, CAUTION_ANSWERED, CAUTION_ANSWERED_OFFICE),
)
