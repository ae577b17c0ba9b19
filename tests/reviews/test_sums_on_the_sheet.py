"""The sums that an expert sees while he scores are those of the calculation, to the last place."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.reviews.calculation import Indicator, Kind, RuleTree, Stage
from expertpool.reviews.calculation.tree import plain
from expertpool.reviews.queries.sheets import page_data, sheets_of
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.scoring import make_open, reviewer_of

SOURCE = Path(__file__).parents[2] / "frontend" / "src" / "js" / "sums.js"
SUMS = """
import { readFileSync } from "node:fs";
import { sumOfProducts } from "%s";
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(sumOfProducts)));
"""


def sums(cases: list[Any]) -> list[str]:
    node = shutil.which("node")
    if node is None:
        pytest.fail("node is missing: the sums of the page were not tested")
    command = [node, "--input-type=module", "-e", SUMS % SOURCE.as_uri()]
    done = subprocess.run(
        command, input=json.dumps(cases), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def some(rng: random.Random, places: int) -> str:
    return plain(Decimal(rng.randint(-(10**6), 10**6)).scaleb(-rng.randint(0, places)))


def test_they_are_exact() -> None:
    rng = random.Random(14)
    cases = [[[some(rng, 4), some(rng, 9)] for _ in range(rng.randint(1, 12))] for _ in range(2000)]
    expected = [
        plain(sum((Decimal(one) * Decimal(other) for one, other in case), Decimal(0)))
        for case in cases
    ]
    assert sums(cases) == expected


@pytest.mark.shows("OVW-13")
def test_what_binary_fractions_and_four_places_lose_is_there() -> None:
    assert sums(
        [
            [["0.1", "1"], ["0.2", "1"]],
            [["33.3", "0.12345"], ["41", "0.00001"]],
            [["900719925474099.3", "3"]],
            [["85", "0.4"], ["", "0.6"], ["八十", "1"], ["-", "1"]],
            [],
        ]
    ) == ["0.3", "4.111295", "2702159776422297.9", "34", "0"]


@pytest.mark.django_db
def test_the_page_has_weights_and_points_as_the_rule_says_them(operator: User) -> None:
    grades = (("优", Decimal("8.10")), ("差", Decimal("0.1")))
    rule = RuleTree(
        (
            Stage(
                "评分",
                (
                    Indicator("1", "方案", Kind.SCORE, high=Decimal(60), weight=Decimal("0.12345")),
                    Indicator("2", "团队", Kind.GRADE, grades=grades),
                ),
            ),
        )
    )
    expert = make_expert()
    give_account(expert, make_user("expert"))
    review = make_open(operator, now=timezone.now(), pool=(expert,), rule=rule)
    row = reviewer_of(review, expert)
    first, second = page_data(review, row, sheets_of(row))["asked"]
    assert first["weight"] == "0.12345"
    assert second["points"] == {"优": "8.1", "差": "0.1"}
