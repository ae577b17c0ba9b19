"""Why the projects app sends messages, with the default texts."""

from __future__ import annotations

from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion

DECIDED = Occasion(
    code="project.decided",
    label="项目审核结果",
    placeholders={
        "申请人": "李经办",
        "项目名称": "市民中心弱电工程",
        "项目编号": "XM2026-0001",
        "审核结果": "已退回",
        "审核人": "赵监督",
        "审核意见": "请补充采购需求附件",
    },
    defaults={
        ChannelCode.SITE: (
            "项目{{审核结果}}：{{项目名称}}",
            (
                "{{申请人}}：您申请的项目「{{项目名称}}」（{{项目编号}}）{{审核结果}}。\n"
                "审核人：{{审核人}}\n审核意见：{{审核意见}}"
            ),
        ),
    },
)
