"""The invented experts of the practice draw (`services.practice`), and who of them cannot be drawn.

Nobody of the real pool is among them: whoever practises learns nothing of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from expertpool.draws.enums import ExclusionReason
from expertpool.draws.queries.ties import BY_NAME, Path
from expertpool.experts.enums import AvoidanceKind

PROJECT = "演练项目"
PURCHASER = "虚构市中心医院"
PLACE = "虚构评审楼 301 室"
_SPECIALTIES = {
    "甲": ("建筑工程", "设计院"),
    "乙": ("信息技术", "研究所"),
    "丙": ("医疗设备", "医院"),
}
_NUMERALS = "一二三四五六七八九十"
# By the numeral in their names, the same in each specialty.
_ON_LEAVE, _OF_THE_PURCHASER, _BLACKLISTED = "三", "六", "九"
_LEFT = len(_NUMERALS) - 3
SPECIALTIES = tuple(name for name, _ in _SPECIALTIES.values())
# So that two are left who may come after somebody.
MOST_SEATS = _LEFT - 2


@dataclass(frozen=True)
class Invented:
    """An expert whom there is not."""

    number: str
    name: str
    unit: str
    specialty: str
    on_leave: bool
    blacklisted: bool


@dataclass(frozen=True)
class KeptOut:
    """Who fits and cannot be drawn, the main reason as real draws call it, and what is behind it."""

    person: Invented
    reason: ExclusionReason
    why: str


def _invent() -> Iterator[Invented]:
    for letter, (specialty, kind) in _SPECIALTIES.items():
        for numeral in _NUMERALS:
            is_theirs = numeral == _OF_THE_PURCHASER
            yield Invented(
                number=f"演练{letter}{_NUMERALS.index(numeral) + 1:02}",
                name=f"演练{letter}{numeral}",
                unit=PURCHASER if is_theirs else f"虚构第{numeral}{kind}",
                specialty=specialty,
                on_leave=numeral == _ON_LEAVE,
                blacklisted=numeral == _BLACKLISTED,
            )


POOL: Sequence[Invented] = tuple(_invent())


def candidates_for(specialty: str) -> list[Invented]:
    """Return who may be drawn for ``specialty``."""
    return [one for one in POOL if one.specialty == specialty and _reason(one) is None]


def kept_out_of(specialty: str) -> list[KeptOut]:
    """Return who fits ``specialty`` and may not be drawn, and why."""
    found = ((one, _reason(one)) for one in POOL if one.specialty == specialty)
    return [KeptOut(one, *why) for one, why in found if why is not None]


def exclusion_counts(specialty: str) -> dict[str, int]:
    """Return how many are kept out by which reason, as rules hold it."""
    return dict(Counter(str(one.reason) for one in kept_out_of(specialty)))


def _reason(person: Invented) -> tuple[ExclusionReason, str] | None:
    if person.blacklisted:
        return ExclusionReason.BLACKLISTED, "在黑名单里"
    if person.on_leave:
        return ExclusionReason.ON_LEAVE, "评审那天在请假期间"
    if person.unit == PURCHASER:
        path = Path(f"采购单位 {PURCHASER}", str(AvoidanceKind.CURRENT_EMPLOYER.label), BY_NAME)
        return ExclusionReason.AVOIDED_UNIT, path.text
    return None
