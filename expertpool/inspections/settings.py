"""What the office decides about yearly inspections."""

from expertpool.core.configuration import Number, Setting, SettingGroup
from expertpool.core.configuration.kinds import Several

INSPECTIONS = SettingGroup("inspections", "专家年检", order=39)
REMINDERS = Setting(
    "inspections.reminders",
    "年检截止前催办没有提交的专家",
    Several(
        (
            ("60", "60 天前"),
            ("30", "30 天前"),
            ("15", "15 天前"),
            ("7", "7 天前"),
            ("3", "3 天前"),
            ("1", "1 天前"),
        ),
        nothing="不催办",
    ),
    ("30", "7", "1"),
    group=INSPECTIONS,
    order=10,
    help="每个时点各催办一次，早上发出；改动从第二天起生效。",
)
GRACE = Setting(
    "inspections.grace",
    "退回修改后至少留给专家的天数",
    Number(1, 60, "天"),
    7,
    group=INSPECTIONS,
    order=20,
    help="退回时截止日期不足这么多天的，对这位专家顺延；以后退回的适用。",
)
SETTINGS = (REMINDERS, GRACE)
