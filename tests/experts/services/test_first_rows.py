"""Which row of a long file first had something, over all its chunks."""

from __future__ import annotations

import gc
from datetime import date
from sys import getsizeof
from typing import Any

import pytest

from expertpool.accounts.models import User
from expertpool.core.importing import Row, check_rows
from expertpool.experts.models import Expert
from expertpool.experts.services.import_numbers import FirstRows
from expertpool.experts.services.import_persons import SamePersons
from expertpool.experts.services.importing import ExpertImporter
from tests.factories.experts import NOW


def test_the_first_row_is_known_in_each_later_chunk() -> None:
    rows = FirstRows()
    rows.begin({1, 2})
    assert [rows.first(1, 5), rows.first(2, 6), rows.first(1, 7)] == [5, 6, 5]
    rows.begin({1, 3})
    assert [rows.first(1, 9), rows.first(3, 10)] == [5, 10]
    rows.begin({2, 3})
    assert [rows.find(2), rows.find(3), rows.find(4)] == [6, 10, None]


def test_rows_before_the_chunk_take_a_few_bytes_each() -> None:
    rows, count = FirstRows(), 1_000
    for chunk in range(10):
        marks = {hash((chunk, at)) for at in range(count)}
        rows.begin(marks)
        for at, mark in enumerate(marks):
            rows.first(mark, chunk * count + at)
    rows.begin(set())
    held = [*vars(rows).values()]
    assert sum(map(getsizeof, held)) < 10 * count * 24


def test_a_row_is_compared_with_those_of_earlier_chunks(db: None) -> None:
    persons = SamePersons(None)
    told = []
    for number, born in enumerate((date(1970, 5, 3), date(1970, 5, 1), date(1970, 5, 9)), 2):
        values: dict[str, Any] = {"name": "王伟", "employer": "", "birth_date": born}
        persons.look_up([values])
        told.append(persons.told(values, number))
    assert told[0] == ""
    assert told[1].startswith("与第 2 行的姓名、出生日期相同")
    assert told[2].startswith("与第 3 行的姓名、出生日期相同")


def test_rows_of_experts_that_were_saved_are_not_kept(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the importer itself remembers of them are numbers and marks."""
    size = 40
    monkeypatch.setattr(ExpertImporter, "chunk_rows", size)
    rows = ((at, [f"专家{at}", f"139{at:08d}", "甲院"]) for at in range(2, 2 + 10 * size))
    importer, held = ExpertImporter(actor=admin, now=NOW, options={}), list[int]()

    def kept() -> int:
        # Not `isinstance`: it asks lazy objects of other tests what they are.
        return sum(type(one) is Row for one in gc.get_objects())

    gc.collect()
    before = kept()
    totals = check_rows(
        importer,
        rows,
        ["name", "phone", "employer"],
        keep=True,
        refused=lambda row: None,
        progress=lambda _: held.append(kept() - before),
    )
    assert (totals.accepted, Expert.objects.count()) == (10 * size, 10 * size)
    # No more at the end than at the beginning, and never more than two chunks.
    assert max(held) <= 2 * size + 10
