"""How cells become values."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from expertpool.core.importing import (
    LAST,
    CellRefused,
    as_code,
    as_text,
    choice,
    day,
    text,
    whole_number,
)
from expertpool.core.importing.columns import normalise_header
from expertpool.experts.validators.values import Month, birth


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("  龙慧\u3000", "龙慧"),
        (13100186037.0, "13100186037"),
        (1.5, "1.5"),
        (True, "是"),
        (datetime(2026, 1, 2), "2026-01-02"),  # noqa: DTZ001 (a cell has no zone)
        ("（甲）公司Ａ１", "（甲）公司A1"),
        ("\u3164 \u2800", ""),
    ],
)
def test_text(cell: Any, expected: str) -> None:
    assert as_text(cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("荆门市测绘\n研究院", "荆门市测绘研究院"),
        ("高级\r\n 工程师\n", "高级工程师"),
        ("长江路\n12 号，\n三楼", "长江路 12 号，三楼"),
        ("Li\nMing", "Li Ming"),
    ],
)
def test_what_was_broken_into_lines_is_joined(cell: str, expected: str) -> None:
    assert text(50)(cell) == expected
    assert text(50, lines=True)(cell) == cell.strip().replace("\r\n", "\n")
    assert choice({expected: 1})(cell) == 1


def test_a_number_that_ends_with_one_is_october_wherever_it_is_a_month() -> None:
    assert day(2028.1, month=LAST) == date(2028, 10, 31)
    assert day("2028.1", month=LAST) == date(2028, 1, 31)
    assert day(2028.01, month=LAST) == date(2028, 1, 31)
    assert birth(1975.1) == Month(1975, 10, None, perhaps=1)


def test_codes_lose_all_full_width_forms() -> None:
    assert as_code("１８２５５３７０４２７ ") == "18255370427"


@pytest.mark.parametrize(
    "cell", ["2026-01-02", "2026/1/2", "20260102", "2026年1月2日", date(2026, 1, 2)]
)
def test_days(cell: Any) -> None:
    assert day(cell) == date(2026, 1, 2)


@pytest.mark.parametrize(
    ("clean", "cell", "reason"),
    [
        (day, "2026-02-30", "{}格式"),
        (day, "明天", "{}格式"),
        (text(3), "一二三四", "{}过长"),
        (text(9), "a\x00", "{}格式"),
        (as_text, "a\x00", "{}格式"),
        (as_code, "a\x00", "{}格式"),
        (choice({"男": 1}), "先生", "{}不存在"),
        (whole_number(0, 80), "81", "{}格式"),
        (whole_number(0, 80), "1.5", "{}格式"),
    ],
)
def test_refusals(clean: Any, cell: Any, reason: str) -> None:
    with pytest.raises(CellRefused) as caught:
        clean(cell)
    assert caught.value.reason == reason
    assert caught.value.detail


@pytest.mark.parametrize(
    "header",
    [
        *(
            "手机号",
            " 手 机 号 ",
            "*手机号",
            "手机号（必填）",
            "手机号：",
            "手机号[11位]",
            "手机号［11位］",
            "2.手机号（11位）",
        ),
        *("手\u200b机号", "手机\u3164号\ufe0f", "\u2f3f机号"),  # a filler, ⼿ the radical
    ],
)
def test_headers_are_compared_without_decoration(header: str) -> None:
    assert normalise_header(header) == "手机号"
