"""Files as people make them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from expertpool.core.importing import UnreadableFile, read_rows
from tests.core.importing.sheets import write_xlsx


def test_rows_have_the_numbers_of_excel(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    book.add_worksheet("空")
    sheet = book.add_worksheet("数据")
    sheet.write(2, 1, "姓名")
    sheet.write(4, 1, 13800138000)
    sheet.write_datetime(5, 1, date(2026, 1, 2), book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_formula(6, 1, "=1+1", value=2)
    book.close()
    rows = dict(read_rows(tmp_path / "a.xlsx"))
    assert rows[3] == ["", "姓名"]
    assert rows[4] == ["", ""]
    assert rows[5] == ["", 13800138000.0]
    assert rows[6] == ["", date(2026, 1, 2)]
    assert rows[7] == ["", 2.0]


def test_text_that_looks_like_a_formula_is_text(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [["=HYPERLINK(A1)"]])
    assert list(read_rows(path)) == [(1, ["=HYPERLINK(A1)"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_in_the_encodings_of_excel(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    lines = [delimiter.join(("姓名", "手机号")), delimiter.join(("王小明", '"138\n00"'))]
    path.write_text("\n".join(lines), encoding=encoding)
    assert list(read_rows(path)) == [(1, ["姓名", "手机号"]), (2, ["王小明", "138\n00"])]


@pytest.mark.shows("EXP-07")
def test_a_column_of_a_text_that_keeps_its_noughts_has_lost_none(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("出生年月,聘期至\n1960.1,2028.1\n1961.10,2029.2\n27670,2030.1\n")
    assert [cells for _, cells in read_rows(path)][1:] == [
        ["1960.1", 2028.1],
        ["1961.10", 2029.2],
        [27670.0, 2030.1],
    ]


def test_the_name_the_user_gave_says_what_it_is(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [["姓名"]]).rename(tmp_path / "12.upload")
    assert list(read_rows(path, suffix=".xlsx")) == [(1, ["姓名"])]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xlsx", b"no workbook", "打不开"),
        ("a.xlsx", b"PK\x03\x04broken", "打不开"),
        ("a.xls", b"no workbook", "打不开"),
        ("a.pdf", b"%PDF", "只能读取"),
        ("a.csv", b"\xff\xfea", "编码"),
    ],
)
def test_other_files_are_refused_in_words(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFile, match=words):
        list(read_rows(tmp_path / name))


def test_a_missing_file_and_an_empty_book_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        list(read_rows(tmp_path / "none.xlsx"))
    with pytest.raises(UnreadableFile, match="没有数据"):
        list(read_rows(write_xlsx(tmp_path / "a.xlsx", [])))


@pytest.mark.shows("EXP-07")
def test_a_page_that_bears_the_name_of_a_table_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text("\ufeff\n<html><body><table><tr><td>姓名</td></tr></table></body></html>")
    with pytest.raises(UnreadableFile, match="网页格式"):
        list(read_rows(path))
