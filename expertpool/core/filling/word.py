"""Placeholders in .docx: body, headers, footers and notes, with rows of tables that repeat."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from expertpool.core.filling.findings import (
    FROM_ELSEWHERE,
    Filling,
    Findings,
    TemplateRefused,
    excerpt,
)
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
from expertpool.core.reading.active import Kind, acts_by_itself

_MAIN = "wordprocessingml"
_PARTS = {
    f"{_MAIN}.document.main+xml": "正文",
    f"{_MAIN}.header+xml": "页眉",
    f"{_MAIN}.footer+xml": "页脚",
    f"{_MAIN}.footnotes+xml": "脚注",
    f"{_MAIN}.endnotes+xml": "尾注",
}
# Fields that say something of the document itself. All others are refused: some bring content from
# outside, some start programs, and nobody knows all that do.
_FIELDS = frozenset(
    re.findall(
        r"\S+",
        """
        PAGE NUMPAGES SECTION SECTIONPAGES NUMWORDS NUMCHARS DATE TIME CREATEDATE SAVEDATE PRINTDATE
        TITLE SUBJECT TOC TC PAGEREF REF NOTEREF STYLEREF SEQ SYMBOL EQ ADVANCE =
        """,
    )
)
_LINK = re.compile(r'HYPERLINK\s+(\\l\s|"(https?|mailto):)', re.IGNORECASE)


def check_word(package: Package, findings: Findings) -> None:
    _refuse_actions(package)
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


def _refuse_actions(package: Package) -> None:
    """Look through all parts: fields stand in comments and building blocks as well."""
    for _, action in package.actions():
        name = (action.text.split() or [""])[0]
        if action.kind is Kind.FIELD:
            if name.upper() not in _FIELDS and not _LINK.match(action.text):
                raise TemplateRefused(
                    f"模板里有不能用的域「{excerpt(name)}」：只能用页码、页数、日期、目录和引用。请删除后"
                    "再上传（DDE、INCLUDETEXT 等会打开外部内容）。"
                )
        elif action.kind is Kind.SOURCE:
            raise TemplateRefused(FROM_ELSEWHERE)
        elif action.kind is not Kind.FORMULA or acts_by_itself(action):
            raise TemplateRefused("模板里的图表或图形带有宏、公式或外部数据，请改为图片后再上传。")


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
