"""What strays in a list is told: cells of a row, addresses, a second table."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from expertpool.accounts.models import User
from expertpool.core.importing import UnreadableFile
from expertpool.core.importing.findings import read_findings
from expertpool.core.importing.runs import choose_mapping, choose_table
from expertpool.core.reading.messages import Refused
from expertpool.core.reading.texts import open_quote, text_rows
from expertpool.experts.services.importing import import_file
from tests.data.quirks.files import book
from tests.data.quirks.strays import STRAYS
from tests.factories.experts import NOW
from tests.fixtures import login

BY_NAME = {quirk.name: quirk for quirk in STRAYS}


def told(folder: Path, name: str) -> list[tuple[str, ...]]:
    """Return column, kind and sentence of what is said of the rows of a list that were taken."""
    path, report = folder / name, folder / "report.xlsx"
    BY_NAME[name].write(path)
    import_file(path, now=NOW, report=report)
    rows = load_workbook(report)["处理过的内容"].iter_rows(min_row=2, values_only=True)
    return [(str(row[2]), str(row[3]), str(row[5])) for row in rows]


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    ("name", "column", "words"),
    [
        ("two_mails_in_a_cell.xlsx", "邮箱", "b@example.cn 没有导入"),
        ("rows_moved_to_the_side.xlsx", "整行", "整体向左移了一格：“工程师”应在“职称”列"),
        ("quotation_marks_left_open.csv", "工作单位", "单位名称里不会有的符号"),
    ],
)
def test_it_is_told_of_rows_that_are_taken(
    db: None, tmp_path: Path, name: str, column: str, words: str
) -> None:
    found = [
        said for header, kind, said in told(tmp_path, name) if (header, kind) == (column, "请核对")
    ]
    assert any(words in said for said in found), found


ABOVE = [
    ["一、内部专家"],
    ["姓名", "手机号", "单位"],
    ["庚一", "13977769001", "甲院"],
    ["合计", 1, ""],
    ["二、外部专家"],
    ["序号", "姓名", "工作单位", "联系电话", "职称"],
    [1, "庚二", "乙院", "13977769002", "教授"],
]


@pytest.mark.shows("EXP-07")
@pytest.mark.usefixtures("media")
def test_a_table_above_the_one_that_is_read_is_told_and_both_can_be_read(
    admin: User, tmp_path: Path
) -> None:
    """The second one names more columns, and is taken for the list; who stands above it is not lost unseen."""
    path = tmp_path / "两张表.xlsx"
    book({"表": ABOVE})(path)
    client = login(Client(), admin)
    file = SimpleUploadedFile(path.name, path.read_bytes())
    page: Any = client.post(reverse("experts:import"), {"file": file}, follow=True)
    run = page.context["run"]
    assert (run.header_row, page.context["outline"]["above"]) == (6, 2)
    assert "第 2 行也像是表头" in page.content.decode()
    choose_table(run=run, sheet=run.sheet, row=2)
    choose_mapping(run=run, codes=run.mapping, now=NOW)
    assert (run.total, run.accepted) == (2, 2)
    assert "职称没有导入" in read_findings(run)["remarks"]["6"]
    with pytest.raises(UnreadableFile, match="第 2 行和第 6 行各有一个表头"):
        import_file(path, now=NOW)


def rows(text: str, encoding: str = "utf-8") -> list[list[object]]:
    return [cells for _, cells in text_rows(io.BytesIO(text.encode(encoding)))]


def test_a_text_of_several_lines_stays_one_cell() -> None:
    """As Excel writes it: only what would be rows of their own is none."""
    text = '姓名,地址,电话\r\n"张\n三","甲路,1号\r\n乙室",1\r\n李四,"说""好""",2\r\n'
    assert rows(text) == [
        ["姓名", "地址", "电话"],
        ["张\n三", "甲路,1号\r\n乙室", "1"],
        ["李四", '说"好"', "2"],
    ]


def test_an_open_mark_swallows_no_row_up_to_the_next_one_or_the_end() -> None:
    text = '姓名,单位,电话\n甲,"一院,1\n乙,"二院",2\n丙,三院,3\n丁,"四院,4\n'
    assert rows(text) == [
        ["姓名", "单位", "电话"],
        ["甲", '"一院', "1"],
        ["乙", "二院", "2"],
        ["丙", "三院", "3"],
        ["丁", '"四院', "4"],
    ]
    # Closed by the mark of another row: whole rows would stand in the cell.
    text = '姓名,单位,电话\n甲,"一院,1\n乙,二院,2\n丙,三院",3\n'
    assert [row[0] for row in rows(text)] == ["姓名", "甲", "乙", "丙"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "gb18030", "utf-8-sig"])
def test_a_text_is_read_in_whatever_encoding(encoding: str) -> None:
    text = "姓名\t电话\n张三\t13800138000\n"
    assert rows(text, encoding) == [["姓名", "电话"], ["张三", "13800138000"]]


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(Refused, match="文字编码无法识别"):
        list(text_rows(io.BytesIO(bytes(range(128, 256)) * 3 + b"\xff\xff\n")))


@pytest.mark.shows("EXP-07")
def test_a_quote_that_is_not_closed_is_told_with_its_row(admin: User, tmp_path: Path) -> None:
    lines = [
        "姓名,手机号,备注",
        '引甲,13911110001,"好"',
        '引乙,13911110002,"甲',
        "引丙,13911110003,",
    ]
    upload = SimpleUploadedFile("名单.csv", "\r\n".join(lines).encode())
    client = login(Client(), admin)
    page = client.post(reverse("experts:import"), {"file": upload, "status": "formal"}, follow=True)
    assert page.context["run"].accepted == 3
    assert "第 3 行有一格以引号（" in page.content.decode()
    for text in ('姓名,手机号,备注\r\n引甲,13911110001,"好\r\n的"', '姓名,备注\r\n引甲,5" 管'):
        assert open_quote(io.BytesIO(text.encode())) == 0
