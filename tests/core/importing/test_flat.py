"""The reader of constant memory gives what calamine gives, or leaves the file to it."""

from __future__ import annotations

import tracemalloc
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from expertpool.core.importing import read_rows
from expertpool.core.importing.flat import Unusual, flat_rows

FORMATS = (
    *("General", "0.00", "#,##0_);[Red](#,##0)", '"¥"#,##0', "@", "0%", "0.00E+00", "#,##0*y"),
    *(
        "yyyy-mm-dd",
        'yyyy"年"m"月"d"日"',
        "[$-804]aaaa",
        "h:mm AM/PM",
        "上午/下午h:mm",
        "m/d/yy h:mm",
    ),
    *("[h]:mm:ss", "[mm]", "[s].00", "[Red][h]:mm", "[Blue]0.0", "[$-F800]dddd, mmmm", "mm:ss.0"),
    *('"d"0', r"\d0", "0;yyyy", "[DBNum1][$-804]yyyy", "_-* #,##0.00_-", "a/p", '"x\\"y"0'),
)
TEXT = st.text(
    st.sampled_from("王小明 a_x0D5F\t\n&<>'\"\u3000\u00a0😀") | st.characters(codec="utf-8"),
    max_size=12,
).filter(
    lambda text: (
        text.isprintable() or not any(ord(sign) < 32 and sign not in "\t\n" for sign in text)
    )
)
NUMBER = st.integers(-(10**5), 2_900_000) | st.floats(-2, 2_900_000)
MOMENT = st.datetimes(datetime(1904, 1, 2), datetime(9999, 12, 31))  # noqa: DTZ001
CELL = st.one_of(
    st.none(),
    TEXT,
    st.sampled_from(("男", "女", "", "  空格 ", "_x000D_", "=1+1", "13800138000")),
    st.tuples(NUMBER, st.sampled_from(FORMATS)),
    st.booleans(),
    MOMENT,
)
ROWS = st.lists(st.lists(CELL, max_size=6), max_size=8)


def both(path: Path) -> tuple[list[Any], list[Any]]:
    """Return what this reader and calamine read."""
    with TemporaryFile() as kept:
        mine = list(flat_rows(path, kept))
    with CalamineWorkbook.from_path(path) as book:
        sheets = (book.get_sheet_by_index(at) for at in range(len(book.sheet_names)))
        sheet = next(sheet for sheet in sheets if sheet.height)
        return mine, list(enumerate(sheet.iter_rows(), 1))


def assert_same(path: Path) -> None:
    mine, other = both(path)
    assert mine == other
    kinds = [[type(cell) for cell in cells] for _, cells in mine]
    assert kinds == [[type(cell) for cell in cells] for _, cells in other]


def holds_anything(rows: list[list[Any]]) -> bool:
    return any(cell not in (None, "") for row in rows for cell in row)


@given(
    rows=ROWS,
    top=st.integers(0, 3),
    left=st.integers(0, 30),
    options=st.fixed_dictionaries({"constant_memory": st.booleans(), "date_1904": st.booleans()}),
)
@settings(max_examples=150, deadline=None)
def test_books_of_xlsxwriter(
    rows: list[list[Any]], top: int, left: int, options: dict[str, Any]
) -> None:
    if not holds_anything(rows):
        return
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.xlsx")
        with xlsxwriter.Workbook(str(path), options | {"strings_to_formulas": False}) as book:
            book.add_worksheet("空")
            sheet = book.add_worksheet()
            for at, row in enumerate(rows, top):
                for place, cell in enumerate(row, left):
                    match cell:
                        case (value, code):
                            sheet.write(at, place, value, book.add_format({"num_format": code}))
                        case datetime():
                            style = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
                            sheet.write_datetime(at, place, cell, style)
                        case _:
                            sheet.write(at, place, cell)
        assert_same(path)


@given(rows=ROWS, write_only=st.booleans())
@settings(max_examples=80, deadline=None)
def test_books_of_openpyxl(rows: list[list[Any]], write_only: bool) -> None:
    if not holds_anything(rows):
        return
    book = openpyxl.Workbook(write_only=write_only)
    sheet = book.create_sheet("数据", 0)
    for row in rows:
        cells = [cell[0] if isinstance(cell, tuple) else cell for cell in row]
        # openpyxl makes a formula without a value of it.
        sheet.append([f" {cell}" if str(cell).startswith("=") else cell for cell in cells])
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.xlsx")
        book.save(path)
        assert_same(path)


