"""What the office decides about inviting experts and publishing names."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import time, timedelta
from typing import Any

from django.core.exceptions import ValidationError

from expertpool.core.configuration import (
    Boolean,
    Choice,
    Duration,
    Number,
    OwnNumber,
    OwnTimeRange,
    Reader,
    Setting,
    SettingConstraint,
    SettingGroup,
    Several,
    Span,
    Text,
    TimeRange,
    any_of,
)
from expertpool.core.text import is_reason
from expertpool.draws.enums import CONTRIBUTOR_LABEL
from expertpool.draws.occasions import INVITATION
from expertpool.draws.validators import EMERGENCY
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.queries.channels import follows_after, is_outward, quiet_hours
from expertpool.projects.enums import Regime


def _last_of(options: Sequence[tuple[str, str]]) -> Callable[[Sequence[str]], str]:
    """Return what finds the strictest of ``options``, which end with it."""
    order = [value for value, _ in options]
    return lambda values: max(values, key=order.index)


SENT_STAYS = (
    "免打扰时段从现在起适用于还没有发出的邀请；已经封存的抽取，答复时限按封存时的免打扰时段计算，"
    "已经发出的答复截止不变"
)
INVITING = SettingGroup(
    "inviting",
    "邀请与名单",
    order=40,
    note="各项只影响以后；免打扰时段立即生效，并通知监督人和审核人；缩短答复时限最短、应急答复时限最短，提早名单最早公开的，满 24 小时后才按新的规定",
    saved=f"缩短最短答复时限（含应急）、提早最早公开时间的 24 小时后生效，其余立即生效；{SENT_STAYS}",
)
LOWERED = "提高要求的立即生效，降低的 24 小时后生效，已通知监督人和审核人"
MINUTES = Number(1, 43_200, "分钟")
HOURS = Number(0, 720, "小时")
EMERGENCY_MINUTES = Number(EMERGENCY.low, EMERGENCY.high, "分钟")
# Two for a seat leave chance something to do; eight panels are the fewest that nobody calls chosen.
USUAL_CANDIDATES_PER_SEAT = 2
USUAL_PANEL_BITS = 3
USUAL_EMERGENCY_HOURS = 24
# What the law knows of lists: public after the result. A day before is for calling whoever is late.
USUAL_REVEAL_EARLIEST = 24
USUAL_REPLY_SHORTEST = 10

REPLY_SHORTEST = Setting(
    "draws.reply_shortest",
    "答复时限最短",
    MINUTES,
    USUAL_REPLY_SHORTEST,
    group=INVITING,
    order=10,
    help="抽取方案里的答复时限不能比这更短；网页和接口相同。",
    strictest=max,
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
    "draws.reply_longest",
    "答复时限最长",
    MINUTES,
    43_200,
    group=INVITING,
    order=30,
    help="抽取方案里的答复时限不能比这更长。",
    strictest=max,
)
REVEAL_LATEST = Setting(
    "draws.reveal_latest",
    "名单最晚公开（评审前）",
    HOURS,
    0,
    group=INVITING,
    order=40,
    help="抽取方案里的公开时间不能比这更晚；0 为评审开始时。",
    strictest=min,
)
REVEAL_USUAL = Setting(
    "draws.reveal_usual",
    "名单默认公开（评审前）",
    HOURS,
    2,
    group=INVITING,
    order=50,
    help="新方案里名单在评审开始前多久公开。",
)
REVEAL_EARLIEST = Setting(
    "draws.reveal_earliest",
    "名单最早公开（评审前）",
    HOURS,
    USUAL_REVEAL_EARLIEST,
    group=INVITING,
    order=60,
    help="抽取方案里的公开时间、两人确认的提前公开都不能比这更早。",
    strictest=min,
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
    "draws.emergency_shortest",
    "应急答复时限最短",
    EMERGENCY_MINUTES,
    5,
    group=INVITING,
    order=80,
    help="应急抽取的答复时限不能比这更短。写入封存的规则，此后再改不影响已封存的抽取。",
    strictest=max,
)
EMERGENCY_USUAL = Setting(
    "draws.emergency_usual",
    "应急答复时限默认",
    EMERGENCY_MINUTES,
    15,
    group=INVITING,
    order=90,
    help="申请应急抽取时先填入的答复时限，可以改。",
)
EMERGENCY_LONGEST = Setting(
    "draws.emergency_longest",
    "应急答复时限最长",
    EMERGENCY_MINUTES,
    120,
    group=INVITING,
    order=100,
    help="应急抽取的答复时限不能比这更长。写入封存的规则，此后再改不影响已封存的抽取。",
    strictest=max,
)

QUIET_HOURS = Setting(
    "draws.quiet_hours",
    "免打扰时段",
    TimeRange(),
    Span(time(22), time(7)),
    group=INVITING,
    order=110,
    help="这段时间内不发评审邀请，到结束时自动发出；答复时限也不计这段时间，以封存时的设置为准。应急抽取除外，"
    "取消、改期的通知等不到结束后 3 小时评审就开始的也除外；留空为不设。",
)

# Said over the telephone, a name is heard by whoever picks up, and stands on the recording.
UNSPOKEN, SPOKEN = "no", "yes"
_SPEAKS = ((UNSPOKEN, "不念，称「一个项目」"), (SPOKEN, "念"))
NAME_SPOKEN = Setting(
    "draws.name_spoken",
    "电话里念项目名称和编号",
    Choice(_SPEAKS),
    UNSPOKEN,
    group=INVITING,
    order=119,
    help="「通知模板」的语音文字用了项目名称、项目编号的，不念时说“一个项目”“（另行告知）”；其他渠道不受影响。",
)
REMIND_HOURS = Setting(
    "draws.remind_hours",
    "评审前多久提醒",
    HOURS,
    24,
    group=INVITING,
    order=120,
    help="给已同意的专家发一次提醒；在这段时间内才同意的不再提醒。0 为不提醒。",
)
REMIND_SHARE = Setting(
    "draws.remind_share",
    "答复时限过了多少催一次",
    Number(0, 90, "%"),
    50,
    group=INVITING,
    order=130,
    help="给还没有答复的专家催一次；暂停期间不催。0 为不催。",
)

WAYS = SettingGroup(
    "invitation_ways",
    "邀请渠道的先后",
    order=40,
    note="各渠道在第一条邀请之后多久才用；专家在此之前答复的，后面的不再发出。"
    "逾期没有答复的自动顺延给下一位；应急抽取各渠道同时发出",
    saved=f"以后发出的邀请按新的先后，{SENT_STAYS}；已通知监督人和审核人",
)
LONGEST_WAIT = 240
# So much of each day letters may go out over each channel, whatever hours are set together.
LEAST_OPEN = timedelta(hours=8)
# How long after the first letter that reaches an expert the one of this channel follows.
WAITS: dict[str, Setting[timedelta]] = {
    channel.value: Setting(
        f"draws.wait_{channel.value}",
        f"{channel.label}先等多久",
        Duration(0, LONGEST_WAIT, "分钟"),
        follows_after(channel),
        group=WAYS,
        order=10 * at,
        help="在第一条邀请之后多少分钟；0 为最先发出，几个渠道相同的同时发出。",
    )
    for at, channel in enumerate(INVITATION.channels, 1)
    if is_outward(channel)  # an inbox rings nowhere: it goes with the first
}

# When a channel rings nobody, besides the quiet hours of all invitations.
QUIET_WAYS: dict[str, Setting[Span | None]] = {
    code: Setting(
        f"draws.quiet_{code}",
        f"{ChannelCode(code).label}免打扰时段",
        TimeRange(),
        quiet_hours(code),
        group=WAYS,
        order=wait.order + 1,
        help="这段时间内这一渠道不用，到结束时自动发出，其他渠道照常；留空的只按「免打扰时段」。",
    )
    for code, wait in WAITS.items()
}

FAIRNESS = SettingGroup(
    "fairness",
    "抽取制度（通用）",
    order=41,
    note="适用于所有项目，各适用制度可以在下面另行规定；写入封存的规则，此后再改不影响已封存的抽取；"
    "降低要求的，立即通知监督人和审核人，满 24 小时后才按新的要求",
    saved=LOWERED,
)
CONTRIBUTORS = Several(tuple(CONTRIBUTOR_LABEL.items()))
PRESENT_MINUTES = Number(10, 720, "分钟")
PER_SEAT = Number(0, 100, "人")
BITS = Number(0, 40, "比特")

REQUIRED_CONTRIBUTORS = Setting(
    "draws.required_contributors",
    "必须提供随机值的人",
    CONTRIBUTORS,
    (),
    group=FAIRNESS,
    order=10,
    help="抽取方案里不能少了他们；每人封存后各用自己的账号提供，任何一方都不能预知结果。",
    strictest=any_of,
)
CANDIDATES_PER_SEAT = Setting(
    "draws.candidates_per_seat",
    "每个席位至少有几名候选人",
    PER_SEAT,
    USUAL_CANDIDATES_PER_SEAT,
    group=FAIRNESS,
    order=20,
    help="封存时逐个条件组核对，候选人和席位一样多，就等于指定。0 为不限。",
    strictest=max,
)
PANEL_BITS = Setting(
    "draws.panel_bits",
    "名单至少有多难猜",
    BITS,
    USUAL_PANEL_BITS,
    group=FAIRNESS,
    order=30,
    help="可能的评审组有 2 的这么多次方种，3 比特为 8 种；0 为不限。",
    strictest=max,
)
_THIN = (("approve", "方案审核通过后可以抽取"), ("refuse", "一律不能抽取"))
THIN = Setting(
    "draws.thin",
    "候选人不足时",
    Choice(_THIN),
    "approve",
    group=FAIRNESS,
    order=35,
    help="前两项达不到时：由审核人知情批准，或一律先放宽条件。",
    strictest=_last_of(_THIN),
)
PLAN_APPROVAL = Setting(
    "draws.plan_approval",
    "抽取方案须经审核",
    Boolean("须审核", "不要求"),
    default=False,
    group=FAIRNESS,
    order=38,
    help="按「审批流程」里的步骤审核；审核通过的是哪一版，封存的就是哪一版，改动后须重新审核。",
    strictest=max,
)
EMERGENCY_WITHIN = Setting(
    "draws.emergency_within",
    "评审前多久才可转为应急抽取",
    Number(1, 720, "小时"),
    USUAL_EMERGENCY_HOURS,
    group=FAIRNESS,
    order=40,
    help="更早的不能转：应急抽取可以由经办人直接打电话，名字因此提前为人所知。",
    strictest=min,
)

AT_TIME, ALL_PRESENT = "time", "present"
_REVEALS = ((AT_TIME, "到名单公开时间"), (ALL_PRESENT, "全体到场签到后"))
REVEAL_BY = Setting(
    "draws.reveal_by",
    "名单公开方式",
    Choice(_REVEALS),
    AT_TIME,
    group=FAIRNESS,
    order=45,
    help="「全体到场签到后」：在席专家都用手机填了现场的签到码，名单才公开，此前谁也看不到；方案里的公开时间不用。",
    strictest=_last_of(_REVEALS),
)
PRESENT_LATEST = Setting(
    "draws.present_latest",
    "到场签到公开的最晚时间（评审开始后）",
    PRESENT_MINUTES,
    120,
    group=FAIRNESS,
    order=46,
    help="到这时还没有全部签到的，名单照样公开；评审开始后有人缺席的，可由两人申请并确认提前公开。",
)
PLACE_OPENS = Setting(
    "draws.place_opens",
    "到场签到提前开放",
    Duration(10, 720, "分钟"),
    timedelta(minutes=60),
    group=INVITING,
    order=140,
    help="评审开始前这么久起，可以打开签到页面、填写签到码。",
)
PICKED_WITHIN = Setting(
    "draws.picked_within",
    "人工选人时比较多少天的参评次数",
    Number(30, 3650, "天"),
    365,
    group=INVITING,
    order=150,
    help="推荐次序在级次、职称级别相同时，把评审前这么多天内参评少的排在前面。",
)
HELD_TRIES = Setting(
    "draws.held_tries",
    "一天内最多几次封存不成",
    Number(1, 100, "次"),
    3,
    group=FAIRNESS,
    order=60,
    help="同一人、同一项目 24 小时内因专家被名单未公开的抽取占用而被拒绝、封存后放弃、或放宽条件补抽的申请没有办成的次数；"
    "再多须先审核方案：反复试可以试出别的抽取抽中了谁。",
    strictest=min,
)
COUNTS_PER_HOUR = Setting(
    "draws.counts_per_hour",
    "每人每小时最多查询几次人数",
    Number(10, 100_000, "次"),
    600,
    group=FAIRNESS,
    order=70,
    help="设置条件时的实时人数、预查询、抽取前核对、人工选人合计；每次都留痕。",
    strictest=min,
)

OTHER_GROUND = "其他"  # always there, and always to be explained
UNREACHABLE = "联系不上"
NOT_IN_POOL = "已不在库"  # always there, too: law wants whoever left the pool replaced
NOT_OF_ONESELF = (UNREACHABLE, NOT_IN_POOL)  # what nobody says of himself
GROUNDS = f"时间冲突、健康原因、专业不符、回避、工作冲突、{UNREACHABLE}"
NOT_OF_TIME = ("健康原因", UNREACHABLE)  # another time would have changed nothing
MOST_OF_A_GROUND = 50
_NUMBER = re.compile(r"\d{5}")


class Grounds(Text):
    """Reasons to choose from, each in words, parted by 、."""

    def check(self, value: str) -> None:
        super().check(value)
        found = [one for one in map(str.strip, value.split("、")) if one]
        if value.strip() and not found:
            raise ValidationError("请至少写一项原因。")
        if twice := [one for one, count in Counter(found).items() if count > 1]:
            raise ValidationError(f"「{twice[0]}」写了两次，请只留一项。")
        for one in found:
            if _NUMBER.search(one):
                raise ValidationError(f"「{one[:20]}」里有号码：原因会公开，不能写某个人的信息。")
            if not is_reason(one) or any(unicodedata.category(char) == "So" for char in one):
                raise ValidationError(f"「{one}」不是原因：每项至少写两个字，不能含表情符号。")
            if len(one) > MOST_OF_A_GROUND:
                raise ValidationError(f"「{one[:10]}…」太长：每项最多 {MOST_OF_A_GROUND} 字。")


ANSWER_GROUNDS = Setting(
    "draws.answer_grounds",
    "不能参加的原因",
    Grounds(200),
    GROUNDS,
    group=FAIRNESS,
    order=50,
    help="专家自己答复不能参加、经办人替专家登记拒绝、请假、更换时，从中选择；用顿号分开，"
    "「已不在库」「其他」总在最后，后者须写明。封存时写入规则，之后的改动不影响已封存的抽取。",
)

# What a regime may decide for itself: the setting for all, and what kind its own value has.
_OWN: tuple[tuple[Setting[int], Number], ...] = (
    (REPLY_SHORTEST, MINUTES),
    (REPLY_LONGEST, MINUTES),
    (REVEAL_LATEST, HOURS),
    (REVEAL_EARLIEST, HOURS),
    (CANDIDATES_PER_SEAT, PER_SEAT),
    (PANEL_BITS, BITS),
    (EMERGENCY_WITHIN, Number(1, 720, "小时")),
    (EMERGENCY_SHORTEST, EMERGENCY_MINUTES),
    (EMERGENCY_LONGEST, EMERGENCY_MINUTES),
    (PRESENT_LATEST, PRESENT_MINUTES),
)
REGIME_GROUPS = {
    regime: SettingGroup(
        f"policy_{regime.value}",
        f"抽取制度：{regime.label}",
        order=42 + at,
        note="留空的与通用规定相同；降低要求的，立即通知监督人和审核人，满 24 小时后才按新的要求",
        saved=f"{LOWERED}；{SENT_STAYS}",
    )
    for at, regime in enumerate(Regime)
}
# By the code of the setting for all, and the regime.
OWN_NUMBERS: dict[tuple[str, str], Setting[int | None]] = {
    (general.code, regime.value): Setting(
        f"{general.code}.{regime.value}",
        general.label,
        OwnNumber(number),
        None,
        group=group,
        order=order,
        help=f"只适用于{regime.label}项目，以{number.unit}计。",
        general=general,
        strictest=general.strictest,
    )
    for regime, group in REGIME_GROUPS.items()
    for order, (general, number) in enumerate(_OWN, 2)
}
MORE_CONTRIBUTORS: dict[str, Setting[tuple[str, ...]]] = {
    regime.value: Setting(
        f"{REQUIRED_CONTRIBUTORS.code}.{regime.value}",
        "还必须提供随机值的人",
        CONTRIBUTORS,
        (),
        group=group,
        order=1,
        help=f"只适用于{regime.label}项目，通用规定要求的之外。",
        general=REQUIRED_CONTRIBUTORS,
        strictest=REQUIRED_CONTRIBUTORS.strictest,
    )
    for regime, group in REGIME_GROUPS.items()
}
AS_USUAL = ""
OWN_REVEAL_BY: dict[str, Setting[str]] = {
    regime.value: Setting(
        f"{REVEAL_BY.code}.{regime.value}",
        REVEAL_BY.label,
        Choice(((AS_USUAL, "与通用规定相同"), *_REVEALS)),
        AS_USUAL,
        group=group,
        order=15,
        help=f"只适用于{regime.label}项目。",
        general=REVEAL_BY,
        strictest=REVEAL_BY.strictest,
    )
    for regime, group in REGIME_GROUPS.items()
}
OWN_GROUNDS: dict[str, Setting[str]] = {
    regime.value: Setting(
        f"{ANSWER_GROUNDS.code}.{regime.value}",
        ANSWER_GROUNDS.label,
        Grounds(200, required=False),
        "",
        group=group,
        order=25,
        help=f"只适用于{regime.label}项目；留空的与通用规定相同。",
        general=ANSWER_GROUNDS,
    )
    for regime, group in REGIME_GROUPS.items()
}
OWN_QUIET_HOURS: dict[str, Setting[Span | None]] = {
    regime.value: Setting(
        f"{QUIET_HOURS.code}.{regime.value}",
        QUIET_HOURS.label,
        OwnTimeRange(),
        None,
        group=group,
        order=20,
        help=f"只适用于{regime.label}项目；留空的与通用规定相同；发邀请随时按新的，答复时限以封存时的设置为准。",
        general=QUIET_HOURS,
    )
    for regime, group in REGIME_GROUPS.items()
}
OWN_NAME_SPOKEN: dict[str, Setting[str]] = {
    regime.value: Setting(
        f"{NAME_SPOKEN.code}.{regime.value}",
        NAME_SPOKEN.label,
        Choice(((AS_USUAL, "与通用规定相同"), *_SPEAKS)),
        AS_USUAL,
        group=group,
        order=22,
        help=f"只适用于{regime.label}项目；以后的电话按新的。",
        general=NAME_SPOKEN,
    )
    for regime, group in REGIME_GROUPS.items()
}
# Beyond what is set for all.
REGIME_PLAN_APPROVAL: dict[str, Setting[bool]] = {
    regime.value: Setting(
        f"{PLAN_APPROVAL.code}.{regime.value}",
        PLAN_APPROVAL.label,
        PLAN_APPROVAL.kind,
        default=False,
        group=group,
        order=20,
        help=f"只适用于{regime.label}项目；通用规定要求审核时，这里不能免除。",
        general=PLAN_APPROVAL,
        strictest=PLAN_APPROVAL.strictest,
    )
    for regime, group in REGIME_GROUPS.items()
}

SETTINGS: tuple[Setting[Any], ...] = (
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
    REQUIRED_CONTRIBUTORS,
    CANDIDATES_PER_SEAT,
    PANEL_BITS,
    THIN,
    PLAN_APPROVAL,
    EMERGENCY_WITHIN,
    REVEAL_BY,
    PRESENT_LATEST,
    ANSWER_GROUNDS,
    *OWN_REVEAL_BY.values(),
    HELD_TRIES,
    COUNTS_PER_HOUR,
    *OWN_GROUNDS.values(),
    *REGIME_PLAN_APPROVAL.values(),
    *MORE_CONTRIBUTORS.values(),
    *OWN_NUMBERS.values(),
    QUIET_HOURS,
    *OWN_QUIET_HOURS.values(),
    NAME_SPOKEN,
    *OWN_NAME_SPOKEN.values(),
    REMIND_HOURS,
    REMIND_SHARE,
    *WAITS.values(),
    *QUIET_WAYS.values(),
    PLACE_OPENS,
    PICKED_WITHIN,
)
# By which letters go out later: all of them together may stop draws.
DELAYING: tuple[Setting[Any], ...] = (
    QUIET_HOURS,
    *OWN_QUIET_HOURS.values(),
    *WAITS.values(),
    *QUIET_WAYS.values(),
)
# Of what an operator may do so often: more is less of a demand.
MOST: tuple[Setting[int], ...] = (HELD_TRIES, COUNTS_PER_HOUR)
# From which follows what a draw is held to (`draws.queries.policy`).
DEMANDING: tuple[Setting[Any], ...] = (
    *(general for general, _ in _OWN),
    *OWN_NUMBERS.values(),
    REQUIRED_CONTRIBUTORS,
    *MORE_CONTRIBUTORS.values(),
    THIN,
    PLAN_APPROVAL,
    *REGIME_PLAN_APPROVAL.values(),
    REVEAL_BY,
    *OWN_REVEAL_BY.values(),
)


def _in_order(low: Setting[int], usual: Setting[int], high: Setting[int]) -> SettingConstraint:
    def broken(read: Reader) -> str:
        if read(low) <= read(usual) <= read(high):
            return ""
        return (
            f"“{usual.label}”（{usual.kind.words(read(usual))}）应在“{low.label}”"
            f"（{low.kind.words(read(low))}）和“{high.label}”（{high.kind.words(read(high))}）之间。"
        )

    return SettingConstraint(usual.code, INVITING, broken, at=usual)


def _own_in_order(regime: Regime, low: Setting[int], high: Setting[int]) -> SettingConstraint:
    """A regime's own bounds, with those for all where it has none, leave room for a value."""

    def broken(read: Reader) -> str:
        values = []
        for general in (low, high):
            own = read(OWN_NUMBERS[general.code, regime.value])
            values.append(read(general) if own is None else own)
        if values[0] <= values[1]:
            return ""
        kind = low.kind.words
        return (
            f"{regime.label}项目的“{low.label}”（{kind(values[0])}）大于“{high.label}”"
            f"（{kind(values[1])}），没有数值可以填写：请核对“{low.group.label}”和"
            f"“{REGIME_GROUPS[regime].label}”里的这两项。"
        )

    return SettingConstraint(
        f"{low.code}.{regime.value}",
        REGIME_GROUPS[regime],
        broken,
        others=(low.group,),
        at=OWN_NUMBERS[low.code, regime.value],
    )


