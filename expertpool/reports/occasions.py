"""Why the reports app sends messages, with the default texts."""

from __future__ import annotations

from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion

_TEXT = """{{收件人}}：

截至 {{时间}}，操作日志共 {{条数}} 条，链头为：

{{链头}}

请保存本消息。以后在「操作日志 → 核验」里填入上面一行，或在服务器上运行
expertpool verify-chain --expect {{链头}}
即可确认当时的日志没有被删改。
"""

CHAIN_HEAD = Occasion(
    code="report.chain_head",
    label="每日链头",
    placeholders={
        "收件人": "赵审计",
        "时间": "2026-12-01 08:05",
        "条数": "12,345",
        "链头": "12345:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    },
    defaults={
        ChannelCode.EMAIL: ("操作日志链头（{{时间}}）", _TEXT),
        ChannelCode.SITE: ("操作日志链头（{{时间}}）", _TEXT),
    },
    required=("链头",),
    watches=True,
    readers=("audit.view",),
)

_UNPROVEN_TEXT = """{{收件人}}：

{{时间}} 发现操作日志中有 {{条数}} 条不是本系统写入的（链上序号 {{序号}}）：有人绕过系统直接写了数据库。

这些日志写的人和事不可信，系统不采信，「操作日志」中已标出，请勿作为依据；请立即检查谁能连接数据库。
"""

UNPROVEN = Occasion(
    code="report.unproven",
    label="发现绕过系统写入的日志",
    placeholders={
        "收件人": "赵审计",
        "时间": "2026-12-01 08:05",
        "条数": "2",
        "序号": "12345、12346",
    },
    defaults={
        ChannelCode.EMAIL: ("操作日志中有 {{条数}} 条不是本系统写入的", _UNPROVEN_TEXT),
        ChannelCode.SITE: ("操作日志中有 {{条数}} 条不是本系统写入的", _UNPROVEN_TEXT),
    },
    required=("条数", "序号"),
    watches=True,
    readers=("audit.view",),
)

_MONTH_TEXT = """{{收件人}}：

{{月份}}专家使用月报（{{部门}}，含下级部门）已生成：项目 {{项目数}} 个，抽取 {{抽取次数}} 次，抽取人数 {{抽取人数}} 人，已邀请 {{已邀请人数}} 人次，同意 {{同意人数}} 人次，拒绝 {{拒绝人次}} 人次。

各部门的数字在「统计分析 → 部门月报」里，邮件附有 PDF。
"""

MONTH = Occasion(
    code="report.month",
    label="部门月报",
    placeholders={
        "收件人": "赵主任",
        "月份": "2026 年 11 月",
        "部门": "3 个部门",
        "项目数": "12",
        "抽取次数": "15",
        "抽取人数": "63",
        "已邀请人数": "68",
        "同意人数": "60",
        "拒绝人次": "5",
    },
    defaults={
        ChannelCode.EMAIL: ("专家使用月报（{{月份}}）", _MONTH_TEXT),
        ChannelCode.SITE: ("专家使用月报（{{月份}}）", _MONTH_TEXT),
    },
)
