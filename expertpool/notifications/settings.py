"""What the office decides about all messages. A channel's own settings stand in its folder."""

from __future__ import annotations

from expertpool.core.configuration import Number, Setting, SettingGroup

CHANNELS = SettingGroup("channels", "通知渠道", order=19)

MOST_ROUTE_WAIT = 1440
ROUTE_WAIT = Setting(
    "notifications.mail_route_wait",
    "改动后邀请函等待",
    Number(0, MOST_ROUTE_WAIT, "分钟"),
    30,
    group=CHANNELS,
    help="邮件服务器或短信服务商改动后，含链接、验证码的邮件或短信等这么久才发出，供监督人核对；这类通知的模板改动后也等这么久才使用。改短满 24 小时后才算。",
    strictest=max,
)
SETTINGS = (ROUTE_WAIT,)
