"""The reader of constant memory gives what calamine gives, but for errors, or leaves the file to it."""

from __future__ import annotations

import json
import re
import tracemalloc
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from expertpool.core.importing import UnreadableFile, read_rows
from expertpool.core.reading.flat import flat_rows, looked_at_rows
from expertpool.core.reading.pieces import Unusual
from expertpool.core.reading.tables import blocks_of_rows

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
    """Return what this reader and calamine read; it reads the same again, once it has looked at the sheet."""
    with path.open("rb") as file, TemporaryFile() as kept:
        look, rows = flat_rows(file, kept)
        mine = list(rows)
        again = looked_at_rows(file, json.loads(json.dumps(look)))
        assert [(number, list(map(repr, cells))) for number, cells in again] == [
            (number, list(map(repr, cells))) for number, cells in mine
        ]
    with CalamineWorkbook.from_path(path) as book:
        sheets = (book.get_sheet_by_index(at) for at in range(len(book.sheet_names)))
        sheet = next(sheet for sheet in sheets if sheet.height)
        return mine, list(_from_the_first_column(sheet))


def _from_the_first_column(sheet: CalamineSheet) -> Iterator[tuple[int, list[Any]]]:
    """Calamine leaves out what is empty on the left of a sheet."""
    left = (sheet.start or (0, 0))[1]
    return ((number, [""] * left + cells) for number, cells in enumerate(sheet.iter_rows(), 1))


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


def test_a_formula_without_a_result_comes_as_it_is_written(tmp_path: Path) -> None:
    """Calamine leaves the cell empty, and nobody would know that it is not."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["甲", "=A1"])
    book.save(tmp_path / "a.xlsx")
    mine, other = both(tmp_path / "a.xlsx")
    assert (mine, other) == ([(1, ["甲", "=A1"])], [(1, ["甲"])])


def test_what_else_stands_in_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        sheet.write_rich_string(1, 2, "评标 ", bold, " 专家", "  库 ")
        sheet.merge_range(2, 2, 3, 4, "合并", bold)
        sheet.write_formula(4, 3, '="a"&"b"', None, " a&b ")
        sheet.write_formula(4, 4, "=TRUE()", None, True)
        sheet.write_blank(4, 0, None, bold)
        sheet.write_blank(9, 9, None, bold)
        sheet.write_url(5, 2, "https://example.com", string="链接")
        sheet.write(8, 2, time(12, 30), book.add_format({"num_format": "hh:mm"}))
        sheet.write(8, 3, timedelta(hours=30), book.add_format({"num_format": "[h]:mm"}))
        sheet.write(8, 4, date(2026, 1, 2), book.add_format({"num_format": "yyyy-mm-dd"}))
        book.add_worksheet().write(0, 0, "另一张")
    assert_same(path)


def test_errors_are_named_where_calamine_leaves_them_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_formula(0, 0, "=1/0", None, "#DIV/0!")
        sheet.write(0, 1, "甲")
    assert both(path) == ([(1, ["#DIV/0!", "甲"])], [(1, ["", "甲"])])


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
    with path.open("rb") as file, TemporaryFile() as kept:
        look, rows = flat_rows(file, kept)
        assert list(rows) == [(1, ["姓名"])]
        assert look["sheet"] == "数据"


SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def altered(folder: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Return a small book, one part of which somebody else wrote in another way."""
    usual = folder / "usual.xlsx"
    with xlsxwriter.Workbook(str(usual)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["姓名", "年龄", " a&b ", "年龄"])
        sheet.set_row(1, 30)
        sheet.write_row(3, 1, ["王小明", 40, True])
        sheet.set_row(5, 30)
    return altered_in(usual, part, change)


def by(old: str, new: str, *, most: int = -1) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(old.encode(), new.encode(), most)


def prefixed(content: bytes) -> bytes:
    return re.sub(rb"<(/?)(?=[a-z])", rb"<\1x:", content).replace(b" xmlns=", b" xmlns:x=")


