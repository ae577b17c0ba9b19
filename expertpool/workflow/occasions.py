"""Why this app sends messages, with the default texts."""

from __future__ import annotations

from expertpool.notifications.enums import ChannelCode, Urgency
from expertpool.notifications.occasions import Occasion

EXPIRED = Occasion(
    code="request.expired",
    label="双人确认的申请失效",
    placeholders={
        "申请人": "李经办",
        "事项": "作废抽取",
        "对象": "市民中心弱电工程",
        "理由": "回避单位漏填",
        "申请时间": "2026-12-01 09:00",
        "失效原因": "到期没有另一人确认",
    },
    defaults={
        ChannelCode.SITE: (
            "申请已失效：{{事项}}",
            (
                "{{申请人}}：您于 {{申请时间}} 对「{{对象}}」提出的申请「{{事项}}」"
                "已自动失效：{{失效原因}}。\n理由：{{理由}}\n仍有需要时请重新申请。"
            ),
        ),
    },
)

TAKEN_BACK = "申请人撤回"  # why a request waits no more, if nothing else ended it
_COMMON = {
    "收件人": "周监督",
    "申请人": "李经办",
    "事项": "转为应急抽取",
    "对象": "市民中心弱电工程",
    "内容": "答复时限 15 分钟：距开标不足两小时",
}
_ASKED_OUTSIDE = "{{收件人}}：{{申请人}} 对「{{对象}}」申请「{{事项}}」，等您或另一位有权限的人确认，请登录系统核对。"
ASKED = Occasion(
    code="request.asked",
    urgency=Urgency.TIMED,
    label="双人确认：有人申请",
    placeholders=_COMMON
    | {
        "失效时间": "2026-12-08 09:00",
        "异议": "2026-12-01 09:05 之前可以提出异议（点「不同意」），之后才能确认。",
    },
    defaults={
        ChannelCode.SITE: (
            "等待确认：{{事项}}",
            (
                "{{收件人}}：{{申请人}} 对「{{对象}}」申请「{{事项}}」，须由另一人确认。\n{{内容}}\n"
                "请在「待我确认的申请」中核对并处理，{{失效时间}} 前没有人确认即失效。{{异议}}"
            ),
        ),
        ChannelCode.SMS: ("", f"{_ASKED_OUTSIDE}{{{{异议}}}}"),
        ChannelCode.EMAIL: ("等待确认：{{事项}}", f"{_ASKED_OUTSIDE}\n{{{{内容}}}}\n{{{{异议}}}}"),
    },
    required=("申请人", "对象", "事项"),
    watches=True,
)
WITHDRAWN = Occasion(
    code="request.withdrawn",
    urgency=Urgency.TIMED,
    label="双人确认：申请撤回",
    placeholders=_COMMON | {"原因": TAKEN_BACK},
    defaults={
        ChannelCode.SITE: (
            "申请已撤回：{{事项}}",
            (
                "{{收件人}}：{{申请人}} 对「{{对象}}」提出的申请「{{事项}}」已撤回（{{原因}}），不用再确认。\n{{内容}}"
            ),
        ),
    },
    required=("申请人", "对象", "事项"),
    watches=True,
)
TURNED_DOWN = Occasion(
    code="request.turned_down",
    label="双人确认：没有同意",
    placeholders=_COMMON | {"确认人": "周监督", "意见": "理由不充分"},
    defaults={
        ChannelCode.SITE: (
            "没有同意：{{事项}}",
            (
                "{{收件人}}：您对「{{对象}}」申请的「{{事项}}」，{{确认人}} 没有同意，意见：{{意见}}。\n{{内容}}\n"
                "仍有需要的，请说明情况后重新申请。"
            ),
        ),
    },
)
LOWERED = Occasion(
    code="request.lowered",
    label="降低了制度要求（双人确认、抽取制度、专家入库）",
    placeholders={
        "收件人": "周监督",
        "操作人": "张建国",
        "设置": "双人确认：第二人的账号须开通满多少天",
        "原值": "7 天",
        "新值": "0 天",
        "时间": "2026-12-01 09:00",
        "生效时间": "2026-12-02 09:00",
    },
    defaults={
        ChannelCode.SITE: (
            "降低了要求：{{设置}}",
            (
                "{{收件人}}：{{操作人}} 于 {{时间}} 把站点设置「{{设置}}」由「{{原值}}」改为「{{新值}}」，"
                "{{生效时间}} 起才按新的要求执行。\n不应降低的，请在此之前联系管理员改回，并核对操作日志。"
            ),
        ),
    },
    required=("操作人", "设置", "新值", "生效时间"),
    watches=True,
)
_TAKEN = (
    "{{收件人}}：{{操作人}} 于 {{时间}} 做了「{{操作}}」：{{内容}}。"
    "不应改动的，请立即暂停进行中的抽取，联系管理员改回，并核对操作日志。"
)
TAKEN = Occasion(
    code="access.taken",
    urgency=Urgency.TIMED,
    label="收回监督、确认的权限，隐藏页面，改动统一认证",
    placeholders={
        "收件人": "周监督",
        "操作人": "张建国",
        "操作": "编辑角色",
        "内容": "角色「监督人」收回「作废抽取（申请、确认）」",
        "时间": "2026-12-01 09:00",
    },
    defaults={
        ChannelCode.SITE: ("{{操作}}：涉及监督、确认的权限或登录", _TAKEN),
        ChannelCode.SMS: ("", _TAKEN),
        ChannelCode.EMAIL: ("{{操作}}：涉及监督、确认的权限或登录", _TAKEN),
    },
    required=("操作人", "内容"),
    watches=True,
)
_REROUTED = (
    "{{收件人}}：{{操作人}} 于 {{时间}} 改动了{{渠道}}的发送渠道（{{内容}}）。含链接、验证码的{{渠道}}等 {{等待}} 后才由新的渠道发出。"
    "不应改动的，请立即暂停进行中的抽取，联系管理员改回，并核对操作日志。"
)
REROUTED = Occasion(
    code="mail.rerouted",
    label="发送渠道改动（邮件由原来的服务器发出）",
    placeholders={
        "收件人": "周监督",
        "操作人": "张建国",
        "渠道": "邮件",
        "内容": "服务器：smtp.example.cn → mail.example.com",
        "等待": "30 分钟",
        "时间": "2026-12-01 09:00",
    },
    defaults={
        ChannelCode.SITE: ("{{渠道}}的发送渠道已改动", _REROUTED),
        ChannelCode.SMS: ("", _REROUTED),
        ChannelCode.EMAIL: ("{{渠道}}的发送渠道已改动", _REROUTED),
    },
    required=("操作人", "内容"),
    watches=True,
)
_REWRITTEN = (
    "{{收件人}}：{{操作人}} 于 {{时间}} 修改了通知模板「{{模板}}」：{{改动}}。{{生效}}"
    "不应修改的，请立即联系管理员改回，并核对操作日志。"
)
REWRITTEN = Occasion(
    code="template.rewritten",
    label="通知模板改动（含个人链接的通知、监督用的通知）",
    placeholders={
        "收件人": "周监督",
        "操作人": "张建国",
        "模板": "评审邀请（短信）",
        "改动": "正文",
        "生效": "新的文字 2026-12-01 09:30 起使用，在此之前仍用原来的。",
        "时间": "2026-12-01 09:00",
        "原文": "请点击链接答复",
        "现文": "请尽快点击链接答复",
    },
    defaults={
        ChannelCode.SITE: (
            "通知模板已改动：{{模板}}",
            f"{_REWRITTEN}\n原来的文字：\n{{{{原文}}}}\n现在的文字：\n{{{{现文}}}}",
        ),
        ChannelCode.SMS: ("", _REWRITTEN),
        ChannelCode.EMAIL: (
            "通知模板已改动：{{模板}}",
            f"{_REWRITTEN}\n原来的文字：\n{{{{原文}}}}\n现在的文字：\n{{{{现文}}}}",
        ),
    },
    required=("操作人", "模板", "改动"),
    watches=True,
)
_CODE_TEXT = (
    "{{收件人}}：{{申请人}} 请您确认「{{对象}}」的「{{事项}}」：{{内容}}。"
    "同意的，把验证码 {{验证码}} 告诉 {{申请人}}，{{有效时间}}内有效，只用于这一项；不同意的，不要告诉任何人。"
)
CODE = Occasion(
    code="request.code",
    urgency=Urgency.WAITED_FOR,
    label="双人确认：一次性验证码",
    placeholders=_COMMON | {"验证码": "482913", "有效时间": "5 分钟"},
    defaults={
        ChannelCode.SMS: ("", _CODE_TEXT),
        ChannelCode.EMAIL: ("请确认：{{事项}}", _CODE_TEXT),
    },
    # Whoever gives it away agrees: he is told to what.
    required=("验证码", "申请人", "对象", "事项", "内容"),
    secrets=("验证码",),
)
AGREED = Occasion(
    code="request.agreed",
    label="双人确认：已确认",
    placeholders=_COMMON | {"确认人": "周监督", "确认方式": "当面确认"},
    defaults={
        ChannelCode.SITE: (
            "已确认：{{事项}}",
            (
                "{{收件人}}：{{申请人}} 对「{{对象}}」申请的「{{事项}}」已由 {{确认人}} 确认（{{确认方式}}）。\n"
                "{{内容}}\n与事实不符的，请立即核对操作日志。"
            ),
        ),
    },
    required=("申请人", "对象", "事项", "确认人"),
    watches=True,
)

