"""A text without a blank takes no longer than its letters: no pattern reads it again from each of them (ReDoS)."""

from __future__ import annotations

import re
from time import process_time

import pytest

from expertpool.core import text
from expertpool.core.importing import columns, findings, shapes
from expertpool.directory.queries import parts
from expertpool.experts.services import import_columns, import_lookups
from expertpool.experts.validators import values
from expertpool.notifications.validators import foreign_addresses

LENGTH = 40_000
WORDS = [
    *("a", "a.", "a-", "1", "1.", "1/", "0", "000.", "汉", "。", "a。", "+", "0x", "a.xn--", "рф."),
    *("a@b.", ".ab", "[::", "{{a}}", "http：", "a.b:1", "ﬃ"),
]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("end", ["", "@", "/", "@b.c.d/"])
def test_looking_for_addresses_reads_each_letter_once(word: str, end: str) -> None:
    """40,000 letters took 27 seconds of the processor."""
    text = word * (LENGTH // len(word)) + end
    began = process_time()
    foreign_addresses(text)
    assert process_time() - began < 1


# What is looked for within a cell, or a line of the log, and what a cell as a whole may be.
WITHIN = [
    *(text._MAIL, import_columns._MAIL, import_columns._WHEN, columns.NOTE, findings._VALUES),
    *(parts._BRACKETED, parts._REMARK, parts._POST_WITHIN),
    *(values._BRACKETS, values._BESIDE_SIGN, values._BESIDE_UNIT),
    *(import_lookups._HYPHENS, import_lookups._PARTING, import_lookups._NEXT),
]
WHOLE = [import_lookups._NAMED, import_lookups._QUALIFIED, import_lookups._CODED, shapes._INLINE]
LETTERS = ["a", "1", "甲", " ", "-", "—", "(", "[", "【", "（原", "：", "a@b."]


@pytest.mark.parametrize("pattern", WITHIN, ids=lambda one: one.pattern[:20])
def test_nothing_is_looked_for_from_each_letter_anew(pattern: re.Pattern[str]) -> None:
    """A cell may have 32,767 letters, a table thousands of such cells: each took a second."""
    for letter in LETTERS:
        cell = letter * (LENGTH // len(letter)) + "\n\x01"
        began = process_time()
        pattern.sub("", cell)
        assert process_time() - began < 0.5, letter


@pytest.mark.parametrize("pattern", WHOLE, ids=lambda one: one.pattern[:20])
def test_a_cell_is_read_once_as_a_whole(pattern: re.Pattern[str]) -> None:
    for before in ("", "A1", "甲甲："):
        for letter in LETTERS:
            cell = before + letter * (LENGTH // len(letter)) + "\n\x01"
            began = process_time()
            pattern.fullmatch(cell)
            assert process_time() - began < 0.5, (before, letter)
