"""Office files for tests: workbooks by openpyxl, documents written part by part."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Any

import openpyxl

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def book_bytes(book: openpyxl.Workbook) -> bytes:
    """The workbook as Excel saves it: its texts in a part that all cells share."""
    stream = io.BytesIO()
    book.save(stream)
    parts: dict[str, str | bytes] = dict(unzipped(stream.getvalue()))
    strings: list[str] = []

    def share(match: re.Match[str]) -> str:
        strings.append(f"<si>{match[2]}</si>")
        return f'<c{match[1]} t="s"><v>{len(strings) - 1}</v></c>'

    for name in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
        xml = parts[name].decode()  # type: ignore[union-attr]
        parts[name] = re.sub(
            r'<c([^>]*) t="inlineStr"><is>(.*?)</is></c>', share, xml, flags=re.DOTALL
        )
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{"".join(strings)}</sst>'
    return add_part(
        zipped(parts), "xl/sharedStrings.xml", to="xl/workbook.xml", kind="sharedStrings"
    )


def add_part(content: bytes, name: str, *, to: str, kind: str, data: str | None = None) -> bytes:
    """Add a part ``name``, related to the part ``to`` as ``kind``."""
    folder, _, file = to.rpartition("/")
    rels = f"{folder}/_rels/{file}.rels"
    parts = unzipped(content)
    types = parts["[Content_Types].xml"].decode()
    override = f'<Override PartName="/{name}" ContentType="{SHEET}.{kind}+xml"/></Types>'
    relation = (
        f'<Relationship Id="add{kind}" Type="{REL}/{kind}" Target="/{name}"/></Relationships>'
    )
    old = parts.get(
        rels, f'<Relationships xmlns="{PACKAGE}/relationships"></Relationships>'.encode()
    )
    changes: dict[str, str | bytes | None] = {
        "[Content_Types].xml": types.replace("</Types>", override),
        rels: old.decode().replace("</Relationships>", relation),
    }
    return changed(content, **(changes if data is None else changes | {name: data}))


def read_book(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def run(text: str, look: str = "") -> str:
    return f"<w:r><w:rPr>{look}</w:rPr><w:t>{text}</w:t></w:r>"


def paragraph(*texts: str) -> str:
    """A paragraph in which each text is a run of its own, as Word splits them."""
    return f"<w:p>{''.join(map(run, texts))}</w:p>"


def table(*rows: tuple[str, ...]) -> str:
    cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def docx_bytes(
    body: str,
    *,
    header: str = "",
    main_type: str = f"{WORD}.document.main+xml",
    more: Mapping[str, str | bytes] | None = None,
    relations: str = "",
) -> bytes:
    """A .docx with ``body`` in it; ``more`` adds parts, ``relations`` those of the document."""
    override = '<Override PartName="/word/{}" ContentType="{}"/>'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + override.format("document.xml", main_type)
        + override.format("header1.xml", f"{WORD}.header+xml")
        + override.format("settings.xml", f"{WORD}.settings+xml")
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{REL}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{W}" xmlns:w14="urn:w14" xmlns:mc="urn:mc" '
        f'mc:Ignorable="w14"><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f"{relations}</Relationships>",
        "word/header1.xml": f'<w:hdr xmlns:w="{W}">{header}</w:hdr>',
        "word/settings.xml": f'<w:settings xmlns:w="{W}" xmlns:r="{REL}">'
        '<w:attachedTemplate r:id="rIdT"/></w:settings>',
    }
    return zipped(parts | dict(more or {}))


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(content: bytes, **parts: str | bytes | None) -> bytes:
    """The same file with some parts replaced (``xl_styles_xml=…``), taken out or added."""
    old = unzipped(content)
    for name, data in parts.items():
        if data is None:
            del old[name]
        else:
            old[name] = data.encode() if isinstance(data, str) else data
    return zipped(old)


def document_lines(content: bytes, part: str = "word/document.xml") -> list[str]:
    """The text of each paragraph of a .docx, line breaks as newlines."""
    xml = unzipped(content)[part].decode()
    return [
        "".join(
            "\n" if tag.startswith("<w:br") else text
            for tag, text in re.findall(r"(<w:t(?: [^>]*)?>|<w:br/>)([^<]*)", found)
        )
        for found in re.findall(r"<w:p>.*?</w:p>", xml, re.DOTALL)
    ]
