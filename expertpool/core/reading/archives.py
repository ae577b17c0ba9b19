"""What a zip is, and that nothing in it runs. Runs in the child; `files.validators` is the door."""

from __future__ import annotations

import re
import zipfile
import zlib
from contextlib import suppress
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO
from xml.parsers import expat

from expertpool.core.reading.active import Kind, actions, acts_by_itself, begins_as_xml, facts_of
from expertpool.core.reading.messages import Refused
from expertpool.core.reading.tables import has_macro_sheets
from expertpool.core.sizes import MEGABYTE

# What the part named so makes of a zip.
KINDS = {
    "word/document.xml": "docx",
    "xl/workbook.xml": "xlsx",
    "ppt/presentation.xml": "pptx",
    "OFD.xml": "ofd",
}
TYPES = "[Content_Types].xml"
MOST_SEARCHED = 64 * MEGABYTE  # bytes of all binary parts
_ZIP_MARK = b"PK\x03\x04"
OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Names of streams are UTF-16 in this format, and the same in large and small letters.
VBA_PROJECT = re.compile(re.escape("_VBA_PROJECT".encode("utf-16-le")), re.IGNORECASE)
# What an object holds that was put into a document as a file: a mark, its name and where it stood, each ended by a zero.
_PACKAGE = "\x01Ole10Native".encode("utf-16-le")
_PACKED_AS = re.compile(rb"\x02\0([^\0]{1,260})\0([^\0]{0,260})\0")
_EBCDIC = "<?xml".encode("cp037")  # some programs open it, none writes it
# Programs in a zip: Java archives, Android packages, macros of Office and of OpenDocument.
_PROGRAMS = re.compile(
    r"(META-INF/MANIFEST\.MF|AndroidManifest\.xml|vbaProject\.bin)$|(^|/)macrosheets/|"
    r"^(Basic|Scripts)/",
    re.IGNORECASE,
)
# What a computer runs, or asks to run, when somebody opens it from a folder; documents that are said to have macros.
_RUN_BY_NAME = re.compile(
    r"\.(exe|com|scr|pif|cpl|msi|msp|dll|ocx|bat|cmd|ps1|vb[se]?|jse?|ws[fh]?|hta|chm|lnk|url|scf|reg|inf|jar|jnlp|apk|"
    r"app|sh|iso|img|vhdx?|xll|xla|xlam|do[ct]m|xl[st]m|pp[ast]m|potm|sldm|pyw?|msc|msix|appx|application|appref-ms|"
    r"settingcontent-ms|library-ms|search-ms|slk|[iodr]qy|rdp|sct|wsc|wll|vs[dst]m|desktop|command|diagcab|"
    # Of Kylin, UOS and other Linux, and of macOS.
    r"deb|rpm|run|appimage|m?pkg|dmg|scpt|terminal)[ .]*$|"
    # A program of macOS is a folder.
    r"\.app[/\\]",
    re.IGNORECASE,
)
# What is opened as a zip, whatever stands in it; what office programs open, as whichever of their kinds it is.
_OPENED_AS_ZIP = re.compile(r"\.zipx?[ .]*$", re.IGNORECASE)
_OPENED_IN_OFFICE = re.compile(
    r"\.(do[ct]x?|wps|wpt|xl[st][xb]?|et|ett|pp[ts]x?|potx?|dps|dpt|rtf|xml|mht|mhtml|zipx?)[ .]*$",
    re.IGNORECASE,
)
# Macros in what office programs write as text: a page of the web in one file, the XML of 2003, a package in one XML;
# and DDE in RTF. Without the blanks between, and the halves of signs in UTF-16.
_ACTS_IN_TEXT = re.compile(
    rb"QWN0aXZlTWltZ|macrosPresent=[\"']yes|vbaProject|\\fldinst[^}]{0,99}DDE", re.IGNORECASE
)
_BETWEEN = b"\0 \t\r\n"
_ENCRYPTED = 0x1
MOST_PACKED = 256 * MEGABYTE  # bytes of the files of a zip that are looked into
# How a part is said to be a macro, whatever its name.
_SAID = re.compile(r"vbaProject|macroEnabled|macrosheet", re.IGNORECASE)
# Parts that are fetched from another machine, or started, as soon as the document is opened: its template, a linked
# object, a document within it; a conversation with another program (DDE). A template on the writer's own disk, or
# on a share of his office, is usual.
_FETCHED = frozenset({"attachedTemplate", "oleObject", "frame", "subDocument", "aFChunk"})
# A page of the web that Word takes in as text, with all that it asks for; saving once makes it text.
_BROUGHT_IN = "aFChunk"
_ELSEWHERE = re.compile(r"\s*(?:https?|ftp|mhtml|ms-\w+):", re.IGNORECASE)
_FETCHES = "文件一打开就会到别处取内容（远程模板、链接的对象或 DDE），请断开链接、另存后上传。"
_MIXED = "文件里插入了网页或别的文件，请用 Word 或 WPS 打开、另存后上传。"
_BROKEN = "压缩文件已损坏，请重新压缩后上传。"
_RUNS = "文件里含有宏或程序，请去掉后上传（Office 文件另存为不含宏的格式）。"
_TOO_MUCH = f"压缩包里的文档解压后超过 {MOST_PACKED // MEGABYTE} MB，请分成几个压缩包上传。"


