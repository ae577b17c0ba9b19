"""PDF, printed Excel forms and QR codes."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pypdf
import pytest

from expertpool.core.documents import (
    DocumentError,
    SheetColumn,
    qr_svg,
    render_pdf,
    render_pngs,
    xlsx_sheet,
)

AT = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
TEMPLATE = "core/sample.typ"


def sample(rows: int = 3, **values: Any) -> dict[str, Any]:
    return {
        "title": "评审专家抽取表",
        "subtitle": "第 1 次抽取",
        "project": "市第一医院信息化项目",
        "code": "ZC-2026-001",
        "criteria": "专业 属于 建筑设计 且 职称级别 不低于 副高",
        "rows": [
            [at, f"专家{at}", "高级工程师", "河南省建筑设计研究院", "建筑设计", ""]
            for at in range(1, rows + 1)
        ],
        "qr": qr_svg("https://pool.example.cn/v/1"),
        "footer": "采购中心",
    } | values


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def test_chinese_is_in_the_pdf_with_its_fonts() -> None:
    pdf = render_pdf(TEMPLATE, sample(), at=AT)
    text = pages(pdf)[0]
    for words in (
        "评审专家抽取表",
        "市第一医院信息化项目",
        "不低于 副高",
        "监督人",
        "第 1 页 共 1 页",
    ):
        assert words in text
    fonts = pypdf.PdfReader(io.BytesIO(pdf)).pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    for font in fonts.values():
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert "NotoS" in font["/BaseFont"]
        assert "/FontFile3" in descriptor


def test_the_head_of_a_table_repeats_on_each_page() -> None:
    found = pages(render_pdf(TEMPLATE, sample(40), at=AT))
    assert len(found) == 3
    assert all("工作单位" in text for text in found[:2])
    assert ["第 2 页 共 3 页" in text for text in found] == [False, True, False]


def test_data_is_text_never_markup() -> None:
    evil = '#panic("x") *粗* $a$ [ \\ " <a> // {'
    text = pages(render_pdf(TEMPLATE, sample(project=evil), at=AT))[0]
    assert '#panic("x") *粗* $a$ [ \\ " <a> // {' in text


def test_a_watermark_stands_on_every_page() -> None:
    marked = pages(render_pdf(TEMPLATE, sample(40, mark="张三 10.0.0.8"), at=AT))
    assert all("张三 10.0.0.8" in text for text in marked)


def test_the_same_input_gives_the_same_bytes() -> None:
    assert render_pdf(TEMPLATE, sample(), at=AT) == render_pdf(TEMPLATE, sample(), at=AT)


def test_pictures_of_the_pages() -> None:
    pictures = render_pngs(TEMPLATE, sample(40), ppi=20)
    assert len(pictures) == 3
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)


def test_a_missing_template_or_value_is_named() -> None:
    with pytest.raises(DocumentError, match=r"没有文档模板 core/nothing\.typ"):
        render_pdf("core/nothing.typ", {}, at=AT)
    with pytest.raises(DocumentError, match=r"core/sample\.typ 无法生成.*title"):
        render_pdf(TEMPLATE, {"rows": []}, at=AT)


def form(**values: Any) -> Any:
    data = xlsx_sheet(
        **(
            {
                "title": "评审专家抽取表",
                "fields": [("项目名称", "=项目"), ("项目编号", "001"), ("采购单位", "市医院")],
                "columns": [
                    SheetColumn("序号", 6),
                    SheetColumn("姓名"),
                    SheetColumn("单位", 30, "left"),
                    SheetColumn("签名"),
                ],
                "rows": [[1, "@王", "设计院", ""]],
                "notes": ["备注"],
                "signatures": ["抽取人", "监督人"],
                "footer": "采购中心 & 测试",
            }
            | values
        )
    )
    return openpyxl.load_workbook(io.BytesIO(data)).active


def test_a_printed_form_has_its_parts() -> None:
    sheet = form()
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert values[0][0] == "评审专家抽取表"
    assert values[1] == ["项目名称", "=项目", "项目编号", "001"]
    assert values[2][:2] == ["采购单位", "市医院"]
    assert values[3] == ["序号", "姓名", "单位", "签名"]
    assert values[4] == [1, "@王", "设计院", None]
    assert values[5][0] == "备注"
    assert [value for value in values[7] if value] == ["抽取人：", "监督人："]
    assert sheet["B2"].data_type == "s"


def test_a_printed_form_fits_its_paper() -> None:
    sheet = form()
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0  # as many pages as it takes
    assert sheet.print_title_rows == "$4:$4"
    assert "采购中心 && 测试" in sheet.oddFooter.left.text
    assert {str(area) for area in sheet.merged_cells.ranges} >= {"A1:D1", "B3:D3", "A6:D6"}


def test_a_printed_form_may_have_empty_rows() -> None:
    assert form(blank_rows=5, notes=[], signatures=[]).max_row == 4 + 1 + 5


def test_a_qr_code_is_an_svg_for_the_page_and_the_pdf() -> None:
    svg = qr_svg("https://pool.example.cn/v/1")
    assert svg.startswith("<svg xmlns=")
    assert "<script" not in svg
