"""Why the projects app sends messages, with the default texts."""

from __future__ import annotations

from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion

_DECIDED = (
    "{{申请人}}：您申请的项目「{{项目名称}}」（{{项目编号}}）{{审核结果}}。\n"
    "审核人：{{审核人}}\n审核意见：{{审核意见}}"
)
DECIDED = Occasion(
    code="project.decided",
    by_kind=True,
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
        ChannelCode.SITE: ("项目{{审核结果}}：{{项目名称}}", _DECIDED),
        ChannelCode.EMAIL: ("项目{{审核结果}}：{{项目名称}}", _DECIDED),
        ChannelCode.SMS: (
            "",
            "{{申请人}}：您申请的项目「{{项目名称}}」{{审核结果}}。审核意见：{{审核意见}}",
        ),
    },
)
TASK = Occasion(
    code="project.task",
    by_kind=True,
    label="项目任务指派",
    placeholders={
        "负责人": "陈志强",
        "任务": "补充采购需求",
        "要求": "请与使用部门核对参数",
        "完成期限": "2026-12-01",
        "项目名称": "市民中心弱电工程",
        "项目编号": "XM2026-0001",
        "指派人": "李经办",
    },
    defaults={
        ChannelCode.SITE: (
            "新任务：{{任务}}",
            (
                "{{负责人}}：{{指派人}}给您指派了项目「{{项目名称}}」（{{项目编号}}）的任务"
                "「{{任务}}」，请在 {{完成期限}} 前完成。\n要求：{{要求}}\n"
                "在「项目任务」中查看并登记完成情况。"
            ),
        ),
    },
)
