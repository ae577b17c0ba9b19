"""Cleaning and masking."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expertpool.core.importing import CellRefused, as_code, as_text
from expertpool.core.text import (
    as_name,
    clean_code,
    clean_text,
    if_seen,
    is_hidden,
    is_reason,
    mask_email,
    mask_middle,
    minutes_text,
    spellings_of,
    without_unseen,
)
from expertpool.experts.validators.values import name as expert_name
from expertpool.experts.validators.values import phone


@pytest.mark.parametrize(
    ("typed", "text", "code"),
    [
        (" 王　小明 ", "王 小明", "王 小明"),
        ("（测试）ＡＢｃ１２３", "（测试）ABc123", "(测试)ABc123"),
        ("１３８００１３８０００", "13800138000", "13800138000"),
        ("١٣٨٠٠١٣٨٠٠٠", "١٣٨٠٠١٣٨٠٠٠", "13800138000"),
        ("\u200b a\ufeff", "a", "a"),
        ("\ufeff \xa0x\xa0 \u200b", "x", "x"),
        (13800138000, "13800138000", "13800138000"),
        (None, "", ""),
        ("", "", ""),
    ],
)
def test_what_people_paste_is_cleaned(typed: object, text: str, code: str) -> None:
    assert (clean_text(typed), clean_code(typed)) == (text, code)


@given(st.text())
def test_cleaning_twice_changes_nothing(value: str) -> None:
    assert clean_text(clean_text(value)) == clean_text(value)
    assert clean_code(clean_code(value)) == clean_code(value)


@pytest.mark.parametrize(
    ("value", "masked"),
    [("13800130001", "138****0001"), ("1380001", "*******"), ("", "")],
)
def test_the_middle_is_masked(value: str, masked: str) -> None:
    assert mask_middle(value, head=3, tail=4) == masked


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (240, "4 小时"),
        (100, "1 小时 40 分钟"),
        (50, "50 分钟"),
        (2, "2 分钟"),
        (43_200, "720 小时"),
        (0, "0 分钟"),
    ],
)
def test_a_length_of_time_is_told_in_hours_and_minutes(minutes: int, words: str) -> None:
    assert minutes_text(minutes) == words


def test_mails_are_masked() -> None:
    assert mask_email("wang@example.cn") == "w***@example.cn"
    assert mask_email("wang") == "***"


@given(st.text(min_size=8, max_size=30), st.integers(0, 3), st.integers(0, 4))
def test_a_mask_keeps_the_length_and_hides_the_middle(value: str, head: int, tail: int) -> None:
    masked = mask_middle(value, head=head, tail=tail)
    assert len(masked) == len(value)
    assert set(masked[head : len(value) - tail]) == {"*"}


@pytest.mark.parametrize(
    ("typed", "counts"),
    [("生病", True), ("Flu", True), (" 病 ", False), ("x", False), ("……。", False), ("", False)]
    # Letters, as Unicode calls them, of which nothing is seen.
    + [(f"{blank * 2}病", False) for blank in "\u115f\u1160\u3164\uffa0\u2800\U00013441\u200b"],
)
def test_one_letter_is_no_reason(typed: str, counts: bool) -> None:
    assert is_reason(typed) is counts


@pytest.mark.parametrize("typed", ["\u3164\u3164", "\u200b", " \u2800 ", ""])
def test_what_nobody_sees_is_nothing(typed: str) -> None:
    assert if_seen(typed) == ""
    assert if_seen(f" 病{typed} ") == f"病{typed}".strip()


# One of each kind that nobody sees: formats, tags, choices of a glyph, fillers, a blank cell.
MARKS = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u180e\u200b\u200d\u202e\u2060\u2065\u2800\u3164\ufe0f\ufeff\uffa0\U000e0041\U000e0100"


@pytest.mark.parametrize("mark", MARKS, ids=ascii)
def test_no_mark_that_nobody_sees_is_part_of_a_word(mark: str) -> None:
    assert is_hidden(mark)
    assert without_unseen(f"王{mark}明") == "王明"
    assert as_text(f"王{mark}明{mark}") == as_code(f"{mark}王明") == "王明"
    assert expert_name(f"王{mark}明") == "王明"
    assert phone(f"{mark}138{mark}00138000") == "13800138000"


def test_a_letter_that_came_after_this_python_is_part_of_a_name() -> None:
    letter = "\U00033479"  # of Extension J, which came with Unicode 17
    assert not is_hidden(letter)
    assert expert_name(f"王{letter}") == as_text(f"王{letter}") == f"王{letter}"


def test_what_is_no_letter_stays_to_be_read_or_refused() -> None:
    assert without_unseen("甲\n乙\t\x00\ud800") == "甲\n乙\t\x00\ud800"
    assert without_unseen(7) == 7


NAMES = [
    ("阿迪力•买买提", "阿迪力·买买提"),
    ("阿迪力.买买提", "阿迪力·买买提"),
    ("阿迪力 · 买买提", "阿迪力·买买提"),
    ("阿迪力 \u2027 买买提", "阿迪力·买买提"),
    ("阿迪力. 买买提", "阿迪力·买买提"),
    ("阿迪力··买买提", "阿迪力·买买提"),
    *[
        (f"阿迪力{dot}买买提", "阿迪力·买买提")
        for dot in "\u2219\u22c5\u318d\u0387\u2e31\u02d9\ufe52\u2981"
    ],
    ("·王明。", "王明"),
    ("王\u3000明", "王明"),
    ("张\u3164三丰\u200b", "张三丰"),
    # As .pdf files give letters out, and other tables of signs; with a choice of the glyph.
    ("\u2fbc\u2ee2\u2ef0", "高马龙"),
    ("\uf9e1\uf90a\U0002f801\ufe00", "李金丸"),
    ("Jose\u0301", "Jos\u00e9"),
    ("O\u2019Brien Jean\u2010Luc", "O'Brien Jean-Luc"),
    (" J.Smith  Ｌｅｅ ", "J.Smith Lee"),
    ("", ""),
]


@pytest.mark.parametrize(("typed", "name"), NAMES)
def test_a_name_is_read_as_records_have_it(typed: str, name: str) -> None:
    assert as_name(typed) == name == as_name(name)
    if name:
        assert expert_name(typed) == name


def test_a_name_of_which_a_part_is_hidden_is_refused() -> None:
    for typed in ("王**", "王··", "王\u2022\u2022"):
        with pytest.raises(CellRefused) as refused:
            expert_name(typed)
        assert "请填写全名" in refused.value.detail


@given(st.text(max_size=20))
def test_to_read_a_name_twice_changes_nothing(typed: str) -> None:
    assert as_name(as_name(typed)) == as_name(typed)


def test_records_may_have_a_name_in_capitals_or_with_a_circle() -> None:
    assert {"John Smith", "JOHN SMITH"} <= spellings_of("john  smith")
    assert {"王〇明", "王○明"} <= spellings_of("王○明") & spellings_of("王〇明")


@pytest.mark.parametrize("typed", ["·", "。", "\u3164", " ", ""])
def test_what_has_no_letter_is_no_way_to_write_nothing(typed: str) -> None:
    assert "" not in spellings_of(typed)
