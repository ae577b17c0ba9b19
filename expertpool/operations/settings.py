"""What the office decides about alerts: who is told, by which ways, how often."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from expertpool.accounts.models import User
from expertpool.core.configuration import (
    Choice,
    Duration,
    Reader,
    Secret,
    Setting,
    SettingConstraint,
    SettingGroup,
    Several,
)
from expertpool.core.configuration.kinds import Json, Kind

ALERTS = SettingGroup(
    "alerts",
    "运行报警",
    order=85,
    note="运行状况的检查不正常时告诉谁、怎样告诉；站内信总会发",
)
# Names are pasted out of letters and tables, in Chinese and in English punctuation.
SEPARATORS = re.compile(r"[\s,，、;；]+")
# Each is told of each alert: more is a mailing list, which belongs to the mail server.
MOST_ACCOUNTS = 50
NOBODY_SET = "可以处理运行状况的所有人"
WECOM, DINGTALK, FEISHU = "wecom", "dingtalk", "feishu"


@dataclass(frozen=True)
class Accounts(Kind[tuple[str, ...]]):
    """User names; they exist when they are set. None: those of ``nobody_set``."""

    nobody_set: str

    def field(self) -> forms.Field:
        return _AccountsField()

    def check(self, value: tuple[str, ...]) -> None:
        if len(value) > MOST_ACCOUNTS:
            raise ValidationError(f"最多 {MOST_ACCOUNTS} 个账号，现在 {len(value)} 个。")

    def dump(self, value: tuple[str, ...]) -> Json:
        return list(value)

    def load(self, stored: Json) -> tuple[str, ...]:
        # What was written past the page is refused, and the default counts.
        if not all(isinstance(name, str) for name in stored):
            raise TypeError(stored)
        return tuple(stored)

    def words(self, value: tuple[str, ...]) -> str:
        return "、".join(value) or self.nobody_set


class _AccountsField(forms.CharField):
    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.TextInput())

    def prepare_value(self, value: Any) -> Any:
        return "、".join(value) if isinstance(value, (tuple, list)) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        # In the order in which they were typed, each once.
        names = tuple(dict.fromkeys(name for name in SEPARATORS.split(text) if name))
        known = set(
            User.objects.filter(username__in=names, is_active=True).values_list(
                "username", flat=True
            )
        )
        # Here, not when an alert goes out: it would reach nobody.
        if unknown := [name for name in names if name not in known]:
            raise ValidationError(f"没有这些账号，或已停用：{'、'.join(unknown)[:200]}。")
        return names


RECEIVERS = Setting(
    "operations.receivers",
    "接收人",
    Accounts(NOBODY_SET),
    (),
    group=ALERTS,
    order=10,
    help="登录账号，用逗号或顿号分隔；不填则发给可以处理运行状况的所有人。",
)
WAYS = Setting(
    "operations.ways",
    "另外通过",
    # A message inside the system is always written: it needs no way that may be down.
    Several((("email", "邮件"), ("sms", "短信")), nothing="只发站内信"),
    ("email",),
    group=ALERTS,
    order=20,
    help="接收人有邮箱、手机号，并且系统接入了邮件、短信时才发出。",
)
LEVEL = Setting(
    "operations.level",
    "从什么程度起报警",
    Choice((("warning", "警示和故障"), ("failed", "只有故障"))),
    "warning",
    group=ALERTS,
    order=30,
    help="页面上总是全部显示。",
)
AGAIN = Setting(
    "operations.again",
    "没有恢复时再次报警",
    # Oftener than each hour it would be switched off, and rarer than weekly forgotten.
    Duration(1, 168, "小时"),
    timedelta(hours=12),
    group=ALERTS,
    order=40,
    help="每隔这么久再告诉一次，直到恢复正常，或有人在页面上确认知悉。",
)
ROBOT = Setting(
    "operations.robot",
    "群机器人",
    Choice((("", "不使用"), (WECOM, "企业微信"), (DINGTALK, "钉钉"), (FEISHU, "飞书"))),
    "",
    group=ALERTS,
    order=50,
    help="把报警同时发到工作群；内容只有系统的状态，没有人名和抽取内容。安全设置选关键词的，填「运行报警」。",
)
ROBOT_URL = Setting(
    "operations.robot_url",
    "机器人地址",
    # The address is the key of the robot: who has it may write to the group.
    Secret(max_length=500),
    "",
    group=ALERTS,
    order=60,
    help="在群里添加机器人后得到的 Webhook 地址。加密保存，不再显示。",
)
ROBOT_SECRET = Setting(
    "operations.robot_secret",
    "机器人加签密钥",
    # Of another robot the key is worthless, and must not be sent to it.
    Secret(told_to=(ROBOT.code,)),
    "",
    group=ALERTS,
    order=70,
    help="钉钉、飞书的安全设置选「加签」「签名校验」时填写；企业微信不需要。加密保存，不再显示。",
)
SETTINGS = (RECEIVERS, WAYS, LEVEL, AGAIN, ROBOT, ROBOT_URL, ROBOT_SECRET)


def _needs_address(read: Reader) -> str:
    if not read(ROBOT) or read(ROBOT_URL).startswith(("https://", "http://")):
        return ""
    return "选了群机器人，还要填写机器人地址（以 https:// 开头）。"


CONSTRAINTS = (SettingConstraint("operations.robot_url", ALERTS, _needs_address, at=ROBOT_URL),)
