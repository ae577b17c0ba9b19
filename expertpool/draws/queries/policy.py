"""What the office demands of draws under a regime, and what of it a plan or a found pool breaks.

Plans are held to the policy as it stands; a draw carries the one it was sealed under in its rule
(`SealedRule.policy`), and what comes after the seal is held to that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from expertpool.core.configuration import Setting, read_once, value_of
from expertpool.draws.enums import CONTRIBUTOR_LABEL
from expertpool.draws.models import ConditionGroup, DrawPlan
from expertpool.draws.queries.outlook import panel_bits
from expertpool.draws.rules import Policy
from expertpool.draws.settings import (
    CANDIDATES_PER_SEAT,
    EMERGENCY_WITHIN,
    MORE_CONTRIBUTORS,
    OWN_NUMBERS,
    PANEL_BITS,
    PLAN_APPROVAL,
    REGIME_PLAN_APPROVAL,
    REPLY_LONGEST,
    REPLY_SHORTEST,
    REQUIRED_CONTRIBUTORS,
    REVEAL_EARLIEST,
    REVEAL_LATEST,
    THIN,
)


def policy_for(regime: str) -> Policy:
    """Return what the office demands of draws under ``regime`` now."""

    def number(general: Setting[int]) -> int:
        own = value_of(OWN_NUMBERS[general.code, regime])
        return value_of(general) if own is None else own

    with read_once():
        required = {*value_of(REQUIRED_CONTRIBUTORS), *value_of(MORE_CONTRIBUTORS[regime])}
        return Policy(
            reply_shortest=number(REPLY_SHORTEST),
            reply_longest=number(REPLY_LONGEST),
            reveal_latest=number(REVEAL_LATEST),
            reveal_earliest=number(REVEAL_EARLIEST),
            contributors=tuple(role for role in CONTRIBUTOR_LABEL if role in required),
            candidates_per_seat=number(CANDIDATES_PER_SEAT),
            panel_bits=number(PANEL_BITS),
            emergency_within=number(EMERGENCY_WITHIN),
            plan_approval=value_of(PLAN_APPROVAL) or value_of(REGIME_PLAN_APPROVAL[regime]),
            thin_is_refused=value_of(THIN) == "refuse",
        )


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


def thinness(
    groups: Sequence[ConditionGroup], fits: Sequence[Mapping[str, int]], policy: Policy
) -> list[str]:
    """Say where candidates, given as maps group → level, are fewer than ``policy`` demands.

    Each is a sentence without a full stop; none: chance has something to do.
    """
    counts = Counter(code for one in fits for code in one)
    found = [
        f"「{group.name}」抽取 {group.seats} 人，只有 {counts[group.code]} 名候选人，"
        f"制度规定每个席位至少 {policy.candidates_per_seat} 名"
        for group in groups
        if counts[group.code] < policy.candidates_per_seat * group.seats
    ]
    bits = panel_bits({group.code: group.seats for group in groups}, fits)
    if bits < policy.panel_bits and not found:
        found.append(
            f"可能的评审组只有 2 的 {bits:.1f} 次方种，名单容易猜中，"
            f"制度规定至少 {policy.panel_bits} 次方"
        )
    return found
