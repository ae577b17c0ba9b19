"""What the office demands of draws under a regime, and what of it a plan or a found pool breaks.

Plans are held to the policy as it stands; a draw carries the one it was sealed under in its rule
(`SealedRule.policy`), and what comes after the seal is held to that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from expertpool.core.bounds import Bounds
from expertpool.core.configuration import Reader, Setting, in_force, value_of
from expertpool.draws.enums import CONTRIBUTOR_LABEL
from expertpool.draws.models import ConditionGroup, Draw, DrawPlan, PlanVersion
from expertpool.draws.queries.outlook import (
    Tally,
    joined_groups,
    panel_bits,
    subsets,
    ways_in_words,
)
from expertpool.draws.rules import Policy, QuietHours
from expertpool.draws.settings import (
    ALL_PRESENT,
    ANSWER_GROUNDS,
    CANDIDATES_PER_SEAT,
    DEMANDING,
    EMERGENCY_LONGEST,
    EMERGENCY_SHORTEST,
    EMERGENCY_WITHIN,
    MORE_CONTRIBUTORS,
    MOST,
    MOST_OF_A_GROUND,
    NOT_IN_POOL,
    OTHER_GROUND,
    OWN_GROUNDS,
    OWN_NAME_SPOKEN,
    OWN_NUMBERS,
    OWN_QUIET_HOURS,
    OWN_REVEAL_BY,
    PANEL_BITS,
    PLAN_APPROVAL,
    PRESENT_LATEST,
    REGIME_PLAN_APPROVAL,
    REPLY_LONGEST,
    REPLY_SHORTEST,
    REQUIRED_CONTRIBUTORS,
    REVEAL_EARLIEST,
    REVEAL_LATEST,
    SPOKEN,
    THIN,
)
from expertpool.projects.enums import Regime
from expertpool.projects.models import Project
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries.counting import counting, read_before

NOBODY_FITS = "没有一名专家符合条件又可以抽取，提交方案审核也无济于事。请放宽条件、增加级次、改评审时间，或先在专家库增加专家。"


def policy_for(regime: str, *, now: datetime) -> Policy:
    """Return what the office demands of draws under ``regime``: now and, since what is lowered counts a
    day later, at any moment of the day before (docs/decisions/0162)."""
    return policy_by(counting(now, *DEMANDING), regime)


def policy_by(read: Reader, regime: str) -> Policy:
    """Return what the office demands of draws under ``regime`` by the settings as they are ``read``."""

    def number(general: Setting[int]) -> int:
        return int(in_force(OWN_NUMBERS[general.code, regime], read))

    # Both: a regime may demand more than all others, never less.
    required = {*read(REQUIRED_CONTRIBUTORS), *read(MORE_CONTRIBUTORS[regime])}
    return Policy(
        reply_shortest=number(REPLY_SHORTEST),
        reply_longest=number(REPLY_LONGEST),
        reveal_latest=number(REVEAL_LATEST),
        reveal_earliest=number(REVEAL_EARLIEST),
        # In one order, since it is sealed.
        contributors=tuple(role for role in CONTRIBUTOR_LABEL if role in required),
        candidates_per_seat=number(CANDIDATES_PER_SEAT),
        panel_bits=number(PANEL_BITS),
        emergency_within=number(EMERGENCY_WITHIN),
        plan_approval=read(PLAN_APPROVAL) or read(REGIME_PLAN_APPROVAL[regime]),
        thin_is_refused=read(THIN) == "refuse",
        reveal_present=in_force(OWN_REVEAL_BY[regime], read) == ALL_PRESENT,
        present_latest=number(PRESENT_LATEST),
        emergency_shortest=number(EMERGENCY_SHORTEST),
        emergency_longest=number(EMERGENCY_LONGEST),
        # As they are set: of several there is none that is stricter (docs/decisions/0601).
        quiet_hours=QuietHours(in_force(OWN_QUIET_HOURS[regime], read)),
    )


def is_lowered(change: SettingChange) -> bool:
    """Tell whether the office demands less of any draw since ``change``, the last one."""
    before = read_before(change)
    if any(value_of(most) > before(most) for most in MOST if most.code == change.code):
        return True
    return any(
        policy_by(value_of, regime).is_below(policy_by(before, regime)) for regime in Regime.values
    )


def policy_of_panel(regime: str, base: Draw | None, *, now: datetime) -> Policy:
    """Return the same for a draw that completes the panel of ``base``: the names of one panel open by
    one rule, the one that ``base`` sealed, whatever the office has changed since."""
    policy = policy_for(regime, now=now)
    sealed = base.rule.policy if base else None
    if sealed is None:
        return policy
    return replace(
        policy,
        reveal_latest=sealed.reveal_latest,
        reveal_earliest=sealed.reveal_earliest,
        reveal_present=sealed.reveal_present,
        present_latest=sealed.present_latest,
    )


def answer_grounds(regime: str) -> list[str]:
    """Return why a seat may be given up under ``regime``, by its expert or by a hand, as the office
    lists it; 已不在库 and 其他 last."""
    listed = value_of(OWN_GROUNDS[regime]) or value_of(ANSWER_GROUNDS)
    grounds = [ground.strip()[:MOST_OF_A_GROUND] for ground in listed.split("、")]
    always = (NOT_IN_POOL, OTHER_GROUND)
    return [*dict.fromkeys(one for one in grounds if one and one not in always), *always]


def grounds_of(draw: Draw) -> list[str]:
    """Return why a seat of ``draw`` may be given up, by its expert or by a hand: what was sealed, or, where it was sealed before
    there was such a list, what the office lists now."""
    sealed = draw.rule.grounds
    return list(sealed) if sealed else answer_grounds(draw.project.regime)


def ground_of_gone(sealed: Sequence[str]) -> str:
    """Return by which of the ``sealed`` grounds whoever left the pool is replaced: older lists have none
    of its own."""
    return NOT_IN_POOL if NOT_IN_POOL in sealed else OTHER_GROUND


def is_name_spoken(projects: Iterable[Project]) -> bool:
    """Tell whether a call may say what ``projects`` are called: by the regimes of all of them (docs/decisions/0678)."""
    return all(in_force(OWN_NAME_SPOKEN[one.regime]) == SPOKEN for one in projects)


def missing_contributors(given: Iterable[str], policy: Policy) -> str:
    """Say who has to give a random value and is not among those ``given``; empty: nobody."""
    missing = [CONTRIBUTOR_LABEL[role] for role in policy.contributors if role not in set(given)]
    if not missing:
        return ""
    return f"按制度规定，随机值必须由{'、'.join(missing)}参与提供，请在抽取方案中勾选。"


def faults_of_plan(plan: DrawPlan, policy: Policy) -> list[str]:
    """Say what of a saved ``plan`` the ``policy`` forbids: it may be younger than the plan."""
    faults = [
        f"{label}为 {value} {unit}，制度规定应在 {low} 至 {high} {unit}之间，请修改抽取方案。"
        for label, unit, value, low, high in (
            (
                "答复时限",
                "分钟",
                plan.reply_minutes,
                policy.reply_shortest,
                policy.reply_longest,
            ),
            (
                "名单公开时间（评审前）",
                "小时",
                plan.reveal_hours,
                policy.reveal_latest,
                policy.reveal_earliest,
            ),
        )
        if not low <= value <= high
    ]
    missing = missing_contributors(plan.contributors, policy)
    return [*faults, missing] if missing else faults


def held_to(plan: DrawPlan, policy: Policy) -> DrawPlan:
    """Return ``plan`` with what ``policy`` demands beyond it, never to be saved: of a panel that is to be completed
    only the conditions can be changed any more (docs/decisions/0189)."""
    # A copy: what is drawn by now is not what somebody planned.
    held = copy(plan)
    missing = [role for role in policy.contributors if role not in plan.contributors]
    held.contributors = [*plan.contributors, *missing]
    reply = Bounds(policy.reply_shortest, policy.reply_longest)
    held.reply_minutes = reply.nearest(plan.reply_minutes)
    reveal = Bounds(policy.reveal_latest, policy.reveal_earliest)
    held.reveal_hours = reveal.nearest(plan.reveal_hours)
    return held


def beyond_plan(plan: DrawPlan, policy: Policy) -> list[str]:
    """Say what of ``plan`` `held_to` makes another."""
    pairs = zip(_held_words(held_to(plan, policy)), _held_words(plan), strict=True)
    return [f"{words}（方案为{was}）" for (words, now), (_, was) in pairs if now != was]


def _held_words(plan: DrawPlan) -> list[tuple[str, str]]:
    """Return what a policy bounds of ``plan``: a sentence, and its value alone."""
    by = "、".join(CONTRIBUTOR_LABEL[role] for role in plan.contributors) or "无"
    minutes, hours = f" {plan.reply_minutes} 分钟", f"评审前 {plan.reveal_hours} 小时"
    return [
        (f"随机值由{by}提供", by),
        (f"答复时限{minutes}", minutes),
        (f"名单公开时间为{hours}", hours),
    ]


@dataclass(frozen=True)
class Thin:
    """That chance has too little to do in one place: ``key`` names it, ``measure`` is how much there
    is (candidates, or tenths of a bit), by which two moments are compared."""

    key: str
    measure: int
    text: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def thinness(groups: Sequence[ConditionGroup], fits: Tally, policy: Policy) -> list[Thin]:
    """Return where candidates are fewer than ``policy`` demands.

    Group by group, since one wide group does not make another less certain; level by level, since
    all of a level that is used up sit for sure: whoever singles out one expert by the first level
    has named him; and together, wherever groups share candidates: what is certain for eight seats
    stays so when they are split over two groups.
    """
    found: list[Thin] = []
    levels = {one.code: _levels(fits, one.code) for one in groups}
    for group in groups:
        found += _thin_group(group, levels[group.code], policy)
    kinds = {frozenset(one) for one, _ in fits}
    last = {one.code: _last_level(one.seats, levels[one.code]) for one in groups}
    for chosen in subsets([group.code for group in groups if group.seats]):
        shared = Counter(kind & chosen for kind in kinds)
        if len(chosen) > 1 and len(joined_groups(dict.fromkeys(chosen, 0), shared)) == 1:
            among = [one for one in groups if one.code in chosen]
            found += _thin_together(among, fits, last, policy)
    return found


def _thin_group(group: ConditionGroup, levels: Mapping[int, int], policy: Policy) -> Iterator[Thin]:
    demanded = f"制度规定每个席位至少 {policy.candidates_per_seat} 名"
    left = group.seats
    for level, count in sorted(levels.items()):
        taken = min(count, left)
        # The last level is asked for all that is left, also where it cannot give so many.
        wanted = left if level == max(levels) else taken
        left -= taken
        if count < policy.candidates_per_seat * taken:
            text = (
                f"「{group.name}」第 {level} 级次 {count} 名候选人要坐 {wanted} 个席位，{demanded}"
            )
            yield Thin(f"{group.code}.{level}", count, text)
        if not left:
            break
    if left and policy.candidates_per_seat:
        count = sum(levels.values())
        text = f"「{group.name}」抽取 {group.seats} 人，只有 {count} 名候选人，{demanded}"
        yield Thin(group.code, count, text)
    alone = [({group.code: level}, count) for level, count in levels.items()]
    bits = panel_bits({group.code: group.seats}, alone)
    if group.seats:
        yield from _guessable(group.code, f"「{group.name}」", bits, policy)


def _thin_together(
    groups: Sequence[ConditionGroup],
    fits: Tally,
    last: Mapping[str, int],
    policy: Policy,
) -> Iterator[Thin]:
    """The same for ``groups`` that share candidates, as if they were one. ``last`` are the levels at
    which the seats of each are full."""
    seats = {group.code: group.seats for group in groups}
    mine = [({code: one[code] for code in seats if code in one}, n) for one, n in fits]
    key, names = "+".join(seats), "".join(f"「{group.name}」" for group in groups)
    count = sum(n for one, n in mine if any(level <= last[code] for code, level in one.items()))
    wanted = sum(seats.values())
    if count < policy.candidates_per_seat * wanted:
        text = (
            f"{names}条件重叠，合起来抽取 {wanted} 人，只有 {count} 名候选人，"
            f"制度规定每个席位至少 {policy.candidates_per_seat} 名"
        )
        yield Thin(key, count, text)
    yield from _guessable(key, f"{names}条件重叠，合起来", panel_bits(seats, mine), policy)


def _levels(fits: Tally, code: str) -> Counter[int]:
    """How many fit the group of that ``code`` at each level."""
    levels = Counter[int]()
    for one, count in fits:
        if code in one:
            levels[one[code]] += count
    return levels


def _last_level(seats: int, levels: Mapping[int, int]) -> int:
    """Return the level at which the seats of a group are full; of its candidates, nobody below sits."""
    for level, count in sorted(levels.items()):
        seats -= count
        if seats <= 0:
            return level
    return max(levels, default=0)


def _guessable(key: str, names: str, bits: float, policy: Policy) -> Iterator[Thin]:
    if bits < policy.panel_bits:
        text = (
            f"{names}可能的结果{ways_in_words(bits)}，容易猜中，"
            f"制度规定至少 2 的 {policy.panel_bits} 次方（{2**policy.panel_bits:,}）种"
        )
        yield Thin(f"{key}.bits", round(10 * bits), text)


def why_too_thin(thin: Sequence[Thin], policy: Policy, told: Sequence[Mapping[str, Any]]) -> str:
    """Say why a draw that is so ``thin`` may not begin: the office refuses it, or nobody who was
    ``told`` of it approved the plan; empty: it may."""
    if thin and policy.thin_is_refused:
        texts = "；".join(one.text for one in thin)
        return f"{texts}。请放宽条件，使随机抽取有意义。"
    if news := untold(thin, told):
        return (
            "；".join(news) + "。请放宽条件；确实只有这些专家的，请提交方案审核，批准后可以抽取。"
        )
    return ""


def untold(now: Sequence[Thin], told: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what is thin ``now`` and was not ``told`` to who approved, or is worse than he heard."""
    heard = {one["key"]: one["measure"] for one in told}
    return [one.text for one in now if one.key not in heard or one.measure < heard[one.key]]


