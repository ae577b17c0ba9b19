"""What the office decides about requests that two persons settle."""

from __future__ import annotations

from expertpool.core.configuration import Number, Setting, SettingGroup

REQUESTS = SettingGroup("requests", "双人确认", order=45)

REQUEST_DAYS = Setting(
    "workflow.request_days",
    "双人确认的申请多少天后失效",
    Number(1, 90, "天"),
    7,
    group=REQUESTS,
    help="到期没有另一人确认，申请自动失效并通知申请人；只影响以后提出的申请。",
)

CODE_MINUTES = Setting(
    "workflow.code_minutes",
    "确认验证码的有效时间",
    Number(1, 60, "分钟"),
    5,
    group=REQUESTS,
    order=20,
    help="确认人不在场时，系统把一次性验证码发到他的手机或邮箱，由申请人填写；过时须重新发送。",
)

SETTINGS = (REQUEST_DAYS, CODE_MINUTES)
