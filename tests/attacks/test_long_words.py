"""A text without a blank takes no longer than its letters: no pattern reads it again from each of them (ReDoS)."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from time import process_time

import pytest
from django.test import Client

from config import logs
from expertpool.accounts.models import User
from expertpool.core import text
from expertpool.core.filling import formulas
from expertpool.core.importing import columns, findings, shapes
from expertpool.core.importing.answers import proposals
from expertpool.core.importing.headers import stem_of
from expertpool.core.reading import active
from expertpool.directory.models import Division
from expertpool.directory.queries import parts
from expertpool.directory.queries.near import near_units
from expertpool.experts.fields.meant import may_be_division, may_be_title
from expertpool.experts.services import import_columns, import_lookups, import_titles
from expertpool.experts.validators import standing, values
from expertpool.notifications.validators import foreign_addresses
from tests.core.importing.test_import_pages import upload
from tests.fixtures import login

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
    *(text._MAIL, import_columns._MAIL, import_titles._WHEN, columns.NOTE, findings._VALUES),
    *(parts._BRACKETED, parts._REMARK, parts._POST_WITHIN),
    *(values._BESIDE_SIGN, values._BESIDE_UNIT),
    *(standing._BRACKETS, standing._LEFT, standing._IN_REMARK, standing._RETIRED_NOW),
    *(import_lookups._HYPHENS, import_lookups._PARTING, import_lookups._NEXT),
    *(logs.QUOTED, formulas._SHEET, active._FETCHES, active._DDE),
]
WHOLE = [
    import_lookups._NAMED,
    import_lookups._QUALIFIED,
    import_lookups._CODED,
    shapes._INLINE,
    formulas._COLUMN,
]
LETTERS = ["a", "1", "甲", " ", "-", "—", "(", "[", "【", "（原", "：", "a@b.", "“", "'"]


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


@pytest.mark.parametrize("letters", ["回族", "自治", "（", "级高工", "县市", "a、"])
@pytest.mark.parametrize("may_be", [may_be_division, may_be_title])
def test_what_a_long_word_may_mean_is_not_asked_of_each_of_a_list(
    letters: str, may_be: Callable[[str], Callable[[str], bool]]
) -> None:
    """The run of peoples before 自治 began anew at each letter, for each of 3,351 divisions: 6,400 letters were an hour."""
    known = [f"甲{at}市" for at in range(40)]
    column = columns.ImportColumn("a", "甲", clean=columns.as_text, may_be=may_be)
    began = process_time()
    proposals(column, letters * (1500 // len(letters)) + "x", known)
    assert process_time() - began < 0.5
    began = process_time()
    for end in ("", "自治州", "x"):
        assert not may_be(letters * (LENGTH // len(letters)) + end)("长沙市")
    assert process_time() - began < 0.5


def test_a_cell_of_thousands_of_letters_is_no_header() -> None:
    """It was looked at as one, again and again: the longest part of reading a table of such cells."""
    began = process_time()
    for _ in range(20):
        stem_of("（" * LENGTH)
        columns.normalise_header("（" * LENGTH)
    assert process_time() - began < 0.5


@pytest.mark.django_db
def test_no_unit_is_likened_to_a_name_that_none_can_have(
    django_assert_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    """Each unit that shares some letters was likened to 32,000 of them, by the database."""
    with django_assert_num_queries(0):
        assert near_units("华东电力设计院" * 5000) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("media")
def test_a_small_table_of_long_words_keeps_no_process_busy(
    client: Client, admin: User, tmp_path: Path
) -> None:
    """A row of 5.5 kB stopped the whole site: the page is made in a process that answers others, too."""
    login(client, admin)
    head = ["姓名", "手机号", "所在地区", "职称", "工作单位"]
    most = 32_000
    rows = [
        [f"甲{at}", f"1391111000{at}", "回族" * (most // 2), "（" * most, "华东" * (most // 2)]
        for at in range(3)
    ]
    began = process_time()
    page = upload(client, tmp_path, [head, *rows])
    assert process_time() - began < 5
    assert page.status_code == 200
    assert Division.objects.count() > 3000


@pytest.mark.django_db
@pytest.mark.usefixtures("media")
def test_once_a_file_has_taken_long_its_words_are_asked_without_proposals(
    client: Client, admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findings, "PROPOSING", 0)
    login(client, admin)
    page = upload(client, tmp_path, [["姓名", "手机号", "所在地区"], ["甲", "13911110001", "吉林"]])
    (line,) = page.context["form"].word_lines()
    assert (line["word"], line["proposals"]) == ("吉林", [])
