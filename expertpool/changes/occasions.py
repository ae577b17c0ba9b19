"""Why this app sends messages, with the default texts."""

from __future__ import annotations

from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion
from expertpool.workflow.registry import result_occasion

_ASKED = (
    "{{收件人}}，专家 {{专家姓名}}（{{专家编号}}）的档案有变更申请（{{申请人}}提出）：{{内容}}。核准前仍按原来的内容。\n"
    "新旧对照与核准：{{链接}}"
)
CHANGE_ASKED = Occasion(
    code="change.asked",
    label="申请变更专家档案",
    placeholders={
        "收件人": "管理员老张",
        "申请人": "专家本人",
        "专家姓名": "王工",
        "专家编号": "ZJ2026000001",
        "内容": "职称、工作单位",
        "链接": "https://zhuanjia.example.cn/changes/1/",
    },
    defaults={ChannelCode.SITE: ("{{专家姓名}}的变更申请：{{内容}}", _ASKED)},
)
_OVERTAKEN = """{{专家姓名}} 专家：

您申请变更的「{{内容}}」，管理部门已作了其他修改，申请不再适用。请在「我的档案」中查看，仍需要变更的请重新申请。
"""
CHANGE_OVERTAKEN = Occasion(
    code="change.overtaken",
    label="变更申请不再适用（内容已被修改）",
    placeholders={"专家姓名": "王工", "内容": "职称"},
    defaults={
        ChannelCode.SITE: ("变更申请不再适用：{{内容}}", _OVERTAKEN),
        ChannelCode.EMAIL: ("变更申请不再适用：{{内容}}", _OVERTAKEN),
        ChannelCode.WECHAT: ("", _OVERTAKEN),
    },
)
CHANGE_DECIDED = result_occasion("change.decided", "变更申请", words={"审核结果": "未核准"})
