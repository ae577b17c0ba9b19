"""Forms and attachments that would fetch or start something when somebody opens them."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from openpyxl.formatting.rule import FormulaRule
from openpyxl.workbook.defined_name import DefinedName

from expertpool.core.filling import TemplateRefused
from expertpool.core.filling.filler import check
from expertpool.files.exceptions import FileRefused
from expertpool.files.validators import detect_type
from tests.core.filling.office import PACKAGE, REL, book_bytes, changed, docx_bytes, run
from tests.core.filling.test_filling import make_book

FIELDS = {"项目名称": "甲"}
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


SAID = '<Default Extension="dat" ContentType="application/vnd.ms-office.vbaProject"/>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "_VBA_PROJECT".encode("utf-16-le")


@pytest.mark.parametrize(("types", "part"), [(SAID, b"x"), ("", OLE)])
def test_macros_by_any_name_are_refused(types: str, part: bytes) -> None:
    content = renamed_macro(types, part)
    with pytest.raises(FileRefused, match="宏"):
        detect_type(io.BytesIO(content))
    assert "宏" in refused(content)


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
