"""An office file: a zip of parts, taken only if it can do nothing but be shown and printed."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from xml.parsers import expat

from expertpool.core.filling.findings import FROM_ELSEWHERE, TemplateRefused
from expertpool.core.filling.markup import (
    BROKEN,
    Document,
    Element,
    find,
    inspect_xml,
    parse,
    remove,
    to_bytes,
)
from expertpool.core.reading.active import (
    BROUGHT_IN,
    Acting,
    TooMuch,
    actions,
    begins_as_xml,
    is_xml,
)
from expertpool.core.reading.archives import OLE_MARK, TYPES
from expertpool.core.sizes import MEGABYTE

MOST_MEGABYTES = 20  # that an office may allow
MAX_SIZE = MOST_MEGABYTES * MEGABYTE
MAX_UNPACKED = 40 * MEGABYTE
MAX_XML = 5 * MEGABYTE  # of one part
MAX_PARTS = 500
MAX_ELEMENTS = 50_000  # of all parts

KINDS = {
    "spreadsheetml.sheet.main+xml": "xlsx",
    "wordprocessingml.document.main+xml": "docx",
}
_MACROS = "模板含有宏。请另存为不含宏的 .xlsx 或 .docx 后再上传。"
_OBJECTS = "模板含有嵌入的对象或控件，请删除后再上传。"
_LINKED = "模板链接了其他文件或数据源，请断开链接后再上传（Excel：数据 → 编辑链接 → 断开链接）。"
# Parts of a package that do something, by the folder or name they stand under.
_FORBIDDEN = (
    (re.compile(r"vbaproject|vbadata|macrosheets/|dialogsheets/|customui"), _MACROS),
    (re.compile(r"/(embeddings|activex|ctrlprops)/"), _OBJECTS),
    (re.compile(r"/externallinks/|/connections\.xml|/querytables/"), _LINKED),
)
# The same by what a part is to another, whatever it is called itself.
_FORBIDDEN_KINDS = (
    (re.compile(r"dialogsheet|extensibility|keymapcustomizations|attachedtoolbars"), _MACROS),
    (re.compile(r"control|activexcontrolbinary|ctrlprop|oleobject|package"), _OBJECTS),
    (re.compile(r"webextension\w*"), _OBJECTS),  # a page of the web beside the document
    (re.compile(r"externallink\w*|connections|querytable"), _LINKED),
)
# How a part is said to be a macro, whatever its name.
_SAID = re.compile(r"macro|vbaproject", re.IGNORECASE)
_LINK = re.compile(r"(https?|mailto):", re.IGNORECASE)


class Package:
    """The parts of a guarded file by name. ``kind`` is xlsx or docx, told by what is in it."""

    def __init__(self, content: bytes) -> None:
        """Refuses (TemplateRefused) everything that is not a plain .xlsx or .docx file."""
        self.parts = _unpack(content)
        self._documents: dict[str, Document] = {}
        # One bound for all parts together: many small ones fill the memory as well.
        left = self._inspect(is_xml, left=MAX_ELEMENTS)
        self.kind = self._kind()
        for name in list(self.parts):
            if name.lower().endswith(".rels"):
                self._check_relations(name)
        self._inspect(lambda name: not is_xml(name) and self._is_markup(name), left=left)

    def _inspect(self, is_one: Callable[[str], bool], *, left: int) -> int:
        for name in filter(is_one, self.parts):
            left -= inspect_xml(self.parts[name], most=left)
        return left

    def _is_markup(self, name: str) -> bool:
        """Tell whether a program reads a part as XML: by its name, by what is said of it, or by its beginning."""
        return (
            is_xml(name)
            or self._said(name).endswith("xml")
            or begins_as_xml(io.BytesIO(self.parts[name]))
        )

    def _said(self, name: str) -> str:
        """Return of which type a part is said to be, alone or with all that end as it does."""
        if TYPES not in self.parts:
            return ""
        types = self.xml(TYPES)
        for element in find(types, "Override"):
            if element.getAttribute("PartName").lstrip("/").lower() == name.lower():
                return element.getAttribute("ContentType").lower()
        ending = name.rpartition(".")[2].lower()
        for element in find(types, "Default"):
            if element.getAttribute("Extension").lower() == ending:
                return element.getAttribute("ContentType").lower()
        return ""

    def xml(self, name: str) -> Document:
        """Return a part to read or change; KeyError when there is none."""
        if name not in self._documents:
            self._documents[name] = parse(self.parts[name])
        return self._documents[name]

    def typed(self, *endings: str) -> list[str]:
        """Return the names of the parts whose content type ends so, in the order of the file."""
        wanted = {
            element.getAttribute("PartName").lstrip("/")
            for element in find(self.xml(TYPES), "Override")
            if element.getAttribute("ContentType").endswith(endings)
        }
        return [name for name in self.parts if name in wanted]

    def related(self, name: str) -> list[tuple[str, str, str]]:
        """Return what part ``name`` refers to inside the file: (id, kind of relation, part)."""
        folder, file = posixpath.split(name)
        rels = f"{folder}/_rels/{file}.rels"
        if rels not in self.parts:
            return []
        return [
            (
                relation.getAttribute("Id"),
                relation.getAttribute("Type").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, relation.getAttribute("Target")))[
                    1:
                ],
            )
            for relation in find(self.xml(rels), "Relationship")
            if relation.getAttribute("TargetMode") != "External"
        ]

    def actions(self) -> Iterator[tuple[str, Acting]]:
        """Yield what acts in this file, with the part in which it stands."""
        for name, data in self.parts.items():
            if self._is_markup(name):
                try:
                    yield from ((name, action) for action in actions(io.BytesIO(data)))
                except (expat.ExpatError, TooMuch) as error:
                    raise TemplateRefused(BROKEN) from error

    def drop(self, name: str) -> None:
        """Take a part out, with all that names it."""
        del self.parts[name]
        self._documents.pop(name, None)
        for element in find(self.xml(TYPES), "Override"):
            if element.getAttribute("PartName") == f"/{name}":
                remove(element)
        for rels in [part for part in self.parts if part.endswith(".rels")]:
            for relation in find(self.xml(rels), "Relationship"):
                # By its last part: targets begin at the root, or at the folder of what names them.
                if relation.getAttribute("Target").endswith(posixpath.basename(name)):
                    remove(relation)

    def to_bytes(self) -> bytes:
        """Return the file with the changes; the same parts give the same bytes."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in self.parts.items():
                document = self._documents.get(name)
                info = zipfile.ZipInfo(name)  # dated 1980: when it was filled is not in it
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, data if document is None else to_bytes(document))
        return stream.getvalue()

    def _kind(self) -> str:
        if TYPES not in self.parts:
            raise TemplateRefused("只能上传 .xlsx 或 .docx 文件。")
        types = [
            element.getAttribute("ContentType")
            for name in ("Override", "Default")
            for element in find(self.xml(TYPES), name)
        ]
        if any(_SAID.search(one) for one in types):
            raise TemplateRefused(_MACROS)
        for one in types:
            for ending, kind in KINDS.items():
                if one.endswith(ending):
                    return kind
        raise TemplateRefused("只能上传 .xlsx 或 .docx 文件（模板格式请另存为这两种）。")

    def _check_relations(self, name: str) -> None:
        for relation in find(self.xml(name), "Relationship"):
            if _SAID.search(relation.getAttribute("Type")):
                raise TemplateRefused(_MACROS)
            kind = relation.getAttribute("Type").rpartition("/")[2]
            mode = relation.getAttribute("TargetMode")
            for pattern, message in _FORBIDDEN_KINDS:
                # What lies outside is refused below, in words of its own.
                if mode != "External" and pattern.fullmatch(kind.lower()):
                    raise TemplateRefused(message)
            if kind in BROUGHT_IN:
                raise TemplateRefused(
                    "模板里插入了别的文件或网页。请用 Word 或 WPS 打开，复制到正文里，另存后再上传。"
                )
            if mode != "External":
                continue
            if kind == "attachedTemplate":  # Word notes which .dotx a document was begun from
                self._forget(relation)
            elif kind != "hyperlink" or not _LINK.match(relation.getAttribute("Target")):
                raise TemplateRefused(FROM_ELSEWHERE)

    def _forget(self, relation: Element) -> None:
        for name in self.typed("wordprocessingml.settings+xml"):
            for element in find(self.xml(name), "attachedTemplate"):
                remove(element)
        remove(relation)


