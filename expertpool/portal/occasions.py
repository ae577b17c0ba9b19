"""Why this app sends messages, with the default texts."""

from __future__ import annotations

from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion

PHONE = Occasion(
    code="account.phone",
    label="验证手机号",
    placeholders={
        "姓名": "赵明华",
        "有效分钟": "30",
        "验证链接": "https://zjk.example.cn/account/phone/eyJ/",
    },
    defaults={
        ChannelCode.SMS: (
            "",
            "{{姓名}}：请在 {{有效分钟}} 分钟内打开 {{验证链接}} 并登录本人账号，完成手机号验证。非本人操作请勿打开。",
        ),
    },
    required=("验证链接",),
    late=("验证链接",),
    secrets=("验证链接",),
)
