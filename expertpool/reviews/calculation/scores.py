"""What an expert says of an indicator: read, and refused with the reason."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from expertpool.reviews.calculation.tree import FAILED, PASSED, Indicator, Kind, RuleTree, plain

LONGEST = 2000  # characters of a text or reason
_NUMBER = re.compile(r"-?\d{1,6}(?:\.\d{1,6})?")
_YES = {PASSED, "合格", "是", "√", "✓", "y", "yes", "1", "true", "同意"}
_NO = {FAILED, "不合格", "否", "×", "✗", "x", "n", "no", "0", "false", "不同意"}


class ScoreRefused(ValueError):
    """What was said is none of what the indicator takes; the message says what it takes."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a score cannot stand. ``is_missing``: a value or reason is still to come; a draft may be kept."""

    code: str
    text: str
    is_missing: bool = False


def read_value(indicator: Indicator, text: str) -> str:
    """Return ``text`` as it is stored and counted: full-width digits, blanks and 分 are taken as meant, "8.50" is "8.5";
    empty for nothing. Raises ScoreRefused."""
    if indicator.kind is Kind.TEXT:
        return _text(text)
    # Phones type full-width digits beside Chinese.
    said = unicodedata.normalize("NFKC", text).strip()
    if not said:
        return ""
    match indicator.kind:
        case Kind.SCORE:
            return _score(indicator, said)
        case Kind.GRADE:
            return _grade(indicator, said)
        case Kind.CHECK:
            return _check(said)
    raise ScoreRefused("这一项由系统计算，不用填写。")


def _text(text: str) -> str:
    if len(text.strip()) > LONGEST:
        raise ScoreRefused(f"太长：最多 {LONGEST} 字。")
    return text.strip()


def _score(indicator: Indicator, said: str) -> str:
    said = said.removesuffix("分").strip()
    span = f"{plain(indicator.low)} 至 {plain(indicator.high)}"
    if not _NUMBER.fullmatch(said):
        raise ScoreRefused(f"请填 {span} 之间的分数。")
    number = Decimal(said)
    if not indicator.low <= number <= indicator.high:
        raise ScoreRefused(f"超出范围：请填 {span} 之间的分数。")
    # Counted from the lowest, which need not be nought.
    if indicator.step and (number - indicator.low) % indicator.step:
        raise ScoreRefused(f"应以 {plain(indicator.step)} 分为一档，从 {plain(indicator.low)} 起。")
    return plain(number)


def _grade(indicator: Indicator, said: str) -> str:
    labels = [label for label, _ in indicator.grades]
    if said in labels:
        return said
    # As a clerk pastes it: the points instead of the word, where they say which.
    if _NUMBER.fullmatch(said):
        found = [label for label, points in indicator.grades if points == Decimal(said)]
        # Two grades of the same points: which is meant nobody knows.
        if len(found) == 1:
            return found[0]
    raise ScoreRefused(f"请选 {'、'.join(labels)} 中的一个。")


def _check(said: str) -> str:
    if said.lower() in _YES:
        return PASSED
    if said.lower() in _NO:
        return FAILED
    raise ScoreRefused(f"请选“{PASSED}”或“{FAILED}”。")


def why_asked(indicator: Indicator, value: str) -> str:
    """Return why ``value``, as `read_value` gave it, needs a reason; empty if it needs none."""
    if indicator.kind is Kind.CHECK:
        return f"判为“{FAILED}”的，请说明理由。" if value == FAILED else ""
    if not value or indicator.kind not in (Kind.SCORE, Kind.GRADE):
        return ""
    points = points_of(indicator, value)
    lowest, highest = _ends(indicator)
    if indicator.ends and points in (lowest, highest):
        return f"给{'最高' if points == highest else '最低'}分的，请说明理由。"
    if indicator.below is not None and points < indicator.below:
        return f"低于 {plain(indicator.below)} 分的，请说明理由。"
    if indicator.above is not None and points > indicator.above:
        return f"高于 {plain(indicator.above)} 分的，请说明理由。"
    return ""


def _ends(indicator: Indicator) -> tuple[Decimal, Decimal]:
    if indicator.kind is Kind.GRADE:
        points = [one for _, one in indicator.grades]
        return min(points), max(points)
    return indicator.low, indicator.high


def points_of(indicator: Indicator, value: str) -> Decimal:
    """Return what ``value``, as `read_value` gave it, counts before any weight; nothing for nothing."""
    match indicator.kind:
        case Kind.SCORE:
            return Decimal(value or 0)
        case Kind.GRADE:
            # A grade that the rule does not have is worth nothing, and breaks no page.
            return dict(indicator.grades).get(value, Decimal(0))
        case Kind.CHECK:
            return indicator.points if value == PASSED else Decimal(0)
    return Decimal(0)


def check_score(rule: RuleTree, code: str, value: str, reason: str = "") -> Problem | None:
    """Return why ``value`` with ``reason`` cannot stand for the indicator ``code``; None if it can."""
    indicator = rule.indicator(code)
    if indicator is None or indicator.kind is Kind.GROUP:
        return Problem(code, "评审规则里没有这一项。")
    try:
        said = read_value(indicator, value)
    except ScoreRefused as refusal:
        return Problem(code, str(refusal))
    if len(reason) > LONGEST:
        return Problem(code, f"说明太长：最多 {LONGEST} 字。")
    if not said:
        needed = indicator.mandatory and indicator.is_filled_in
        return Problem(code, "这一项必填。", is_missing=True) if needed else None
    why = why_asked(indicator, said)
    return Problem(code, why, is_missing=True) if why and not reason.strip() else None