def _unpack(content: bytes) -> dict[str, bytes]:
    if len(content) > MAX_SIZE:
        raise TemplateRefused(f"文件太大：模板最大 {MOST_MEGABYTES} MB。")
    if content.startswith(OLE_MARK):
        raise TemplateRefused("文件是旧格式或带密码。请去掉密码，另存为 .xlsx 或 .docx 后再上传。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise TemplateRefused("只能上传 .xlsx 或 .docx 文件；这个文件打不开。") from error


def _read(archive: zipfile.ZipFile) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    left = MAX_UNPACKED
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    # Of two entries with one name programs take different ones: another than was checked.
    if len(entries) > MAX_PARTS or len({entry.filename for entry in entries}) < len(entries):
        raise TemplateRefused(BROKEN)
    for entry in entries:
        _check_name(entry)
        # What the entry says of its size counts for nothing: no more than is left is read.
        with archive.open(entry) as file:
            data = file.read(left + 1)
        left -= len(data)
        if left < 0 or (is_xml(entry.filename) and len(data) > MAX_XML):
            raise TemplateRefused("模板解开后太大，请删去多余的图片、行和列后再上传。")
        if data.startswith(OLE_MARK):  # a macro, or an object of another program
            raise TemplateRefused("模板含有宏或嵌入的对象，请删除后再上传。")
        parts[entry.filename] = data
    return parts


def _check_name(entry: zipfile.ZipInfo) -> None:
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise TemplateRefused(BROKEN)
    name = f"/{entry.filename.lower()}"
    for pattern, message in _FORBIDDEN:
        if pattern.search(name):
            raise TemplateRefused(message)
