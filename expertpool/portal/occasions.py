"""Why this app sends messages, with the default texts."""

from __future__ import annotations

from expertpool.notifications.enums import ChannelCode, Urgency
from expertpool.notifications.occasions import Occasion

PHONE = Occasion(
    code="account.phone",
    urgency=Urgency.WAITED_FOR,
    label="验证手机号",
    placeholders={
        "姓名": "赵明华",
        "有效分钟": "30",
        "验证链接": "https://zjk.example.cn/account/phone/eyJ/",
    },
    defaults={
        ChannelCode.SMS: (
            "",
            "{{姓名}}：请在 {{有效分钟}} 分钟内打开 {{验证链接}} 并登录本人账号，完成手机号验证。非本人操作请勿打开。",
        ),
    },
    required=("验证链接",),
    late=("验证链接",),
    secrets=("验证链接",),
)

_OPENED_TEXT = """{{姓名}}，您好：

{{开通人}} 在「{{系统名称}}」为您开通了账号 {{账号}}，角色：{{角色}}。

请于 {{有效期至}} 前点击下方链接设置登录密码：
{{激活链接}}

密码只由您本人设置，本链接仅供您本人使用一次，请勿转发；过期的请联系管理员重置密码。与您无关的，请联系该系统的管理单位。
"""

OPENED = Occasion(
    code="account.opened",
    urgency=Urgency.SOON,
    label="开通账号",
    placeholders={
        "姓名": "赵明华",
        "账号": "zhaominghua",
        "系统名称": "专家库综合管理系统",
        "开通人": "张建国",
        "角色": "经办人",
        "激活链接": "https://zjk.example.cn/experts/activate/AbCdEf/",
        "有效期至": "2026-12-01 09:00",
    },
    defaults={
        ChannelCode.EMAIL: ("为您开通了账号：{{系统名称}}", _OPENED_TEXT),
        ChannelCode.SMS: (
            "",
            "{{姓名}}：{{开通人}}为您开通了{{系统名称}}账号 {{账号}}，请于 {{有效期至}} 前打开 {{激活链接}} 设置密码，仅供本人使用，请勿转发。",
        ),
    },
    required=("激活链接",),
    late=("激活链接", "有效期至"),
    secrets=("激活链接",),
)

WATCHERS = ("audit.view", "draws.alarms")  # who is told that nobody watches

_LATE_TEXT = """{{收件人}}：

{{时间}} 发现定时任务没有按时运行：{{任务}}。系统已清除阻挡的记录并重新安排。

可能是后台任务繁忙或中断，也可能有人绕过系统改写了数据库。请核对服务器日志和谁能连接数据库；反复出现请立即停用并检查。
"""

DUTIES_LATE = Occasion(
    code="portal.duties_late",
    label="定时任务没有按时运行",
    placeholders={
        "收件人": "赵审计",
        "时间": "2026-12-01 08:05",
        "任务": "抽取逾期检查、操作日志锚点",
    },
    defaults={
        ChannelCode.EMAIL: ("定时任务没有按时运行：{{任务}}", _LATE_TEXT),
        ChannelCode.SITE: ("定时任务没有按时运行：{{任务}}", _LATE_TEXT),
    },
    required=("任务",),
    watches=True,
    readers=WATCHERS,
)

_VIRUS_TEXT = """{{收件人}}：

{{上传人}} 于 {{时间}} 上传的文件「{{文件}}」（{{入口}}）含有病毒：{{病毒}}。{{处理}}

请提醒上传人查杀自己的电脑；不是本人上传的，请停用该账号并核对操作日志。
"""

VIRUS = Occasion(
    code="portal.virus",
    label="上传的文件含有病毒",
    placeholders={
        "收件人": "钱管理",
        "上传人": "赵明华",
        "时间": "2026-12-01 09:00",
        "文件": "评审材料.zip",
        "入口": "项目的附件",
        "病毒": "Win.Test.EICAR_HDB-1",
        "处理": "文件没有接收。",
    },
    defaults={
        ChannelCode.EMAIL: ("上传的文件含有病毒：{{病毒}}", _VIRUS_TEXT),
        ChannelCode.SITE: ("上传的文件含有病毒：{{病毒}}", _VIRUS_TEXT),
    },
    required=("上传人", "文件"),
    watches=True,
    readers=("accounts.security",),
)
