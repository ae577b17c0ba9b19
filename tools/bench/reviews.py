"""How long the summary of 500 items by 20 experts and 30 indicators takes: `--only review`. Without a database."""

from __future__ import annotations

import time
from decimal import Decimal
from random import Random

from expertpool.reviews.calculation import How, Indicator, Item, Kind, RuleTree, Stage, result
from tools.bench.reporting import Reporter

ITEMS, EXPERTS, INDICATORS = 500, 20, 30
AIM = 1  # second
TIMES = 3


def measure_review(reporter: Reporter) -> None:
    """All scores worked out to totals and ranks, without the highest and lowest."""
    random = Random("review")  # noqa: S311 (examples, no draws)
    leaves = tuple(
        Indicator(f"1.{n}", f"指标{n}", Kind.SCORE, high=Decimal(10), step=Decimal("0.5"))
        for n in range(1, INDICATORS + 1)
    )
    rule = RuleTree((Stage("评分", leaves),), how=How.TRIMMED)
    sheets = {
        str(expert): {
            str(item): {one.code: (str(random.randrange(21) / 2), "") for one in leaves}
            for item in range(ITEMS)
        }
        for expert in range(EXPERTS)
    }
    items = [Item(str(item)) for item in range(ITEMS)]
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        result(rule, items, sheets)
        taken.append(time.perf_counter() - started)
    reporter.report(
        "review_summary", taken, aim=AIM, items=ITEMS, experts=EXPERTS, indicators=INDICATORS
    )
