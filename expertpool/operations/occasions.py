"""Why this app sends messages, with the default texts."""

from __future__ import annotations

from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion

_TEXT = """{{收件人}}：

{{时间}} 检查运行状况：
{{内容}}

请登录后在「系统管理 → 运行状况」查看；有人处理的，请在页面上确认知悉，便不再重复报警。
"""

ALERT = Occasion(
    code="operations.alert",
    label="运行报警",
    placeholders={
        "收件人": "张管理",
        "时间": "2026-12-01 08:05",
        "标题": "运行报警：磁盘",
        "内容": "【警示】磁盘：磁盘空间不多了。（剩余 12.0 GB（6%））处理：请清理或扩大磁盘。",
    },
    defaults={
        ChannelCode.SITE: ("{{标题}}", _TEXT),
        ChannelCode.EMAIL: ("{{标题}}", _TEXT),
        ChannelCode.SMS: ("", "{{标题}}。请登录后在「运行状况」查看。"),
    },
    required=(),
)
