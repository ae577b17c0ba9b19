"""What the office decides about rules."""

from __future__ import annotations

from expertpool.core.configuration import Number, Setting, SettingGroup

RULES = SettingGroup(
    "automation",
    "事件规则",
    order=47,
    note="超过限度的动作不执行，触发记录里注明“已跳过”",
)

MOST_OF_ONE = Setting(
    "automation.most_of_one",
    "一条规则一天内对同一对象最多触发",
    Number(1, 100, "次"),
    5,
    group=RULES,
    help="防止规则互相引起、没完没了地发通知。",
)

MOST_OF_ALL = Setting(
    "automation.most_of_all",
    "一条规则一天内最多触发",
    Number(1, 10_000, "次"),
    500,
    group=RULES,
    order=20,
    help="防止一条规则在一天内发出过多的通知；换一条规则另计。",
)

SETTINGS = (MOST_OF_ONE, MOST_OF_ALL)
