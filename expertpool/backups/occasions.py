"""Why this app sends messages, with the default texts."""

from __future__ import annotations

from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion

READERS = ("backups.view",)

_AMISS_TEXT = """{{收件人}}：

{{时间}} 备份出现问题：{{事项}}。
{{说明}}

在这之前，服务器一旦损坏，最近的内容就无法恢复。请打开「系统管理 → 备份」查看，并请管理服务器的人马上处理。
"""

AMISS = Occasion(
    code="backup.amiss",
    label="备份出现问题",
    placeholders={
        "收件人": "赵审计",
        "时间": "2026-12-01 08:10",
        "事项": "备份 20261129-020000-full 试恢复不一致",
        "说明": "行数不一致：experts_expert。",
    },
    defaults={
        ChannelCode.EMAIL: ("备份出现问题：{{事项}}", _AMISS_TEXT),
        ChannelCode.SITE: ("备份出现问题：{{事项}}", _AMISS_TEXT),
    },
    required=("事项",),
    watches=True,
    readers=READERS,
)

_MADE_TEXT = """{{收件人}}：

{{时间}} 完成备份 {{备份}}（{{方式}}，{{大小}}），写完已核对。位置：{{位置}}。
其中操作日志 {{条数}} 条。密钥不在备份里，请确认它另有一份。
"""

MADE = Occasion(
    code="backup.made",
    label="备份成功",
    placeholders={
        "收件人": "赵审计",
        "时间": "2026-12-01 02:03",
        "备份": "20261201-020000-full",
        "方式": "完整",
        "大小": "86.4 MB",
        "位置": "/mnt/backup",
        "条数": "12,345",
    },
    defaults={
        ChannelCode.EMAIL: ("备份成功：{{备份}}", _MADE_TEXT),
        ChannelCode.SITE: ("备份成功：{{备份}}", _MADE_TEXT),
    },
)