def kind_of_archive(file: IO[bytes]) -> str:
    """Return ``docx``, ``xlsx``, ``pptx``, ``ofd`` or ``zip``.

    Refuses what is broken, and macros and programs: by their names, by what the package says of its
    parts, and by what stands in these; and what is fetched from elsewhere, or spoken to, at once when it is opened
    (`active`). Of a ``zip`` the documents in it, and those in a zip in it, are looked into alike, and so are those that
    stand within a document.
    """
    return _kind_of(file, "", deeper=2)


def _kind_of(file: IO[bytes], name: str, *, deeper: int) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            _refuse_hidden(archive)
            if any(map(_PROGRAMS.search, names)):
                raise Refused(_RUNS)
            # Names of parts are the same in large and small letters.
            if TYPES.lower() in map(str.lower, names):
                _refuse_macros(archive, deeper=deeper)
            kind = next((kind for name, kind in KINDS.items() if name in names), "zip")
            # A zip that also has the main part of a document hides the rest behind it.
            if deeper and (kind == "zip" or _OPENED_AS_ZIP.search(name)):
                _refuse_packed(archive, deeper=deeper - 1)
            return kind
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError):
        raise Refused(_BROKEN) from None


def _refuse_hidden(archive: zipfile.ZipFile) -> None:
    """Refuse a zip behind another: we read the last one, some programs show the first."""
    first = min((entry.header_offset for entry in archive.infolist()), default=archive.start_dir)
    if first and archive.fp is not None:
        archive.fp.seek(0)
        if _ZIP_MARK in archive.fp.read(first):
            raise Refused(_BROKEN)


def _refuse_packed(archive: zipfile.ZipFile, *, deeper: int) -> None:
    """Refuse what is no attachment by itself because it runs. What has a password stays shut."""
    left = MOST_PACKED
    for entry in archive.infolist():
        if _RUN_BY_NAME.search(entry.filename):
            raise Refused(_RUNS)
        if entry.flag_bits & _ENCRYPTED:
            continue
        with archive.open(entry) as part:
            head = part.read(len(OLE_MARK))
            is_document = head == OLE_MARK or head.startswith(_ZIP_MARK)
            if not is_document and not _OPENED_IN_OFFICE.search(entry.filename):
                continue
            left -= entry.file_size
            if left < 0:
                raise Refused(_TOO_MUCH)
            with TemporaryFile() as packed:
                packed.write(head)
                copyfileobj(part, packed)
                _refuse_document(packed, entry.filename, deeper=deeper)


def _refuse_document(file: IO[bytes], name: str, *, deeper: int) -> None:
    """Refuse an office document within a zip as one by itself."""
    file.seek(0)
    head = file.read(len(OLE_MARK))
    # Programs find a zip by its end: anything may stand before it.
    if head.startswith(_ZIP_MARK) or (head != OLE_MARK and zipfile.is_zipfile(file)):
        _kind_of(file, name, deeper=deeper)
        return
    file.seek(0)
    if head != OLE_MARK:
        if _ACTS_IN_TEXT.search(file.read(MOST_SEARCHED).translate(None, _BETWEEN)):
            raise Refused(_RUNS)
    elif has_macros(file.read(MOST_SEARCHED)) or has_macro_sheets(file):
        raise Refused(_RUNS)


def has_macros(content: bytes) -> bool:
    """Tell whether a binary office file, or an object within a document, has macros, or a program in it as a file."""
    if VBA_PROJECT.search(content):
        return True
    if _PACKAGE not in content:
        return False
    names = (name.decode("latin-1") for pair in _PACKED_AS.findall(content) for name in pair)
    return any(map(_RUN_BY_NAME.search, names))


def _refuse_macros(archive: zipfile.ZipFile, *, deeper: int) -> None:
    """Look through an office file for macros under another name, and through the documents within it, which open by a click."""
    left = MOST_SEARCHED
    for entry in archive.infolist():
        with archive.open(entry) as part:
            head = part.read(len(OLE_MARK))
            part.seek(0)
            if head == OLE_MARK:
                content = part.read(left)
                left -= len(content)
                if has_macros(content) or left <= 0:
                    raise Refused(_RUNS)
            elif head.startswith(_EBCDIC):
                raise Refused(_BROKEN)
            elif begins_as_xml(part):
                part.seek(0)
                _refuse_part(part, entry.filename.lower())
            elif deeper and zipfile.is_zipfile(part):
                left -= entry.file_size
                if left <= 0:
                    raise Refused(_RUNS)
                part.seek(0)
                with TemporaryFile() as within:
                    copyfileobj(part, within)
                    _kind_of(within, entry.filename, deeper=deeper - 1)


def _refuse_part(part: IO[bytes], name: str) -> None:
    """Refuse what acts by itself, and what a part says of others that act. What is no XML opens nowhere; drawings in VML
    are none as Excel writes them: of these, what can be read."""
    with suppress(expat.ExpatError):
        if name == TYPES.lower() or name.endswith(".rels"):
            for facts in facts_of(part):
                _refuse_said(facts)
            return
        for action in filter(acts_by_itself, actions(part)):
            raise Refused(_RUNS if action.kind is Kind.PROGRAM else _FETCHES)


def _refuse_said(facts: dict[str, str]) -> None:
    """Refuse by what one element says of a part, or of what it is to another."""
    target = facts.get("Target", "")
    if any(_SAID.search(value) for key, value in facts.items() if key != "Target"):
        raise Refused(_RUNS)
    kind = facts.get("Type", "").rpartition("/")[2]
    if kind in _FETCHED and _ELSEWHERE.match(target):
        raise Refused(_FETCHES)
    if kind == _BROUGHT_IN:
        raise Refused(_MIXED)
