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
