"""Rules and sheets to calculate with."""

from __future__ import annotations

import random
from decimal import Decimal

from expertpool.reviews.calculation import (
    FAILED,
    PASSED,
    Base,
    Formula,
    How,
    Indicator,
    Kind,
    Passing,
    Rounding,
    RuleTree,
    Stage,
)

D = Decimal
GRADES = (("优", D(10)), ("良", D(8)), ("中", D("6.5")), ("差", D(3)))


def score(code: str, high: int | str = 10, **said: object) -> Indicator:
    return Indicator(code, f"指标{code}", Kind.SCORE, high=D(high), **said)  # type: ignore[arg-type]


def simple(*indicators: Indicator, **said: object) -> RuleTree:
    """A rule of one scored stage."""
    return RuleTree((Stage("评分", indicators or (score("1.1", 100),)),), **said)  # type: ignore[arg-type]


def sheets_of(
    item: str, totals: dict[str, str], code: str = "1.1"
) -> dict[str, dict[str, dict[str, list[str]]]]:
    """What experts give to one item, by one indicator."""
    return {expert: {item: {code: [value, ""]}} for expert, value in totals.items()}


def any_rule(rng: random.Random) -> RuleTree:
    """A rule with a bit of everything."""
    leaves = (
        score("2.1.1", 30, step=D("0.5")),
        Indicator("2.1.2.1", "班子", Kind.GRADE, grades=GRADES, weight=D("1.25")),
        Indicator("2.1.2.2", "承诺", Kind.CHECK, points=D("2.5")),
    )
    nested = Indicator("2.1.2", "人员", Kind.GROUP, weight=D("0.5"), children=leaves[1:])
    technical = Indicator("2.1", "技术", Kind.GROUP, weight=D("0.7"), children=(leaves[0], nested))
    formula = Formula(
        rng.choice(list(Base)),
        up=rng.choice([None, D(1)]),
        down=rng.choice([None, D("0.5")]),
        low=rng.choice([None, D(80)]),
        high=rng.choice([None, D(110)]),
        less=rng.choice([D(0), D("2.5")]),
    )
    price = Indicator("2.2", "价格", Kind.PRICE, high=D(30), formula=formula)
    spare = score("2.3", 5, mandatory=False)
    text = Indicator("2.4", "意见", Kind.TEXT, mandatory=False)
    checks = (
        Indicator("1.1", "执照", Kind.CHECK),
        Indicator("1.2", "业绩", Kind.CHECK, mandatory=False),
    )
    return RuleTree(
        stages=(
            Stage("资格审查", checks, rng.choice([one for one in Passing if one])),
            Stage("评分", (technical, price, spare, text)),
        ),
        how=rng.choice(list(How)),
        drop=rng.choice([1, 2]),
        by_indicator=rng.random() < 0.3,
        weights=(("组长", D("1.5")), ("技术组", D("1.2"))),
        decimals=rng.choice([0, 1, 2, 4]),
        rounding=rng.choice(list(Rounding)),
        each=rng.random() < 0.3,
        ties=rng.choice([(), ("price",), ("2.1", "price")]),
    )


def any_sheets(
    rng: random.Random, experts: int, items: int
) -> dict[str, dict[str, dict[str, list[str]]]]:
    """What ``experts`` say of ``items`` by `any_rule`; now and then something is missing."""

    def said() -> dict[str, list[str]]:
        values = {
            "1.1": PASSED if rng.random() < 0.8 else FAILED,
            "1.2": rng.choice([PASSED, FAILED]),
            "2.1.1": str(rng.randrange(0, 61) / 2),
            "2.1.2.1": rng.choice(GRADES)[0],
            "2.1.2.2": rng.choice([PASSED, FAILED]),
            "2.3": rng.choice(["", str(rng.randrange(6))]),
            "2.4": "尚可",
        }
        if rng.random() < 0.03:
            del values[rng.choice(["1.1", "2.1.1"])]
        return {code: [value, ""] for code, value in values.items()}

    return {str(e): {f"B{i}": said() for i in range(items)} for e in range(1, experts + 1)}