@pytest.mark.parametrize("from_1904", [False, True])
def test_every_format_shows_as_it_does_with_calamine(tmp_path: Path, *, from_1904: bool) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path), {"date_1904": from_1904}) as book:
        sheet = book.add_worksheet()
        for row, code in enumerate((*FORMATS, *range(100))):
            style = book.add_format({"num_format": code})
            for at, value in enumerate(
                (0, 0.5, 1, 59, 60, 61.25, 45_000, 45_000.123456789, 2e6, -1)
            ):
                sheet.write_number(row, at, value, style)
    assert_same(path)


def test_what_else_stands_in_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        sheet.write_rich_string(1, 2, "评标 ", bold, " 专家", "  库 ")
        sheet.merge_range(2, 2, 3, 4, "合并", bold)
        sheet.write_formula(4, 2, "=1/0", None, "#DIV/0!")
        sheet.write_formula(4, 3, '="a"&"b"', None, " a&b ")
        sheet.write_formula(4, 4, "=TRUE()", None, True)
        sheet.write_formula(4, 5, "=A1", None, "")
        sheet.write_blank(4, 0, None, bold)
        sheet.write_blank(9, 9, None, bold)
        sheet.write_url(5, 2, "https://example.com", string="链接")
        sheet.write(8, 2, time(12, 30), book.add_format({"num_format": "hh:mm"}))
        sheet.write(8, 3, timedelta(hours=30), book.add_format({"num_format": "[h]:mm"}))
        sheet.write(8, 4, date(2026, 1, 2), book.add_format({"num_format": "yyyy-mm-dd"}))
        book.add_worksheet().write(0, 0, "另一张")
    assert_same(path)


def test_a_number_beyond_the_calendar_stays_a_number(tmp_path: Path) -> None:
    path, phone = tmp_path / "a.xlsx", 13_800_138_000
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for at, code in enumerate(("yyyy-mm-dd", "[h]:mm")):
            sheet.write_number(0, at, phone, book.add_format({"num_format": code}))
    assert list(read_rows(path)) == [(1, [float(phone), float(phone)])]


def test_hidden_and_empty_sheets_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        hidden, _, shown = (book.add_worksheet(name) for name in ("隐藏", "空", "数据"))
        hidden.write(0, 0, "隐藏")
        hidden.hide()
        shown.write(0, 0, "姓名")
        shown.activate()
    with TemporaryFile() as kept:
        assert list(flat_rows(path, kept)) == [(1, ["姓名"])]


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/worksheets/sheet1.xml", b"<worksheet", b"<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet"),
        ("xl/worksheets/sheet1.xml", b' r="B2"', b""),
        ("xl/worksheets/sheet1.xml", b' r="B2"', b' r="A2"'),
        ("xl/worksheets/sheet1.xml", b't="s"', b't="d"'),
    ],
)
def test_what_is_out_of_the_ordinary_is_left_to_calamine(
    tmp_path: Path, part: str, old: bytes, new: bytes
) -> None:
    usual, path = tmp_path / "usual.xlsx", tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(usual)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["姓名", "年龄"])
        sheet.write_row(1, 0, ["王小明", 40])
    with zipfile.ZipFile(usual) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            assert name != part or old in content
            target.writestr(name, content.replace(old, new, 1) if name == part else content)
    with TemporaryFile() as kept, pytest.raises(Unusual):
        flat_rows(path, kept)
    with CalamineWorkbook.from_path(path) as read:
        sheet = read.get_sheet_by_index(0)
        assert list(read_rows(path)) == list(enumerate(sheet.iter_rows(), 1))


def test_memory_does_not_grow_with_the_sheet(tmp_path: Path) -> None:
    def peak(rows: int, *, shared: bool) -> int:
        path = tmp_path / f"{rows}.xlsx"
        with xlsxwriter.Workbook(str(path), {"constant_memory": not shared}) as book:
            sheet = book.add_worksheet()
            for row in range(rows):
                sheet.write_row(row, 0, [f"第 {row} 行第 {at} 列" for at in range(10)])
        tracemalloc.start()
        try:
            assert sum(1 for _ in read_rows(path)) == rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    for shared in (True, False):
        assert peak(16_000, shared=shared) < 1.15 * peak(4_000, shared=shared)
