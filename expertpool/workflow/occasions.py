"""Why this app sends messages, with the default texts."""

from __future__ import annotations

from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion

EXPIRED = Occasion(
    code="request.expired",
    label="双人确认的申请失效",
    placeholders={
        "申请人": "李经办",
        "事项": "作废抽取",
        "对象": "市民中心弱电工程",
        "理由": "回避单位漏填",
        "申请时间": "2026-12-01 09:00",
    },
    defaults={
        ChannelCode.SITE: (
            "申请已失效：{{事项}}",
            (
                "{{申请人}}：您于 {{申请时间}} 对「{{对象}}」提出的申请「{{事项}}」"
                "到期没有另一人确认，已自动失效。\n理由：{{理由}}\n仍有需要时请重新申请。"
            ),
        ),
    },
)
