"""What a zip is, and that nothing in it runs. Runs in the child; `files.validators` is the door."""

from __future__ import annotations

import re
import zipfile
import zlib
from contextlib import suppress
from typing import IO
from xml.parsers import expat

from expertpool.core.reading.active import actions, acts_by_itself, begins_as_xml
from expertpool.core.reading.messages import Refused
from expertpool.core.sizes import MEGABYTE

# What the part named so makes of a zip.
KINDS = {
    "word/document.xml": "docx",
    "xl/workbook.xml": "xlsx",
    "ppt/presentation.xml": "pptx",
    "OFD.xml": "ofd",
}
TYPES = "[Content_Types].xml"
MOST_DESCRIBED = 4 * MEGABYTE  # bytes of a part that says what other parts are
MOST_SEARCHED = 64 * MEGABYTE  # bytes of all binary parts
OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
VBA_PROJECT = "_VBA_PROJECT".encode("utf-16-le")  # names of streams are UTF-16 in this format
# Programs in a zip: Java archives, Android packages, macros of Office and of OpenDocument.
_PROGRAMS = re.compile(
    r"(META-INF/MANIFEST\.MF|AndroidManifest\.xml|vbaProject\.bin)$|(^|/)macrosheets/|"
    r"^(Basic|Scripts)/",
    re.IGNORECASE,
)
# How a part is said to be a macro, whatever its name.
_SAID = re.compile(rb"vbaProject|macroEnabled|macrosheet", re.IGNORECASE)
# Parts that are fetched from another machine, or started, as soon as the document is opened: its template, a linked
# object, a document within it; a conversation with another program (DDE). A template on the writer's own disk, or
# on a share of his office, is usual.
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_FETCHED = re.compile(
    rb"""Type\s*=\s*["'][^"']*/(?:attachedTemplate|oleObject|frame|subDocument|aFChunk)["']"""
)
# A page of the web that Word takes in as text, with all that it asks for; saving once makes it text.
_BROUGHT_IN = re.compile(rb"""Type\s*=\s*["'][^"']*/aFChunk["']""")
_ELSEWHERE = re.compile(rb"""Target\s*=\s*["']\s*(?:https?|ftp|mhtml|ms-\w+):""", re.IGNORECASE)
_FETCHES = "文件一打开就会到别处取内容（远程模板、链接的对象或 DDE），请断开链接、另存后上传。"
_MIXED = "文件里插入了网页或别的文件，请用 Word 或 WPS 打开、另存后上传。"
_BROKEN = "压缩文件已损坏，请重新压缩后上传。"
_RUNS = "文件里含有宏或程序，请去掉后上传（Office 文件另存为不含宏的格式）。"


def kind_of_archive(file: IO[bytes]) -> str:
    """Return ``docx``, ``xlsx``, ``pptx``, ``ofd`` or ``zip``.

    Refuses what is broken, and macros and programs: by their names, by what the package says of its
    parts, and by what stands in these; and what is fetched from elsewhere, or spoken to, at once when it is opened
    (`active`); of relations, as far as they are written in the usual way.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if any(map(_PROGRAMS.search, names)):
                raise Refused(_RUNS)
            if TYPES in names:
                _refuse_macros(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError):
        raise Refused(_BROKEN) from None
    return next((kind for name, kind in KINDS.items() if name in names), "zip")


def _refuse_macros(archive: zipfile.ZipFile) -> None:
    """Look through an office file for macros under another name."""
    left = MOST_SEARCHED
    for entry in archive.infolist():
        with archive.open(entry) as part:
            if entry.filename == TYPES or entry.filename.endswith(".rels"):
                said = part.read(MOST_DESCRIBED)
                if _SAID.search(said):
                    raise Refused(_RUNS)
                if any(map(_is_fetched, _RELATION.findall(said))):
                    raise Refused(_FETCHES)
                if _BROUGHT_IN.search(said):
                    raise Refused(_MIXED)
            elif (head := part.read(len(OLE_MARK))) == OLE_MARK:
                content = head + part.read(left)
                left -= len(content)
                if VBA_PROJECT in content or left <= 0:
                    raise Refused(_RUNS)
            elif begins_as_xml(head):
                part.seek(0)
                _refuse_actions(part)


def _is_fetched(relation: bytes) -> bool:
    return bool(_FETCHED.search(relation) and _ELSEWHERE.search(relation))


def _refuse_actions(part: IO[bytes]) -> None:
    """Refuse what acts by itself. What is no XML opens nowhere; drawings in VML are none as Excel writes them: of these,
    what can be read."""
    with suppress(expat.ExpatError):
        if any(map(acts_by_itself, actions(part))):
            raise Refused(_FETCHES)
