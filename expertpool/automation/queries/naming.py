"""Which rules ask a custom field in their condition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from expertpool.automation.models import RuleVersion
from expertpool.automation.permissions import CONFIRM, MANAGE, VIEW
from expertpool.automation.queries.rules import latest_versions
from expertpool.automation.registry import EVENT_KINDS
from expertpool.core.criteria import CriteriaUse, as_seen
from expertpool.customforms.registry import FieldUse


def rules_naming(subject: str, code: str, options: Sequence[Any] = ()) -> list[str]:
    """Return the rules about ``subject`` that are on and ask the field ``code`` (for one of ``options``, if there are
    any), in words."""
    rows = latest_versions().filter(active=True, event__in=_about(subject))
    wanted = {str(one) for one in options}
    return [
        f"事件规则「{one.name}」"
        for one in rows
        if any(not wanted or wanted & set(_values(leaf)) for leaf in _asking(one.condition, code))
    ]


def rules_that_named(subject: str, code: str, options: Sequence[str]) -> list[str]:
    """Return the versions, also former ones, that ask the field for one of ``options``."""
    rows = RuleVersion.objects.filter(event__in=_about(subject))
    wanted = set(options)
    return [
        f"事件规则「{one.name}」第 {one.number} 版"
        for one in rows
        if any(wanted & set(_values(leaf)) for leaf in _asking(one.condition, code))
    ]


def _about(subject: str) -> list[str]:
    return [kind.code for kind in EVENT_KINDS if kind.subject == subject]


def _asking(condition: Any, code: str) -> Iterator[dict[str, Any]]:
    if isinstance(condition, list):
        for part in condition:
            yield from _asking(part, code)
    elif isinstance(condition, dict):
        if condition.get("field") == code:
            yield condition
        for part in condition.values():
            yield from _asking(part, code)


def _values(leaf: dict[str, Any]) -> list[str]:
    value = leaf.get("value")
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _sees(viewer: Any) -> bool:
    return viewer is not None and any(map(viewer.has_permission, (MANAGE, CONFIRM, VIEW)))


def _running(subject: str, code: str, viewer: Any) -> list[str]:
    return _mentioned(subject, code, (), viewer)


def _ever(subject: str, code: str, options: Sequence[str], viewer: Any) -> list[str]:
    is_seen = _sees(viewer)
    return [as_seen(words, is_seen) for words in rules_that_named(subject, code, options)]


def _mentioned(subject: str, code: str, options: Sequence[Any], viewer: Any) -> list[str]:
    is_seen = _sees(viewer)
    return [as_seen(words, is_seen) for words in rules_naming(subject, code, options)]


USE = FieldUse(
    "automation",
    running=_running,
    ever=_ever,
    way_out="请先从规则的条件中去掉，或停用规则",
)
CONDITIONS = CriteriaUse("automation.rules", _mentioned, order=40)