def _minutes_of(*spans: Span | None) -> set[int]:
    """Return the minutes of a day in which one of ``spans`` lies."""
    found: set[int] = set()
    for span in filter(None, spans):
        start, end = (60 * at.hour + at.minute for at in (span.start, span.end))
        found |= {minute % 1440 for minute in range(start, end + 1440 * (end <= start))}
    return found


def _time_to_send(read: Reader) -> str:
    for regime, own in OWN_QUIET_HOURS.items():
        hours = read(own) or read(QUIET_HOURS)
        for way in QUIET_WAYS.values():
            quiet = _minutes_of(hours, read(way))
            if len(quiet) * timedelta(minutes=1) > timedelta(days=1) - LEAST_OPEN:
                return (
                    f"{Regime(regime).label}项目的「{QUIET_HOURS.label}」（{QUIET_HOURS.kind.words(hours)}）"
                    f"和「{way.label}」（{way.kind.words(read(way))}）合起来太长：每天至少留 "
                    f"{LEAST_OPEN // timedelta(hours=1)} 小时发邀请。"
                )
    return ""


CONSTRAINTS = (
    SettingConstraint(
        "draws.time_to_send", WAYS, _time_to_send, others=(INVITING, *REGIME_GROUPS.values())
    ),
    *(
        _own_in_order(regime, low, high)
        for regime in Regime
        for low, high in (
            (REPLY_SHORTEST, REPLY_LONGEST),
            (REVEAL_LATEST, REVEAL_EARLIEST),
            (EMERGENCY_SHORTEST, EMERGENCY_LONGEST),
        )
    ),
    _in_order(REPLY_SHORTEST, REPLY_USUAL, REPLY_LONGEST),
    _in_order(REVEAL_LATEST, REVEAL_USUAL, REVEAL_EARLIEST),
    _in_order(EMERGENCY_SHORTEST, EMERGENCY_USUAL, EMERGENCY_LONGEST),
)
