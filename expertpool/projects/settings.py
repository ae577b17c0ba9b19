"""What the office decides about the rules of the regimes: which stop a draw, and what is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from expertpool.core.configuration import Setting, SettingGroup, Several, any_of
from expertpool.core.subjects import kept_setting
from expertpool.projects.enums import Regime, RegimeOption
from expertpool.projects.rules import OPTIONS, RULES

REGIME_RULES = SettingGroup(
    "rules",
    "制度规则",
    order=46,
    note="法规条文和依据见「制度规则」页面；放宽的（不再阻止抽取、允许人工抽取等），立即通知监督人和审核人，满 24 小时后才按新的规定",
    saved="收紧的立即生效，放宽的 24 小时后生效，已通知监督人和审核人",
)
# What demands more once it is on; anything else allows something.
DEMANDS = frozenset({RegimeOption.ONE_LEADER.value, RegimeOption.LEFT_NEVER_COUNT.value})


def _asking_most(values: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return of the options that were on at several moments the demands, and what was allowed at each."""
    return tuple(
        one for one in any_of(values) if one in DEMANDS or all(one in value for value in values)
    )


# By the regime. Internal reviews have no rules of law.
BLOCKING: dict[str, Setting[tuple[str, ...]]] = {
    regime.value: Setting(
        f"projects.blocking.{regime.value}",
        f"阻止抽取的规则（{regime.label}）",
        Several(tuple((rule.code, rule.label) for rule in RULES if rule.regime == regime), "无"),
        (),
        group=REGIME_RULES,
        order=10 + at,
        help="不符合时不能抽取；其余规则只作提示。",
        strictest=any_of,
    )
    for at, regime in enumerate(Regime)
    if any(rule.regime == regime for rule in RULES)
}
ALLOWED: dict[str, Setting[tuple[str, ...]]] = {
    regime.value: Setting(
        f"projects.options.{regime.value}",
        f"启用的选项（{regime.label}）",
        Several(
            tuple((one.option.value, one.label) for one in OPTIONS if one.regime == regime), "无"
        ),
        (),
        group=REGIME_RULES,
        order=20 + at,
        help="未启用的一律不允许。",
        strictest=_asking_most,
    )
    for at, regime in enumerate(Regime)
}
NOT_EXPORTED = kept_setting("projects.project", "不可导出的项目信息", order=55)
BY_REGIME: tuple[Setting[Any], ...] = (*BLOCKING.values(), *ALLOWED.values())
SETTINGS = (*BY_REGIME, NOT_EXPORTED)
