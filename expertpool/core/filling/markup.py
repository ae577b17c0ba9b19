"""The XML of office files. It is read once by a parser that only counts and refuses, so that what
is taken into memory has no document type (hence no entities), a bounded size and depth."""

from __future__ import annotations

from typing import cast
from xml.dom.minidom import Document, Element, Node, parseString
from xml.parsers import expat

from expertpool.core.filling.findings import TemplateRefused

__all__ = [
    "Document",
    "Element",
    "ancestor",
    "children",
    "clear",
    "copy_of",
    "count",
    "create_like",
    "find",
    "inspect_xml",
    "parse",
    "put_after",
    "remove",
    "set_text",
    "text_of",
    "to_bytes",
]

BROKEN = "文件已损坏，请用 Excel、Word 或 WPS 打开后重新保存，再上传。"
_DEEPEST = 200


class _Watch:
    """Counts elements and refuses what a form to fill in does not have."""

    def __init__(self, most: int) -> None:
        self.most, self.count, self.depth = most, 0, 0

    def start(self, _name: str, _attributes: object) -> None:
        self.count += 1
        self.depth += 1
        if self.count > self.most or self.depth > _DEEPEST:
            raise TemplateRefused("模板内容太多，请删去多余的行、列和页后再上传。")

    def end(self, _name: str) -> None:
        self.depth -= 1

    def doctype(self, *_declared: object) -> None:
        raise TemplateRefused(BROKEN)


def inspect_xml(data: bytes, *, most: int) -> int:
    """Return the number of elements, at ``most`` so many.

    Refuses (TemplateRefused) XML that is broken, larger, too deep, or declares a type.
    """
    parser, watch = expat.ParserCreate(), _Watch(most)
    parser.StartElementHandler = watch.start
    parser.EndElementHandler = watch.end
    parser.StartDoctypeDeclHandler = watch.doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise TemplateRefused(BROKEN) from error
    return watch.count


def parse(data: bytes) -> Document:
    return parseString(data)  # noqa: S318 (inspected before)


def to_bytes(document: Document) -> bytes:
    written: bytes = document.toxml(encoding="UTF-8", standalone=True)
    return written


def find(node: Document | Element, name: str) -> list[Element]:
    """Return the elements below ``node`` with the local name ``name``, in document order."""
    return list(node.getElementsByTagNameNS("*", name))


def children(element: Element, name: str) -> list[Element]:
    """Return the elements directly inside ``element`` with the local name ``name``."""
    return [
        child
        for child in element.childNodes
        if isinstance(child, Element) and child.localName == name
    ]


def ancestor(element: Element, name: str) -> Element | None:
    """Return the nearest element around ``element`` with the local name ``name``."""
    node = element.parentNode
    while isinstance(node, Element):
        if node.localName == name:
            return node
        node = node.parentNode
    return None


def text_of(element: Element) -> str:
    return "".join(
        node.data
        for node in element.childNodes
        if node.nodeType in (Node.TEXT_NODE, Node.CDATA_SECTION_NODE)
    )


def set_text(element: Element, text: str) -> None:
    clear(element)
    document = element.ownerDocument
    if text and document is not None:
        element.appendChild(document.createTextNode(text))


def remove(element: Element) -> None:
    if element.parentNode is not None:
        element.parentNode.removeChild(element)


def copy_of(element: Element, *, deep: bool = True) -> Element:
    return cast("Element", element.cloneNode(deep))


def create_like(element: Element, name: str) -> Element:
    """Return a new element ``name`` of the namespace of ``element``."""
    document = cast("Document", element.ownerDocument)
    prefix = f"{element.prefix}:" if element.prefix else ""
    return document.createElementNS(element.namespaceURI, f"{prefix}{name}")


def put_after(element: Element, other: Element) -> None:
    parent = cast("Element", other.parentNode)
    parent.insertBefore(element, cast("Element | None", other.nextSibling))


def count(element: Element) -> int:
    return len(element.getElementsByTagName("*"))


def clear(element: Element) -> None:
    while element.firstChild is not None:
        element.removeChild(element.firstChild)
