"""The words of a document or of slides, for who wants to read it in the browser: no layout, no pictures. Runs in the
child; `files.services.words` is the door. Names of parts and elements are those of ECMA-376, part 1."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError, fromstring

from expertpool.core.reading.messages import Refused
from expertpool.core.sizes import MEGABYTE

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
MOST_XML = 48 * MEGABYTE  # bytes of a part once unpacked
MOST_LETTERS, MOST_BLOCKS = 300_000, 3_000
MOST_COLUMNS, LONGEST_CELL = 30, 500
BROKEN = "文件打不开，可能已损坏，请下载后查看。"
_SLIDE = re.compile(r"ppt/slides/slide([0-9]{1,4})\.xml")
# "heading", "text" with a string, "rows" with a list of lists
Block = dict[str, Any]


def blocks_of_words(file: IO[bytes], *, kind: str) -> dict[str, Any]:
    """Return the ``blocks`` of a ``docx`` or ``pptx`` in their order, and whether there are more (``cut``).

    Refuses what is broken, or declares entities: these can blow a few bytes up to anything.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            found = _document(archive) if kind == "docx" else _slides(archive)
            return _few(found)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, LookupError, ValueError, ParseError):
        raise Refused(BROKEN) from None


def _few(found: Iterator[Block]) -> dict[str, Any]:
    blocks, letters = list[Block](), 0
    for block in found:
        letters += len(str(block["is"]))
        if letters > MOST_LETTERS or len(blocks) == MOST_BLOCKS:
            return {"blocks": blocks, "cut": True}
        blocks.append(block)
    return {"blocks": blocks, "cut": False}


def _part(archive: zipfile.ZipFile, name: str) -> Element:
    with archive.open(name) as part:
        content = part.read(MOST_XML + 1)
    if len(content) > MOST_XML or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise Refused("文件太大或格式特殊，请下载后查看。")
    return fromstring(content)  # noqa: S314 (declarations are refused, memory is bounded)


def _document(archive: zipfile.ZipFile) -> Iterator[Block]:
    body = _part(archive, "word/document.xml").find(f"{W}body")
    for element in body if body is not None else ():
        if element.tag == f"{W}p":
            if text := _paragraph(element):
                yield {"kind": "heading" if _is_heading(element) else "text", "is": text}
        elif element.tag == f"{W}tbl":
            rows = [
                [
                    "\n".join(filter(None, map(_paragraph, cell.iter(f"{W}p"))))[:LONGEST_CELL]
                    for cell in row.findall(f"{W}tc")
                ][:MOST_COLUMNS]
                for row in element.findall(f"{W}tr")
            ]
            yield {"kind": "rows", "is": rows}


def _paragraph(element: Element) -> str:
    parts = []
    for one in element.iter():
        if one.tag == f"{W}t":
            parts.append(one.text or "")
        elif one.tag in (f"{W}tab", f"{W}br"):
            parts.append(" ")
    return "".join(parts).strip()


def _is_heading(element: Element) -> bool:
    properties = element.find(f"{W}pPr")
    if properties is None:
        return False
    style = properties.find(f"{W}pStyle")
    named = (style.get(f"{W}val") or "").lower() if style is not None else ""
    return named.startswith(("heading", "title")) or properties.find(f"{W}outlineLvl") is not None


def _slides(archive: zipfile.ZipFile) -> Iterator[Block]:
    found = (_SLIDE.fullmatch(name) for name in archive.namelist())
    for number in sorted(int(one[1]) for one in found if one):
        yield {"kind": "heading", "is": f"第 {number} 页"}
        for paragraph in _part(archive, f"ppt/slides/slide{number}.xml").iter(f"{A}p"):
            text = "".join(one.text or "" for one in paragraph.iter(f"{A}t")).strip()
            if text:
                yield {"kind": "text", "is": text}
