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

SETTINGS = (REQUEST_DAYS,)
