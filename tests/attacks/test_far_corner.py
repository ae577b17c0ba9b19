"""A small file that claims to be huge: one refused file, and everything else goes on."""

from __future__ import annotations

import io
import resource
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from expertpool.accounts.models import User
from expertpool.core.documents import square_png
from expertpool.core.filling import TemplateRefused, check_template
from expertpool.core.importing import UnreadableFile, read_rows
from expertpool.core.importing.reading import read_tops
from expertpool.core.models import ImportRun
from expertpool.core.placeholders import Vocabulary
from expertpool.core.reading import apart
from expertpool.core.reading.apart import Reading, answers
from expertpool.core.reading.messages import Refused
from expertpool.core.sizes import MEGABYTE
from tests.fixtures import login

SHEET = "xl/worksheets/sheet1.xml"


def sheet(rows: str) -> bytes:
    """Return a workbook with ``rows`` in its only sheet."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    book.add_worksheet()
    book.close()
    return replaced(
        stream.getvalue(),
        SHEET,
        '<?xml version="1.0" encoding="UTF-8"?><worksheet '
        'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{rows}</sheetData></worksheet>",
    )


def replaced(content: bytes, name: str, part: str) -> bytes:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, part)
    return stream.getvalue()


# As programs write it, and so that it is left to the reader that holds the sheet in memory.
CORNER = (
    '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
)
CORNERS = {"plain": CORNER, "unusual": CORNER.replace('<row r="1">', "<row>")}


@pytest.mark.django_db
@pytest.mark.shows("OPS-04")
@pytest.mark.parametrize("kind", CORNERS)
def test_a_cell_in_the_last_corner_is_refused_on_the_page(
    client: Client, admin: User, kind: str
) -> None:
    content = sheet(CORNERS[kind])
    assert len(content) < 10_000
    began = time.monotonic()
    answer = login(client, admin).post(
        "/experts/import/",
        {"file": SimpleUploadedFile("a.xlsx", content), "status": "formal"},
    )
    assert answer.status_code == 422
    assert "最多读" in answer.content.decode()
    assert time.monotonic() - began < 10
    assert not ImportRun.objects.exists()


LONG = "好" * 30_000_000
LONG_CELLS = {
    ".xlsx": lambda: sheet(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c></row>'
        f'<row r="2"><c r="A2" t="inlineStr"><is><t>{LONG}</t></is></c></row>'
    ),
    # As long as an upload may be.
    ".csv": ("姓名,手机号\n" + LONG[:6_000_000]).encode,
}


@pytest.mark.django_db
@pytest.mark.shows("OPS-04")
@pytest.mark.parametrize("kind", LONG_CELLS)
def test_a_cell_of_millions_of_letters_keeps_nobody_busy(
    client: Client, admin: User, kind: str
) -> None:
    """One upload took gigabytes and minutes: each column looked through all of it for its own."""
    content = LONG_CELLS[kind]()
    began = time.process_time()
    answer = login(client, admin).post(
        "/experts/import/",
        {"file": SimpleUploadedFile(f"a{kind}", content), "status": "formal"},
    )
    assert answer.status_code == 422
    assert "第 2 行有一格超过 32,767 个字" in answer.content.decode()
    assert time.process_time() - began < 5
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("letters", [32_767, 32_768])
def test_a_cell_is_read_as_far_as_excel_keeps_it(letters: int) -> None:
    content = io.BytesIO(f"姓名,说明\n甲,{'长' * letters}\n".encode())
    if letters > 32_767:
        with pytest.raises(UnreadableFile, match="第 2 行有一格超过 32,767 个字"):
            list(read_rows(content, suffix=".csv"))
    else:
        assert [len(cells[1]) for _, cells in read_rows(content, suffix=".csv")] == [2, 32_767]


def test_of_a_sheet_of_long_texts_its_beginning_is_enough_to_find_columns() -> None:
    rows = "".join(f"甲{at},{'长' * 30_000}\n" for at in range(200))
    (top,) = read_tops(io.BytesIO(f"姓名,说明\n{rows}".encode()), suffix=".csv")
    assert 50 < len(top["rows"]) < 100


def test_rows_and_columns_of_nothing_are_refused() -> None:
    with pytest.raises(UnreadableFile, match="范围太大"):
        list(read_rows(io.BytesIO(sheet(wide_rows(1_500))), suffix=".xlsx"))


def wide_rows(count: int) -> str:
    return "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, count))


@pytest.mark.parametrize("row", ["<row/>", "<row></row>"])
def test_millions_of_empty_rows_cost_little(row: str) -> None:
    content = sheet(row * 1_500_000)
    began = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    with pytest.raises(UnreadableFile):
        list(read_rows(io.BytesIO(content), suffix=".xlsx"))
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - began < 5


def test_what_unpacks_to_more_than_the_memory_is_one_refused_file() -> None:
    """The child dies of it; we do not."""
    content = replaced(sheet(CORNER[:39]), "xl/sharedStrings.xml", "a" * 200 * MEGABYTE)
    assert len(content) < MEGABYTE
    with pytest.raises(UnreadableFile):
        list(read_rows(io.BytesIO(content), suffix=".xlsx"))


def test_a_child_that_is_killed_is_one_refused_file() -> None:
    """12 MB are too little even to begin."""
    with pytest.raises(Refused, match="读不出来"):
        list(answers(Reading("table", memory=12), b"a,b", kind=".csv"))


def test_who_takes_too_long_is_ended() -> None:
    slow = Reading("table", seconds=1)
    content = sheet("".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(199_999)))
    began = time.monotonic()
    with pytest.raises(Refused):
        list(answers(slow, content, kind=".xlsx"))
    assert time.monotonic() - began < 10


def test_no_more_than_two_of_a_kind_are_read_at_once() -> None:
    crowded = Reading("table", seconds=1)
    first, second = (answers(crowded, b"a,b\n", kind=".csv") for _ in range(2))
    assert next(first) == next(second) == [[1, ["a", "b"]]]
    with pytest.raises(Refused, match="过一分钟"):
        next(answers(crowded, b"a,b\n", kind=".csv"))
    first.close()
    assert list(answers(crowded, b"a,b\n", kind=".csv")) == [[[1, ["a", "b"]]]]
    second.close()


def test_the_child_has_none_of_our_keys() -> None:
    # And where the tests count its lines, the folder for these.
    given = set(apart.ENVIRONMENT) - {"LINES_INTO"}
    assert given == {"PYTHONPATH", "TMPDIR", "LC_ALL", "LD_LIBRARY_PATH"}


def test_templates_and_pictures_are_read_apart_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no child can start, nothing of them is read."""
    monkeypatch.setattr(apart, "MODULE", "no.such.module")
    with pytest.raises(TemplateRefused, match="读不出来"):
        check_template(b"PK", Vocabulary(()))
    with pytest.raises(ValueError, match="读不出来"):
        square_png(b"\x89PNG")


