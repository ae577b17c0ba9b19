"""The file: what stands in its cells, for whom."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.http import QueryDict

from expertpool.accounts.models import User
from expertpool.core.exporting import ExportColumn, Stamp, write_xlsx
from expertpool.directory.models import Title
from tests.core.exporting.conftest import NOW, TitleExport, give_level

pytestmark = pytest.mark.django_db


def sheet_of(exporter: TitleExport, user: User, query: str = "q=测试") -> Any:
    stream = io.BytesIO()
    stamp = Stamp("王 & 李", NOW, "10.0.0.8")
    write_xlsx(exporter, user=user, params=QueryDict(query), stamp=stamp, stream=stream)
    return openpyxl.load_workbook(stream).active


def rows_of(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.fixture(autouse=True)
def _titles(db: None) -> None:
    for name in ("=测试+1", "@测试", "测试工程师"):
        Title.objects.create(name=name, level=3)


def test_values_keep_their_kinds(exporter: TitleExport, admin: User) -> None:
    sheet = sheet_of(exporter, admin)
    header, first, *_ = rows_of(sheet)
    assert header == ["职称", "级别", "手机号", "日期", "时间", "高级", "空"]
    assert first[0] == "=测试+1"
    assert sheet["A2"].data_type == "s"  # not a formula
    assert first[1] == 3
    assert (first[3].strftime("%F %T"), first[4].strftime("%F %T")) == (
        "2026-11-24 00:00:00",
        "2026-11-24 09:30:00",
    )
    assert first[5:] == ["是", None]
    assert sheet.freeze_panes == "A2"


def test_a_watermark_line_says_who_when_where_and_how_many(
    exporter: TitleExport, admin: User
) -> None:
    sheet = sheet_of(exporter, admin)
    mark = "导出人：王 & 李，导出时间：2026-11-24 09:30:00，来自 10.0.0.8，共 3 行。内部资料，请勿外传。"
    assert rows_of(sheet)[-1][0] == mark
    assert mark.replace("&", "&&") in sheet.oddFooter.left.text


@pytest.mark.shows("EXP-12")
@pytest.mark.parametrize(
    ("level", "shown"), [("plain", "13800130003"), ("masked", "138****0003"), ("hidden", None)]
)
def test_a_guarded_column_follows_the_role(
    exporter: TitleExport, admin: User, level: str, shown: str | None
) -> None:
    user = give_level(admin, "tests.phone", level)
    header, first, *_ = rows_of(sheet_of(exporter, user))
    assert ("手机号" in header) is (shown is not None)
    if shown:
        assert first[header.index("手机号")] == shown


@pytest.mark.shows("EXP-12")
def test_what_is_not_exportable_is_in_no_export(exporter: TitleExport, admin: User) -> None:
    user = give_level(admin, "tests.secret", "plain")
    for query in ("", "columns=secret", "columns=name,secret"):
        assert "绝密" not in str(rows_of(sheet_of(exporter, user, query)))


@pytest.mark.parametrize(
    ("query", "left_out"),
    [
        ("", set()),
        ("columns=level", {"时间"}),
        ("columns=", {"级别", "时间"}),
        ("columns=x", {"级别", "时间"}),
    ],
)
def test_columns_hidden_on_the_page_stay_out(
    exporter: TitleExport, admin: User, query: str, left_out: set[str]
) -> None:
    everything = {"职称", "级别", "手机号", "日期", "时间", "高级", "空"}
    assert set(rows_of(sheet_of(exporter, admin, query))[0]) == everything - left_out


def test_a_long_text_and_odd_characters_are_written(admin: User, exporter: TitleExport) -> None:
    class Odd(TitleExport):
        columns = (ExportColumn("x", "文字", lambda title: "\x01长" + "字" * 40_000),)

    first = rows_of(sheet_of(Odd(), admin))[1][0]
    assert first.endswith("字")
    assert len(first) > 30_000
