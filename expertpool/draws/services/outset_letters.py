"""How the invitations of a draw that starts now go out, and what speaks against it: for the page before the button."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from expertpool.core.text import moment_text
from expertpool.draws.models import DrawPlan
from expertpool.draws.occasions import INVITATION, STANDBY_INVITATION
from expertpool.draws.queries.clock import held_ways, quiet_set, quiet_until, time_counted
from expertpool.draws.queries.going_out import Asked, Asking
from expertpool.draws.queries.meetings import kind_of
from expertpool.draws.queries.ways import too_late
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import not_in_pool
from expertpool.notifications.enums import AddressKind, ChannelCode
from expertpool.notifications.queries.channels import (
    addresses_of,
    configured,
    is_outward,
    reaches_phones,
    ways_by,
    ways_outside,
)
from expertpool.notifications.queries.route import route_name
from expertpool.notifications.queries.templates import TemplateState, states_of
from expertpool.projects.models import Project

SAID_FROM = 10  # fewer of the pool are said to be few


@dataclass(frozen=True)
class Caution:
    """Something to know before the button."""

    title: str
    text: str
    tone: str = "amber"


def unsent_by(plan: DrawPlan, members: Sequence[Project]) -> Iterator[Caution]:
    """Which of the chosen channels send no invitation, as its text stands."""
    for way, state in _unsent(plan, members).items():
        if way in plan.channels:
            what = state.occasion.label
            yield Caution(
                f"{way.label}发不出{what}",
                f"「通知模板」中「{what}」的{way.label}{state.status.label}：抽中的专家只从其他渠道收到邀请，"
                "没有其他渠道的收不到，席位会空到评审开始。请管理员先改好。",
            )


def _unsent(plan: DrawPlan, members: Sequence[Project]) -> dict[ChannelCode, TemplateState]:
    """Return by which channels of this site nobody is asked, since a text that asks is not sent there."""
    has_standbys = any(group.standby_seats for group in plan.groups.all())
    asking = [STANDBY_INVITATION, INVITATION] if has_standbys else [INVITATION]
    kind = kind_of(members)
    return {
        state.channel: state
        for occasion in asking
        for state in states_of(occasion, configured(occasion.channels), kind)
        if state.why_unsent
    }


def unreached_by(plan: DrawPlan, members: Sequence[Project], now: datetime) -> Iterator[Caution]:
    """Whom the chosen channels do not reach: of the whole pool and by tens, so that it says nothing of
    who can be drawn."""
    unsent = _unsent(plan, members)
    by = addresses_of(one for one in plan.channels if one not in unsent)
    instead = ways_outside(INVITATION, phone="1", email="")
    instead = [way for way in instead if way not in unsent]
    if instead and AddressKind.PHONE in by:
        return
    pool = Expert.objects.exclude(not_in_pool(now))
    by_mail = AddressKind.EMAIL in by
    lacking = pool.filter(email_index=None).count() if by_mail else pool.count()
    if not lacking:
        return
    how_many = f"约 {round(lacking, -1)} 名" if lacking >= SAID_FROM else "少数"
    whom = f"{how_many}没有邮箱的专家" if by_mail else "所有专家"
    if instead:
        told = f"发给{whom}的通知改用{instead[0].label}。"
        yield Caution("所选渠道不能送达所有专家", told)
    else:
        lacks, instead_of_it = _nothing_left(by_mail=by_mail)
        yield Caution(
            "所选渠道不能送达所有专家",
            f"{lacks}：{whom}{'可能' if by_mail else ''}收不到邀请，没有送达的不算未答复，席位会空到评审开始。"
            f"{instead_of_it}。",
        )


def _nothing_left(*, by_mail: bool) -> tuple[str, str]:
    """Say why nobody is told by telephone, and by mail where that is not ``by_mail``, and what is to be done."""
    lacks = "短信现在发不出邀请" if reaches_phones() else "本系统没有配置短信"
    if by_mail:
        return lacks, "请先补全邮箱或配置短信"
    if not ways_by(AddressKind.EMAIL):
        return f"{lacks}，也没有配置邮件", "请管理员先在「通知渠道」「站点设置」接通短信或邮件"
    return lacks, "请先在抽取方案的邀请渠道中选用能发出邀请的邮件，或配置短信"


def held_up(plan: DrawPlan, asking: Asking, now: datetime) -> Iterator[Caution]:
    """What holds back the letters of a draw that starts now, or some of them."""
    yield from _quiet_now(plan, asking, now)
    yield from _quiet_ways(plan, asking)
    yield from _rerouted(plan, now)


def _quiet_now(plan: DrawPlan, asking: Asking, now: datetime) -> Iterator[Caution]:
    until = quiet_until(now, plan.project.regime)
    if until and until >= asking.opening:
        yield Caution(
            "现在是免打扰时段",
            f"评审在免打扰时段结束（{moment_text(until)}）之前开始，邀请不再推迟，立即发出，答复时限照常计算。",
        )
    elif until:
        yield Caution(
            "现在是免打扰时段",
            f"邀请{_earliest(plan) or '将于'} {moment_text(asking.all.first)} 发出，答复时限从发出后起算；"
            "急需时可在抽取页面写明原因、立即发出。",
        )


def never_used(plan: DrawPlan, asking: Asking) -> Iterator[Caution]:
    asked = asking.all
    waiting = [
        way
        for way in too_late(plan.channels, plan.reply_minutes)
        # What it follows may itself have to wait.
        if plan.contributors or way not in asked.goes or way in asked.too_late
    ]
    for way in waiting:
        yield Caution(
            f"{way.label}来不及用",
            f"站点设置规定{way.label}在第一条邀请之后才用，那时答复时限（{plan.reply_minutes} 分钟）已经过了："
            f"只有其他渠道送不到的才用{way.label}。可以加长答复时限，或请管理员缩短等待时间。",
        )
    if plan.contributors:
        return  # by when they have given their values nobody knows
    for way in asked.too_late:
        if way not in waiting and (before := _before(way, asked)):
            yield Caution(
                f"{way.label}来不及用",
                f"{way.label}邀请 {moment_text(asked.goes[way])} 才能发出，那时先由"
                f"{_named(before)}邀请的已过答复截止（{moment_text(asked.until)}）："
                f"只有其他渠道送不到的才用{way.label}。可以加长答复时限，或在那之后再抽取。",
            )


def _before(way: ChannelCode, asked: Asked) -> list[ChannelCode]:
    """Those of the ways by which somebody is asked that go out before ``way``."""
    return [one for one, at in asked.goes.items() if at < asked.goes[way]]


def _quiet_ways(plan: DrawPlan, asking: Asking) -> Iterator[Caution]:
    """Those of its channels that ring nobody now for hours of their own."""
    late = () if plan.contributors else asking.all.too_late
    for way in sorted(asking.all.quiet.difference(late)):
        others = _named(_before(way, asking.all))
        then = (
            f"{others}邀请先发，答复时限从先发的起算；在此之前答复的不再发。"
            if others
            else "答复时限从发出后起算；急需时可在抽取页面写明原因、立即发出。"
        )
        when = f"{_earliest(plan)} {moment_text(asking.all.goes[way])} 发出"
        yield Caution(f"现在是{way.label}的免打扰时段", f"{way.label}邀请{when}，{then}")


def _earliest(plan: DrawPlan) -> str:
    """How the time of a letter is said: once values are to be given first, it may be later."""
    return "最早" if plan.contributors else ""


def _rerouted(plan: DrawPlan, now: datetime) -> Iterator[Caution]:
    """Give a caution for each way of ``plan`` whose letters wait since it was changed."""
    held = held_ways(plan.channels, now, plan.project.regime)
    outside = [one for one in configured(plan.channels) if is_outward(one)]
    others = any(one not in held for one in outside)
    then = "其他渠道照常发出，答复时限从先发的起算" if others else "答复时限从发出后起算"
    for way, until in held.items():
        name = route_name(way)
        yield Caution(
            f"{name}刚改动过",
            f"因{name}改动，{way.label}邀请 {moment_text(until)} 发出；{then}。",
        )


def in_time(plan: DrawPlan, asking: Asking, now: datetime) -> str:
    """Say until when the first who are asked may answer, and where that is not so many minutes from when they are, why."""
    length = f"{plan.reply_minutes} 分钟"
    if plan.contributors:
        return f"须在发出后 {length}内"  # it depends on when they have given their values
    until, quiet = asking.all.until, quiet_set(plan.project.regime)
    ends = _ends_in_words(asking)
    is_broken = time_counted(now, until, closing=asking.opening, quiet=quiet) != until - now
    if not is_broken and until != asking.opening:
        return f"须在发出后 {length}内（{ends}）"
    why = [f"答复时限 {length}"]
    if is_broken:
        why.append("免打扰时段不计在内")
    if until == asking.opening:
        why.append("最晚到评审开始")
    return f"须在 {ends}（{'，'.join(why)}）"


def _ends_in_words(asking: Asking) -> str:
    usual = asking.all.until
    others = {
        f"只能用{_named(one.goes)}通知的 {moment_text(one.until)} 前"
        for one in asking.alone.values()
        # By others than the plan's hardly anybody is asked.
        if one.until != usual and one.goes.keys() <= asking.all.goes.keys()
    }
    return "；".join([f"{moment_text(usual)} 前", *sorted(others)])


def _named(ways: Iterable[ChannelCode]) -> str:
    return "、".join(way.label for way in ways)
