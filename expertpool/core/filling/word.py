"""Placeholders in .docx: body, headers, footers and notes, with rows of tables that repeat."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from expertpool.core.filling.findings import Filling, Findings, TemplateRefused, excerpt
from expertpool.core.filling.markup import (
    Document,
    Element,
    ancestor,
    copy_of,
    count,
    create_like,
    find,
    put_after,
    remove,
    set_text,
    text_of,
)
from expertpool.core.filling.package import Package
from expertpool.core.filling.texts import fill_texts, joined, paragraphs
from expertpool.core.placeholders import Value, names_in

_MAIN = "wordprocessingml"
_PARTS = {
    f"{_MAIN}.document.main+xml": "正文",
    f"{_MAIN}.header+xml": "页眉",
    f"{_MAIN}.footer+xml": "页脚",
    f"{_MAIN}.footnotes+xml": "脚注",
    f"{_MAIN}.endnotes+xml": "尾注",
}
# Fields that bring something from outside, or start something.
_ACTIVE = re.compile(
    r"(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|DATABASE|MACROBUTTON|(?<!HYPER)LINK)\s",
    re.IGNORECASE,
)


def check_word(package: Package, findings: Findings) -> None:
    for ending, label in _PARTS.items():
        for name in package.typed(ending):
            _check_part(package.xml(name), label, findings)


def fill_word(package: Package, filling: Filling) -> None:
    for name in package.typed(*_PARTS):
        document = package.xml(name)
        rows = _repeated_rows(document, filling)
        # Each text is filled once: what looks like a placeholder in a value stays a value.
        for paragraph, nodes in paragraphs(document):
            if not any(id(row) in rows for row in _rows_around(paragraph)):
                _fill(nodes, filling.values)
        for row in rows.values():
            _repeat(row, filling)


def _check_part(document: Document, label: str, findings: Findings) -> None:
    _refuse_active_fields(document)
    line_names = findings.vocabulary.line_names
    repeated: dict[int, Element] = {}
    for at, (paragraph, nodes) in enumerate(paragraphs(document), start=1):
        text = joined(nodes)
        row = ancestor(paragraph, "tr")
        findings.look(text, f"{label}第 {at} 段「{excerpt(text)}」", in_row=row is not None)
        if row is not None and not line_names.isdisjoint(names_in(text)):
            repeated[id(row)] = row
    for row in repeated.values():
        if any(id(outer) in repeated for outer in _rows_around(row)):
            findings.problems.append(f"{label}：重复的行里不能再套一个有重复行的表格")
    findings.look_at_rows([count(row) for row in repeated.values()], label)


def _rows_around(element: Element) -> Iterator[Element]:
    outer = ancestor(element, "tr")
    while outer is not None:
        yield outer
        outer = ancestor(outer, "tr")


def _refuse_active_fields(document: Document) -> None:
    codes = [text_of(node) for node in find(document, "instrText")]
    codes += [f" {node.getAttribute('w:instr')} " for node in find(document, "fldSimple")]
    # Joined, since a code may be split into runs.
    if _ACTIVE.search("".join(codes)):
        raise TemplateRefused("模板里有会打开外部内容的域（如 DDE、INCLUDETEXT），请删除后再上传。")


def _repeated_rows(document: Document, filling: Filling) -> dict[int, Element]:
    rows: dict[int, Element] = {}
    for paragraph, nodes in paragraphs(document):
        row = ancestor(paragraph, "tr")
        if row is not None and filling.repeats(joined(nodes)):
            rows[id(row)] = row
    return rows


def _repeat(row: Element, filling: Filling) -> None:
    last = row
    for at, values in enumerate(filling.rows()):
        copy = copy_of(row)
        if at:
            _make_unique(copy)
        for _, nodes in paragraphs(copy):
            _fill(nodes, values)
        put_after(copy, last)
        last = copy
    remove(row)


def _make_unique(copy: Element) -> None:
    """Take out what may stand in a document only once."""
    for name in ("bookmarkStart", "bookmarkEnd"):
        for element in find(copy, name):
            remove(element)
    for element in (copy, *copy.getElementsByTagName("*")):
        for attribute in ("w14:paraId", "w14:textId"):
            if element.hasAttribute(attribute):
                element.removeAttribute(attribute)


def _fill(nodes: Sequence[Element], values: Mapping[str, Value]) -> None:
    if fill_texts(nodes, values):
        _break_lines(nodes)


def _break_lines(nodes: Sequence[Element]) -> None:
    """Put a line break of Word where a value has one."""
    for node in nodes:
        first, *rest = text_of(node).split("\n")
        set_text(node, first)
        for line in reversed(rest):
            text = copy_of(node, deep=False)
            set_text(text, line)
            put_after(text, node)
            put_after(create_like(node, "br"), node)