# --- Wide tables ---------------------------------------------------------------------------------


def test_a_list_as_wide_as_it_is_large_is_refused_before_a_page_is_made_of_it(
    client: Client, admin: User
) -> None:
    """Half a megabyte made a page with half a million choices, and 9 GB."""
    content = ("姓名," + "a," * 250_000 + "b\n").encode()
    file = SimpleUploadedFile("宽.csv", content)
    began = time.monotonic()
    response = login(client, admin).post("/experts/import/", {"file": file, "status": "formal"})
    assert "最多读 300 列" in response.content.decode()
    assert "右键删除" in response.content.decode()
    assert not ImportRun.objects.exists()
    assert time.monotonic() - began < 20


def wide(columns: int, *, last: str = "1") -> bytes:
    """A workbook with texts in two cells of its only row: the first, and the one so far right."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    page = book.add_worksheet()
    page.write_row(0, 0, ["姓名", "手机"])
    page.write(0, columns - 1, last, book.add_format({"bold": True}))
    book.close()
    return stream.getvalue()


def test_columns_count_as_far_as_something_stands_in_them(tmp_path: Path) -> None:
    for name, content in (
        ("表格.xlsx", wide(400, last="")),
        ("表格.csv", ("姓名,手机" + "," * 400 + "\n").encode()),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        (_, cells), *_ = read_rows(path)
        assert cells[:2] == ["姓名", "手机"]
        assert len(cells) <= 300
    path = tmp_path / "宽.xlsx"
    path.write_bytes(wide(400))
    with pytest.raises(UnreadableFile, match="有 400 列"):
        list(read_rows(path))
