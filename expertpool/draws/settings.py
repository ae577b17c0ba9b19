"""What the office decides about inviting experts and publishing names."""

from __future__ import annotations

from expertpool.core.configuration import Number, Reader, Rule, Setting, SettingGroup

INVITING = SettingGroup(
    "inviting", "邀请与名单", order=40, note="只影响以后保存的方案和以后的应急抽取"
)
MINUTES = Number(1, 43_200, "分钟")
HOURS = Number(0, 720, "小时")
EMERGENCY_MINUTES = Number(5, 120, "分钟")  # the database keeps these bounds, too

REPLY_SHORTEST = Setting(
    "draws.reply_shortest",
    "答复时限最短",
    MINUTES,
    1,
    group=INVITING,
    order=10,
    help="抽取方案里的答复时限不能比这更短；网页和接口相同。",
)
REPLY_USUAL = Setting(
    "draws.reply_usual",
    "答复时限默认",
    MINUTES,
    60,
    group=INVITING,
    order=20,
    help="新方案的答复时限，从发出邀请起算。",
)
REPLY_LONGEST = Setting(
    "draws.reply_longest", "答复时限最长", MINUTES, 43_200, group=INVITING, order=30
)
REVEAL_LATEST = Setting(
    "draws.reveal_latest",
    "名单最晚公开（评审前）",
    HOURS,
    0,
    group=INVITING,
    order=40,
    help="抽取方案里的公开时间不能比这更晚；0 为评审开始时。",
)
REVEAL_USUAL = Setting(
    "draws.reveal_usual", "名单默认公开（评审前）", HOURS, 2, group=INVITING, order=50
)
REVEAL_EARLIEST = Setting(
    "draws.reveal_earliest",
    "名单最早公开（评审前）",
    HOURS,
    720,
    group=INVITING,
    order=60,
    help="抽取方案里的公开时间不能比这更早。",
)
LEAVE_USUAL = Setting(
    "draws.leave_usual",
    "默认最晚请假（评审前）",
    HOURS,
    2,
    group=INVITING,
    order=70,
    help="新方案里已同意的专家最晚请假的时间。",
)
EMERGENCY_SHORTEST = Setting(
    "draws.emergency_shortest", "应急答复时限最短", EMERGENCY_MINUTES, 5, group=INVITING, order=80
)
EMERGENCY_USUAL = Setting(
    "draws.emergency_usual", "应急答复时限默认", EMERGENCY_MINUTES, 15, group=INVITING, order=90
)
EMERGENCY_LONGEST = Setting(
    "draws.emergency_longest", "应急答复时限最长", EMERGENCY_MINUTES, 120, group=INVITING, order=100
)

SETTINGS = (
    REPLY_SHORTEST,
    REPLY_USUAL,
    REPLY_LONGEST,
    REVEAL_LATEST,
    REVEAL_USUAL,
    REVEAL_EARLIEST,
    LEAVE_USUAL,
    EMERGENCY_SHORTEST,
    EMERGENCY_USUAL,
    EMERGENCY_LONGEST,
)


def _in_order(low: Setting[int], usual: Setting[int], high: Setting[int]) -> Rule:
    def broken(read: Reader) -> str:
        if read(low) <= read(usual) <= read(high):
            return ""
        return (
            f"“{usual.label}”（{usual.kind.words(read(usual))}）应在“{low.label}”"
            f"（{low.kind.words(read(low))}）和“{high.label}”（{high.kind.words(read(high))}）之间。"
        )

    return Rule(usual.code, INVITING, broken)


RULES = (
    _in_order(REPLY_SHORTEST, REPLY_USUAL, REPLY_LONGEST),
    _in_order(REVEAL_LATEST, REVEAL_USUAL, REVEAL_EARLIEST),
    _in_order(EMERGENCY_SHORTEST, EMERGENCY_USUAL, EMERGENCY_LONGEST),
)
