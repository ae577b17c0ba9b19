"""Why messages about reviews are sent."""

from expertpool.draws.occasions import READERS
from expertpool.notifications.enums import ChannelCode, Urgency
from expertpool.notifications.occasions import Occasion

_HIS = {
    "专家姓名": "王工",
    "项目名称": "人民医院门诊楼施工招标",
    "截止时间": "2026-11-30 18:00",
    "网址": "https://zhuanjia.example.cn/my/scoring/1/",
}


def _ways(title: str, text: str) -> dict[str, tuple[str, str]]:
    return {
        ChannelCode.SITE: (title, text),
        ChannelCode.EMAIL: (title, text),
        ChannelCode.SMS: ("", text),
        ChannelCode.WECHAT: ("", text),
    }


OPENED = Occasion(
    code="reviews.opened",
    by_kind=True,
    urgency=Urgency.TIMED,
    label="请评审（通知专家）",
    placeholders=_HIS,
    defaults=_ways(
        "请评审「{{项目名称}}」",
        "{{专家姓名}}专家：「{{项目名称}}」的评审已经开始，请在{{截止时间}}前评分并提交：{{网址}}",
    ),
)
REMINDER = Occasion(
    code="reviews.reminder",
    by_kind=True,
    urgency=Urgency.TIMED,
    label="请尽快提交评分表（提醒专家）",
    placeholders=_HIS,
    defaults=_ways(
        "请尽快提交「{{项目名称}}」的评分表",
        "{{专家姓名}}专家：您还没有提交「{{项目名称}}」的评分表，请在{{截止时间}}前评完并提交（已提交的不用理会）：{{网址}}",
    ),
)
RETURNED = Occasion(
    code="reviews.returned",
    by_kind=True,
    urgency=Urgency.TIMED,
    label="评分表退回（通知专家）",
    placeholders={**_HIS, "原因": "第 3 项漏填理由"},
    defaults=_ways(
        "您的「{{项目名称}}」评分表已退回",
        "{{专家姓名}}专家：您的「{{项目名称}}」评分表已退回（{{原因}}），请修改后重新签字提交：{{网址}}",
    ),
)
VOIDED = Occasion(
    code="reviews.voided",
    by_kind=True,
    label="抽取作废，不用再评审（通知专家）",
    placeholders={name: _HIS[name] for name in ("专家姓名", "项目名称")},
    defaults=_ways(
        "「{{项目名称}}」不用再评审",
        "{{专家姓名}}专家：抽中您参加「{{项目名称}}」评审的抽取已经作废，您不用再评审，已填写、提交的评分表不计入结果。再次抽中您的，会另行邀请。",
    ),
)
STOPPED = Occasion(
    code="reviews.stopped",
    by_kind=True,
    urgency=Urgency.TIMED,
    label="评审停止，不用再评审（通知专家）",
    placeholders={name: _HIS[name] for name in ("专家姓名", "项目名称")} | {"原因": "评审专家不足"},
    defaults=_ways(
        "「{{项目名称}}」的评审已停止",
        "{{专家姓名}}专家：「{{项目名称}}」的评审已停止（{{原因}}），没有结果，您不用再评审、提交。",
    ),
)
_STEP_ALONE = (
    "{{收件人}}，{{操作人}}在「{{项目名称}}」的评审对象分配 {{分配编号}} 中{{事项}}，原因：{{原因}}。"
    "这一步一人即可办理，已记入操作日志；不应如此的，请到分配页面核对。"
)
STEP_ALONE = Occasion(
    code="reviews.step_alone",
    label="评审对象分配中一人办理的干预（放弃、专家本人回避）",
    placeholders={
        "收件人": "周监督",
        "操作人": "李经办",
        "分配编号": "F202612010001",
        "项目名称": "年度课题评审",
        "事项": "放弃评审对象分配",
        "原因": "评审对象有误",
    },
    defaults={ChannelCode.SITE: ("{{事项}}：{{项目名称}}", _STEP_ALONE)},
    required=("操作人", "事项"),
    watches=True,
    readers=READERS,
)
ALTERED = Occasion(
    code="reviews.altered",
    urgency=Urgency.TIMED,
    label="评审数据被改动提醒",
    placeholders={
        "收件人": "周监督",
        "项目名称": "年度课题评审",
        "事项": "评审对象分配在系统之外被改动过",
    },
    defaults={
        ChannelCode.SITE: (
            "评审异常：{{项目名称}}",
            "{{收件人}}，「{{项目名称}}」的评审：{{事项}}。请到评审页面核对，并请系统管理员核查。",
        )
    },
    required=("项目名称", "事项"),
    watches=True,
    readers=READERS,
)
OCCASIONS = (OPENED, REMINDER, RETURNED, VOIDED, STOPPED, STEP_ALONE, ALTERED)
