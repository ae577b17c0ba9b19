"""Why this app sends messages. What a rule says stands in the rule."""

from __future__ import annotations

from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion

TOLD = Occasion(
    code="automation.told",
    label="事件规则的通知",
    placeholders={
        "收件人": "李经办",
        "规则": "项目审核通过后通知经办人",
        "事件": "项目审核通过",
        "标题": "项目可以抽取了",
        "正文": "「城区道路改造工程监理」已审核通过，请安排抽取。",
    },
    defaults={
        ChannelCode.SITE: ("{{标题}}", "{{正文}}"),
        ChannelCode.EMAIL: ("{{标题}}", "{{收件人}}：{{正文}}"),
        ChannelCode.SMS: ("", "{{标题}}：{{正文}}"),
        ChannelCode.WECHAT: ("", "{{标题}}：{{正文}}"),
    },
    required=("正文",),
)
