"""Placeholders in .xlsx: cells, headers and footers, text boxes; rows that repeat.

Only what is filled changes: pictures, styles and print settings stay as the customer made them.
Values are written as inline text, never as formulas; numbers alone in a cell stay numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set

from expertpool.core.filling.findings import FROM_ELSEWHERE, Filling, Findings, as_text
from expertpool.core.filling.formulas import problem_of
from expertpool.core.filling.markup import (
    Element,
    children,
    clear,
    copy_of,
    count,
    create_like,
    find,
    put_after,
    set_text,
    text_of,
)
from expertpool.core.filling.package import Package
from expertpool.core.filling.references import Repetition, follow
from expertpool.core.filling.sheets import Book, Sheet
from expertpool.core.filling.texts import fill_texts, joined, paragraphs
from expertpool.core.placeholders import MARK, Value, name_of, names_in
from expertpool.core.reading.active import Kind

_HEADERS = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")
_STARTS = re.compile(
    r"(_xlnm\.)?auto_", re.IGNORECASE
)  # names that run when a book opens or closes
_MACRO = ("function", "vbProcedure", "xlm")  # attributes of names that are programs
_MOST_FORMULAS = 50_000  # characters: all of them are read again for each row that repeats
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # what Excel would read as a character code


def check_excel(package: Package, findings: Findings) -> None:
    book = Book(package)
    for sheet in book.sheets:
        for cell in sheet.cells():
            where = f"工作表「{sheet.name}」单元格 {cell.getAttribute('r')}"
            findings.look(book.text_of(cell), where, in_row=True)
        for text in _header_texts(sheet):
            findings.look(text_of(text), f"工作表「{sheet.name}」页眉页脚", in_row=False)
        for drawing in sheet.drawings():
            for _, nodes in paragraphs(drawing):
                where = f"工作表「{sheet.name}」文本框"
                findings.look(joined(nodes), where, in_row=False)
        rows = _rows_with(book, sheet, findings.vocabulary.line_names)
        findings.look_at_rows([count(row) for row in rows], f"工作表「{sheet.name}」")
    for name in book.names():
        _check_name(name, findings)
    if sum(map(len, book.formulas())) > _MOST_FORMULAS:
        findings.problems.append("公式太多，请删去不需要打印的公式")
    else:
        _check_actions(package, book, findings)


def fill_excel(package: Package, filling: Filling) -> None:
    book = Book(package)
    values = _escaped(filling.values)
    lines = [_escaped(line) for line in filling.rows()]
    for sheet in book.sheets:
        sheet.expand_shared_formulas()
        repeated = _rows_with(book, sheet, filling.line_names)
        # Each text is filled once: what looks like a placeholder in a value stays a value.
        for cell in list(sheet.cells()):
            if cell.parentNode not in repeated:
                _fill_cell(book, cell, values)
        # From below: what is repeated moves the rows under it, and none that is still to come.
        for row in reversed(repeated):
            _repeat(book, sheet, row, lines)
        _fill_headers(sheet, filling.values)
        for drawing in sheet.drawings():
            for _, nodes in paragraphs(drawing):
                fill_texts(nodes, filling.values)
    book.recalculate()


def _check_actions(package: Package, book: Book, findings: Findings) -> None:
    """Look through all parts: formulas stand in tables, formats, charts and drawings as well."""
    sheets = {sheet.name.casefold() for sheet in book.sheets}
    places = {sheet.part: f"工作表「{sheet.name}」" for sheet in book.sheets}
    for part, action in package.actions():
        place = f"名称「{action.name[:40]}」" if action.name else places.get(part, "")
        if action.kind is Kind.SOURCE:
            findings.problems.append(f"{place}{FROM_ELSEWHERE}")
        elif action.kind is not Kind.FORMULA:
            findings.problems.append(f"{place}指定了宏，请删除（右键图形 → 指定宏）")
        elif problem := problem_of(action.text, sheets=sheets):
            findings.problems.append(f"{place}公式 ={action.text[:40]}：{problem}")


def _check_name(name: Element, findings: Findings) -> None:
    title = name.getAttribute("name")
    if _STARTS.match(title) or any(name.getAttribute(one) in ("1", "true") for one in _MACRO):
        findings.problems.append(f"名称「{title[:40]}」是宏，请在名称管理器中删除")


def _rows_with(book: Book, sheet: Sheet, names: Set[str]) -> list[Element]:
    return [
        row
        for row in sheet.rows()
        if any(not names.isdisjoint(names_in(book.text_of(cell))) for cell in children(row, "c"))
    ]


def _repeat(book: Book, sheet: Sheet, row: Element, lines: list[dict[str, Value]]) -> None:
    """Put one row for each of ``lines`` in the place of ``row``."""
    number = int(row.getAttribute("r"))
    book.repeat(sheet, Repetition(number, len(lines) - 1))
    # All copies before anything is filled, since a filled row has no placeholders left.
    copies = [copy_of(row) for _ in lines[1:]]
    last = row
    for at, copy in enumerate(copies, start=1):
        sheet.number_row(copy, number + at)
        for formula in find(copy, "f"):
            set_text(formula, follow(text_of(formula), row=number, by=at))
        put_after(copy, last)
        last = copy
    for copy, values in zip([row, *copies], lines, strict=True):
        for cell in children(copy, "c"):
            _fill_cell(book, cell, values)


def _fill_cell(book: Book, cell: Element, values: Mapping[str, Value]) -> None:
    text = book.text_of(cell)
    match = MARK.fullmatch(text.strip())
    if match is not None:
        value = values[name_of(match)]
        if not isinstance(value, str):
            _write_number(cell, value)
            return
    if MARK.search(text):
        inline = book.inline(cell)
        fill_texts([node for node in find(inline, "t") if not _is_reading(node)], values)
        _let_grow(cell)


def _write_number(cell: Element, value: float) -> None:
    clear(cell)
    if cell.hasAttribute("t"):
        cell.removeAttribute("t")
    number = create_like(cell, "v")
    set_text(number, repr(value))
    cell.appendChild(number)


def _is_reading(node: Element) -> bool:
    """Tell whether a text is the phonetic reading of another."""
    parent = node.parentNode
    return isinstance(parent, Element) and parent.localName == "rPh"


def _let_grow(cell: Element) -> None:
    """Let the program find the height of a row anew, unless the customer has set it."""
    row = cell.parentNode
    if not isinstance(row, Element) or row.getAttribute("customHeight") in ("1", "true"):
        return
    if row.hasAttribute("ht"):
        row.removeAttribute("ht")


def _header_texts(sheet: Sheet) -> Iterator[Element]:
    for name in _HEADERS:
        yield from find(sheet.root, name)


def _fill_headers(sheet: Sheet, values: Mapping[str, Value]) -> None:
    safe = {name: _in_header(as_text(value)) for name, value in values.items()}
    for text in _header_texts(sheet):
        fill_texts([text], safe)


def _in_header(text: str) -> str:
    """``&`` begins a code there, and a digit would be read as part of the size before it."""
    text = text.replace("&", "&&")
    return f" {text}" if text[:1].isdigit() else text


def _escaped(values: Mapping[str, Value]) -> dict[str, Value]:
    return {
        name: _ESCAPED.sub("_x005F_", value) if isinstance(value, str) else value
        for name, value in values.items()
    }