_APPROVAL = {
    "收件人": "周监督",
    "审核事项": "项目申请",
    "对象": "市民中心弱电工程",
    "步骤": "分管领导审批",
    "期限": "2026-12-08",
}
_WAITING = "{{收件人}}：{{审核事项}}「{{对象}}」到了「{{步骤}}」，等您审批。{{说明}}"
WAITING = Occasion(
    code="approval.waiting",
    urgency=Urgency.TIMED,
    label="审批：有申请等待审批",
    placeholders=_APPROVAL
    | {"说明": "请在 2026-12-08 前处理。公示期间收到 1 条异议，请一并核对。"},
    defaults={
        ChannelCode.SITE: ("待审批：{{对象}}", f"{_WAITING}\n请在「待我审批」中处理。"),
        ChannelCode.EMAIL: ("待审批：{{对象}}", f"{_WAITING}\n请登录系统，在「待我审批」中处理。"),
    },
)
_DUE = "{{收件人}}：{{审核事项}}「{{对象}}」的「{{步骤}}」{{情况}}，请尽快处理。系统只作提醒，不会自动作出决定。"
DUE = Occasion(
    code="approval.due",
    urgency=Urgency.TIMED,
    label="审批：期限将到或已过",
    placeholders=_APPROVAL | {"情况": "已超过审批期限 2026-12-08"},
    defaults={
        ChannelCode.SITE: ("审批期限提醒：{{对象}}", _DUE),
        ChannelCode.EMAIL: ("审批期限提醒：{{对象}}", _DUE),
    },
)
STUCK = Occasion(
    code="approval.stuck",
    urgency=Urgency.TIMED,
    label="审批：没有人能审批",
    placeholders=_APPROVAL,
    defaults={
        ChannelCode.SITE: (
            "没有人能审批：{{对象}}",
            (
                "{{收件人}}：{{审核事项}}「{{对象}}」到了「{{步骤}}」，但现在没有人能审批这一步。"
                "请在「角色权限」「用户管理」中为这一步安排审批人；要改步骤的，请修改「审批流程」，再由申请人撤回后重新提交。"
            ),
        ),
    },
)
HANDED = Occasion(
    code="approval.handed",
    label="审批：委托给您",
    placeholders={
        "收件人": "周监督",
        "委托人": "赵监督",
        "开始": "2026-12-01",
        "结束": "2026-12-05",
        "事由": "出差",
    },
    defaults={
        ChannelCode.SITE: (
            "{{委托人}}委托您代为审批",
            (
                "{{收件人}}：{{委托人}} 因{{事由}}，于 {{开始}} 至 {{结束}} 委托您代为审批等他审批的申请。"
                "您审批时会记明「代{{委托人}}」。"
            ),
        ),
    },
)