def counts_of(groups: Sequence[ConditionGroup], fits: Tally) -> dict[str, int]:
    """Return how many can be drawn for each group, by its code."""
    return {group.code: sum(n for one, n in fits if group.code in one) for group in groups}


def shrunk(
    groups: Sequence[ConditionGroup], counts: Mapping[str, int], told: Mapping[str, int]
) -> list[str]:
    """Say for which groups a fifth or more of the candidates of whom the approver was ``told`` are
    gone: what is avoided is no part of the plan, and narrows it as much as conditions do."""
    return [
        f"「{group.name}」审核时有 {told[group.code]} 名候选人，现在 {counts[group.code]} 名"
        for group in groups
        # In whole numbers: a fifth of seven is told alike everywhere.
        if group.code in told and counts[group.code] * 5 < told[group.code] * 4
    ]


def why_not_by_counts(
    groups: Sequence[ConditionGroup],
    counts: Mapping[str, int],
    thin: Sequence[Thin],
    policy: Policy,
    approved: PlanVersion | None,
) -> str:
    """Say why a draw may not begin by what may be told of its candidates: ``counts`` of each group by its code, and where they
    are ``thin``. The seal refuses it, the page before the button says so. Empty: nothing of that speaks against it."""
    if thin and not any(counts.values()):
        return NOBODY_FITS
    if why_not := why_too_thin(thin, policy, approved.thin if approved else ()):
        return why_not
    if approved and (fewer := shrunk(groups, counts, approved.counts)):
        return (
            "；".join(fewer)
            + "。审核之后候选人少了很多（例如新增了回避），请撤回方案重新提交审核。"
        )
    return ""
