"""What `make bench-load` measures is judged: its exit code says whether the aims of docs/decisions/0183 are met."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tools.load import Outcome

MET: dict[str, Any] = {
    "rate": 80.0,
    "p95_easy": 0.12,
    "p95_many": 1.5,
    "import_ratio": 2.0,
    "megabytes": [300, 400, 410, 440, 420],  # the first part fills what is kept
    "states": Counter({200: 20_000, 403: 3}),
}


def test_all_aims_met_is_nothing_missed() -> None:
    assert Outcome(**MET).missed() == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rate": 79.0}, "rate: 79, 80 at least"),
        ({"p95_easy": 0.121}, "p95_easy: 0.121, 0.12 at most"),
        ({"p95_many": 1.6}, "p95_many: 1.6, 1.5 at most"),
        ({"import_ratio": 2.1}, "import_ratio: 2.1, 2 at most"),
        ({"megabytes": [300, 400, 441]}, "memory: 400 to 441 MB"),
        ({"states": Counter({200: 9, 500: 1, 503: 2})}, "3 answers of 5xx"),
    ],
)
def test_each_aim_that_is_missed_is_named(changed: dict[str, Any], said: str) -> None:
    assert Outcome(**MET | changed).missed() == [said]
