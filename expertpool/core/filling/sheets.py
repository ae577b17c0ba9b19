"""A workbook as its parts: sheets, cells with their texts, and what refers to rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from expertpool.core.filling.findings import TemplateRefused
from expertpool.core.filling.markup import (
    Document,
    Element,
    ancestor,
    children,
    clear,
    copy_of,
    create_like,
    find,
    put_after,
    remove,
    set_text,
    text_of,
)
from expertpool.core.filling.package import Package
from expertpool.core.filling.references import (
    Cell,
    Repetition,
    column_name,
    column_number,
    translate,
)

_FORMULAS = ("f", "formula", "formula1", "formula2", "sqref")
_REFERENCES = ("ref", "sqref")


class Sheet:
    """One worksheet. Rows and cells all say where they are: those that did not are numbered."""

    def __init__(self, package: Package, name: str, part: str) -> None:
        self.name, self.part = name, part
        self.document = package.xml(part)
        self.root = cast("Element", self.document.documentElement)
        found = find(self.root, "sheetData")
        if not found:
            raise TemplateRefused(f"工作表「{name}」没有内容，请删除后再上传。")
        self.data = found[0]
        self._related = [
            (kind, package.xml(target))
            for _, kind, target in package.related(part)
            if kind in ("table", "drawing", "comments")
        ]
        self._number()

    def rows(self) -> list[Element]:
        return children(self.data, "row")

    def cells(self) -> Iterator[Element]:
        for row in self.rows():
            yield from children(row, "c")

    def drawings(self) -> list[Document]:
        return [document for kind, document in self._related if kind == "drawing"]

    def number_row(self, row: Element, number: int) -> None:
        row.setAttribute("r", str(number))
        for cell in children(row, "c"):
            column = Cell.read(cell.getAttribute("r")).column
            cell.setAttribute("r", f"{column}{number}")

    def expand_shared_formulas(self) -> None:
        """Write a formula that cells share into each of them, so that each can move by itself."""
        masters: dict[str, tuple[Cell, str]] = {}
        for cell in self.cells():
            for formula in children(cell, "f"):
                if formula.getAttribute("t") != "shared":
                    continue
                at, key = Cell.read(cell.getAttribute("r")), formula.getAttribute("si")
                if text_of(formula):
                    masters[key] = at, text_of(formula)
                elif key in masters:
                    origin, text = masters[key]
                    columns = column_number(at.column) - column_number(origin.column)
                    set_text(formula, translate(text, rows=at.row - origin.row, columns=columns))
                for attribute in ("t", "si", "ref"):
                    if formula.hasAttribute(attribute):
                        formula.removeAttribute(attribute)

    def repeat(self, change: Repetition) -> None:
        """Move what is below the repeated row, and whatever speaks of rows of this sheet."""
        for row in self.rows():
            number = int(row.getAttribute("r"))
            if number > change.row:
                self.number_row(row, change.below(number))
        self._merge(change)
        for root in (self.root, *(document.documentElement for _, document in self._related)):
            if root is not None:
                _move_references(root, change)
        breaks = [one for rows in find(self.root, "rowBreaks") for one in children(rows, "brk")]
        for element in breaks:
            element.setAttribute("id", str(change.below(int(element.getAttribute("id")))))
        for drawing in self.drawings():
            for element in find(drawing, "row"):  # counted from 0
                set_text(element, str(change.below(int(text_of(element)) + 1) - 1))

    def _merge(self, change: Repetition) -> None:
        """A merged area of the repeated row is merged in each copy, a higher one grows."""
        for element in find(self.root, "mergeCell"):
            reference = element.getAttribute("ref")
            first, _, last = reference.partition(":")
            top, bottom = Cell.read(first), Cell.read(last)
            if not top.row == bottom.row == change.row:
                element.setAttribute("ref", change.move(reference))
                continue
            for row in range(change.row + 1, change.row + change.extra + 1):
                copy = copy_of(element)
                copy.setAttribute("ref", f"{top.at_row(row)}:{bottom.at_row(row)}")
                put_after(copy, element)
        for merged in find(self.root, "mergeCells"):
            merged.setAttribute("count", str(len(children(merged, "mergeCell"))))

    def _number(self) -> None:
        row_number = 0
        for row in self.rows():
            row_number = int(row.getAttribute("r") or row_number + 1)
            row.setAttribute("r", str(row_number))
            column = 0
            for cell in children(row, "c"):
                given = cell.getAttribute("r")
                column = column_number(Cell.read(given).column) if given else column + 1
                cell.setAttribute("r", f"{column_name(column)}{row_number}")


class Book:
    """The sheets of a workbook and the texts that they share."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._part = package.typed("spreadsheetml.sheet.main+xml")[0]
        self._root = cast("Element", package.xml(self._part).documentElement)
        related = package.related(self._part)
        sheets = {key: part for key, kind, part in related if kind == "worksheet"}
        self.sheets = [
            Sheet(package, element.getAttribute("name"), sheets[key])
            for element in find(self._root, "sheet")
            if (key := _relation_id(element)) in sheets
        ]
        self._strings = [
            string
            for _, kind, part in related
            if kind == "sharedStrings"
            for string in find(package.xml(part), "si")
        ]
        self._texts = [_text(string) for string in self._strings]

    def text_of(self, cell: Element) -> str:
        """Return the text of a cell; nothing for numbers and formulas."""
        kind = cell.getAttribute("t")
        if kind == "s":
            return self._texts[int(text_of(value[0]))] if (value := children(cell, "v")) else ""
        if kind == "inlineStr":
            return "".join(map(_text, children(cell, "is")))
        return ""

    def inline(self, cell: Element) -> Element:
        """Make the text of ``cell`` its own, with its formatting, and return it."""
        found = children(cell, "is")
        if found:
            return found[0]
        string = self._strings[int(text_of(children(cell, "v")[0]))]
        inline = create_like(cell, "is")
        # A copied element keeps its prefix, which the sheet may not declare.
        if string.prefix == cell.prefix:
            for child in (*children(string, "t"), *children(string, "r")):
                inline.appendChild(copy_of(child))
        else:
            text = create_like(cell, "t")
            set_text(text, _text(string))
            inline.appendChild(text)
        clear(cell)
        cell.appendChild(inline)
        cell.setAttribute("t", "inlineStr")
        return inline

    def formulas(self) -> list[str]:
        return [text_of(one) for sheet in self.sheets for one in find(sheet.root, "f")]

    def names(self) -> list[Element]:
        """Return what gives names to places and formulas."""
        return find(self._root, "definedName")

    def repeat(self, sheet: Sheet, change: Repetition) -> None:
        """Repeat a row of ``sheet``; formulas of other sheets and defined names follow it."""
        sheet.repeat(change)
        elements = [formula for other in self.sheets for formula in find(other.root, "f")]
        for element in [*elements, *self.names()]:
            moved = change.move(text_of(element), own=False, sheet=sheet.name)
            set_text(element, moved)

    def recalculate(self) -> None:
        """Let the program that opens the file compute: what was computed before is dropped."""
        computed = [cell for sheet in self.sheets for cell in sheet.cells() if children(cell, "f")]
        for cell in computed:
            for value in children(cell, "v"):
                remove(value)
            if cell.hasAttribute("t"):
                cell.removeAttribute("t")
        for _, kind, part in self._package.related(self._part):
            if kind == "calcChain":
                self._package.drop(part)
        if computed:
            self._settings().setAttribute("fullCalcOnLoad", "1")

    def _settings(self) -> Element:
        """Return what says how the book is computed, in its place after the names."""
        found = children(self._root, "calcPr")
        if found:
            return found[0]
        settings = create_like(self._root, "calcPr")
        before = [*children(self._root, "sheets"), *children(self._root, "definedNames")]
        put_after(settings, before[-1])
        return settings


def _relation_id(sheet: Element) -> str:
    """Return ``r:id``, whatever the prefix of that namespace is."""
    attributes = sheet.attributes
    return next(
        (
            attribute.value
            for attribute in attributes.values()
            if attribute.localName == "id" and attribute.namespaceURI
        ),
        "",
    )


def _text(string: Element) -> str:
    """Return the text of a string without the phonetic readings of its characters."""
    direct = [
        *children(string, "t"),
        *(t for run in children(string, "r") for t in children(run, "t")),
    ]
    return "".join(map(text_of, direct))


def _move_references(root: Element, change: Repetition) -> None:
    for name in _FORMULAS:
        for element in find(root, name):
            row = ancestor(element, "row")
            inside = row is not None and row.getAttribute("r") == str(change.row)
            set_text(element, change.move(text_of(element), inside=inside))
    for element in (root, *root.getElementsByTagName("*")):
        if element.localName == "mergeCell":
            continue
        for name in _REFERENCES:
            if element.hasAttribute(name):
                element.setAttribute(name, change.move(element.getAttribute(name)))