@pytest.mark.parametrize(
    ("part", "change"),
    [
        (SHEET, prefixed),
        (TEXTS, prefixed),
        (SHEET, by("<?xml", "\ufeff<?xml")),
        (SHEET, lambda content: content.partition(b"\n")[2]),  # without <?xml …?>
        (SHEET, by("><", ">\r\n  <")),
        (SHEET, by("/>", " />")),
        (SHEET, by('r="A1" t="s"', "t='s'  r='A1'")),
        (SHEET, by('r="A1"', 'r="A1" s="0" ph="1"')),
        (SHEET, by("<v>40</v>", "<f>A1&gt;2</f><v>40</v>")),
        (SHEET, by("<v>40</v>", "<v/>")),
        (SHEET, by("<v>40</v>", "")),
        (
            SHEET,
            by('<c r="B1" t="s"><v>1</v></c>', '<c r="B1" t="inlineStr"><is><t> 龄 </t></is></c>'),
        ),
        (SHEET, by('<c r="B1" t="s">', '<!-- <c r="B1"/> --><c r="B1" t="s">')),
        (SHEET, by("</row>", "</row><!-- </sheetData> -->", most=1)),
        (TEXTS, by("</t></si>", '</t><phoneticPr fontId="1" type="noConversion"/></si>')),
        (TEXTS, by("<si><t>年龄</t></si>", "<si/>")),
        (TEXTS, by("<si><t>年龄</t></si>", "<si><r><t>年</t></r><r><t>&#40836;</t></r></si>")),
        (TEXTS, by("<t>年龄</t>", "<t>\n 年龄_x0009_\t</t>")),
    ],
)
def test_what_other_writers_write(
    tmp_path: Path, part: str, change: Callable[[bytes], bytes]
) -> None:
    assert_same(altered(tmp_path, part, change))


@pytest.mark.parametrize(
    "change",
    [
        by("<worksheet", "<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet"),
        by("<sheetData>", "<!-- <sheetData> --><sheetData>"),
        by("UTF-8", "GBK"),
        by("</worksheet>", ""),
        by("</worksheet>", "<a></worksheet>"),
        by("</sheetData>", ""),
        by("</row>", "", most=1),
        by("</v></c>", "</v>", most=1),
        by(' r="B4"', ""),
        by(' r="C4"', ' r="A4"'),
        by(' r="B4"', ' r="B5"'),
        by('t="s"', 't="d"'),
        by('t="s"', 't="s" xmlns="urn:a"'),
        by("spreadsheetml/2006/main", "spreadsheetml/2006/other"),
    ],
)
def test_what_is_out_of_the_ordinary_is_left_to_calamine(
    tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    path = altered(tmp_path, SHEET, change)
    with path.open("rb") as file, TemporaryFile() as kept, pytest.raises(Unusual):
        flat_rows(file, kept)
    assert outcome(lambda: read_rows(path)) == outcome(lambda: _calamine_rows(path))


def test_rows_of_a_sheet_that_was_looked_at_come_as_they_are_read(tmp_path: Path) -> None:
    """Its end is not read before the first of them."""
    path, look = tmp_path / "a.xlsx", dict[str, Any]()
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for row in range(5_000):
            sheet.write_row(row, 0, [f"第 {row} 行", row])
        sheet.merge_range("A4999:A5000", "并")
    rows = list(read_rows(path, look=look))
    assert look == {"sheet": "Sheet1", "width": 2, "merged": [[4999, [[0, 5000]]]]}
    assert list(read_rows(path, look=look)) == rows
    broken = altered_in(path, SHEET, lambda content: content.replace(b"</row></sheetData>", b"<"))
    begun = read_rows(broken, look=look)
    assert [next(begun) for _ in range(500)] == rows[:500]
    with pytest.raises(UnreadableFile):
        list(begun)


def altered_in(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Return a copy of a book of which one part is changed."""
    copy = path.with_name(f"altered {path.name}")
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(copy, "w") as made:
        for name in book.namelist():
            content = book.read(name)
            new = change(content) if name == part else content
            assert name != part or new != content
            made.writestr(name, new)
    return copy


def outcome(read: Callable[[], Iterable[Any]]) -> Any:
    """Return what was read; nothing where that failed."""
    try:
        return list(read())
    except (UnreadableFile, CalamineError):
        return None


def _calamine_rows(path: Path) -> Iterator[tuple[int, list[Any]]]:
    with CalamineWorkbook.from_path(path) as book:
        yield from _from_the_first_column(book.get_sheet_by_index(0))


def test_memory_does_not_grow_with_the_sheet(tmp_path: Path) -> None:
    def peak(rows: int, *, shared: bool) -> int:
        path = tmp_path / f"{rows}.xlsx"
        with xlsxwriter.Workbook(str(path), {"constant_memory": not shared}) as book:
            sheet = book.add_worksheet()
            for row in range(rows):
                sheet.write_row(row, 0, [f"第 {row} 行第 {at} 列" for at in range(10)])
        tracemalloc.start()
        try:
            # As the child does it, here: what it takes is measured.
            with path.open("rb") as file:
                _look, *blocks = map(len, blocks_of_rows(file, kind=".xlsx"))
                assert sum(blocks) == rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    for shared in (True, False):
        assert peak(16_000, shared=shared) < 1.15 * peak(4_000, shared=shared)
