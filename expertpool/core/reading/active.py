"""What in an office file acts: formulas, fields, macros, conversations, parts that are brought in.

One look through every XML part, whatever it is called, for forms of the office (`filling.package`,
which takes only what it lists) and for what people attach (`archives`, which refuses what acts by
itself). Where such a thing stands is no use to know beforehand: a call hides in a table, a field in a
comment (docs/decisions/0616). Runs in the child.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import IO, Any
from xml.parsers import expat

from expertpool.core.sizes import MEGABYTE

BLOCK = 64 * 1024
# Parts that another brings in as its own text: pages of the web, other documents.
BROUGHT_IN = frozenset({"aFChunk", "subDocument", "frame"})
_FORMULAS = frozenset(
    {
        *(
            "f",
            "formula",
            "formula1",
            "formula2",
            "definedName",
        ),  # cells, formats, what may be entered, names
        *("calculatedColumnFormula", "totalsRowFormula"),  # tables
        *("FmlaLink", "FmlaRange", "FmlaPict", "FmlaGroup", "FmlaTxbx"),  # controls, in VML
    }
)
_CODES = frozenset({"instrText", "delInstrText"})
_DEEPEST = 20  # fields in each other
_LONGEST = 4 * MEGABYTE  # characters of one text
_ELSEWHERE = re.compile(r"[\\/:\[].*!", re.DOTALL)  # a macro of this file is `[0]!name` or `name`
# Functions that ask another machine, or start something, as soon as the book is computed. A text in
# which one of them stands with its bracket is refused as well: nobody writes that. As `_xleta` names it, another
# function calls it.
_FETCHING = (
    "(?:WEBSERVICE|IMAGE|RTD|CALL|REGISTER(?:\\.ID)?|EXEC|INITIATE|SQL\\.REQUEST|STOCKHISTORY|PY)"
)
_FETCHES = re.compile(rf"(?<![\w.]){_FETCHING}\s*\(|\b_xleta\.{_FETCHING}(?![\w.])", re.IGNORECASE)
_PREFIX = re.compile(r"_xl(?:fn|ws|udf)\.", re.IGNORECASE)
# What may stand before the first sign of a part: blanks, marks of the order of bytes, halves of signs.
_BEFORE = b"\0\xef\xbb\xbf\xff\xfe \t\r\n"
# Pictures in VML, which may be named by an address; in the usual way they are by a relation.
_PAINTED = frozenset({"imagedata", "fill", "stroke", "image"})
_DDE = re.compile(r'(?<![^\s"])DDE(?:AUTO)?(?![^\s"])', re.IGNORECASE)


class TooMuch(ValueError):
    """Longer, or deeper in each other, than anybody writes it."""


class Kind(Enum):
    FORMULA = auto()
    FIELD = auto()  # the code of a field of Word
    MACRO = auto()  # what a click on a drawing starts
    CONVERSATION = auto()  # DDE, as Excel notes it
    PROGRAM = auto()  # a sheet of macros
    SOURCE = auto()  # a picture or data that are taken from elsewhere


@dataclass(frozen=True)
class Acting:
    """Something in a part of an office file that may act when it is opened: its words, as they stand there."""

    kind: Kind
    text: str
    name: str = ""  # that the book gives to a formula


def is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".vml"))


def begins_as_xml(part: IO[bytes]) -> bool:
    """Tell by its beginning, which is read however many blanks stand before it, whether a part is XML: programs go
    by what is said of it elsewhere, not by its name."""
    while block := part.read(BLOCK):
        if found := block.lstrip(_BEFORE):
            return found.startswith(b"<")
    return False


def facts_of(part: IO[bytes]) -> Iterator[dict[str, str]]:
    """Yield the attributes of each element of a part that says what other parts are. Raises expat.ExpatError as
    `actions` does."""
    found: list[dict[str, str]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda _name, attributes: found.append(attributes)
    parser.StartDoctypeDeclHandler = _Watch.doctype
    yield from _read(part, parser, found)


def actions(part: IO[bytes]) -> Iterator[Acting]:
    """Yield what acts in a part, in its order. Raises expat.ExpatError, once all before it was told, for what is no
    XML, or declares a type, both of which no office program opens; TooMuch."""
    watch = _Watch()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = watch.start, watch.end
    parser.CharacterDataHandler = watch.text
    parser.StartDoctypeDeclHandler = watch.doctype  # entities would hide all
    try:
        yield from _read(part, parser, watch.found)
    except expat.ExpatError:
        yield from watch.closed()
        raise
    yield from watch.closed()


def _read(part: IO[bytes], parser: expat.XMLParserType, found: list[Any]) -> Iterator[Any]:
    """Yield what the handlers of ``parser`` have put into ``found``, also before an error."""
    more = True
    while more:
        block = part.read(BLOCK)
        more = bool(block)
        try:
            parser.Parse(block, not more)
        except expat.ExpatError:
            yield from found
            found.clear()
            raise
        yield from found
        found.clear()


def acts_by_itself(action: Acting) -> bool:
    """Tell whether it fetches or starts something where nobody asked for that."""
    match action.kind:
        case Kind.FORMULA:
            return bool(_FETCHES.search(_PREFIX.sub("", action.text)))
        case Kind.FIELD:
            return bool(_DDE.search(action.text))
        case Kind.MACRO:
            return bool(_ELSEWHERE.search(action.text.removeprefix("[0]!")))
        case Kind.CONVERSATION | Kind.PROGRAM:
            return True
        case Kind.SOURCE:
            return False  # left to who opens it (docs/decisions/0552)


class _Watch:
    """Collects texts of formulas; and codes of fields, which may be split and stand in each other."""

    def __init__(self) -> None:
        self.found: list[Acting] = []
        self._text: list[str] | None = None  # of the formula or piece of code that is open
        self._length, self._name = 0, ""
        self._codes = [""]  # of what is open; the first stands outside of all fields
        self._is_code = [False]  # of the same: not yet its result. There every text counts as code.

    def start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(":")
        if (
            (local in _FORMULAS and not space.endswith("/math"))
            or self._is_said(local)
            or local == "FmlaMacro"
        ):
            self._text, self._length = [], 0
            self._name = attributes.get("name", "") if local == "definedName" else ""
        elif local in ("fldSimple", "fldChar"):
            self._field({key.rpartition(":")[2]: value for key, value in attributes.items()})
        elif local == "ddeLink":
            self.found.append(Acting(Kind.CONVERSATION, attributes.get("ddeService", "")))
        elif local == "macrosheet":
            self.found.append(Acting(Kind.PROGRAM, local))
        elif local == "mailMerge" or (local in _PAINTED and _names_a_place(attributes)):
            self.found.append(Acting(Kind.SOURCE, local))
        if macro := attributes.get("macro"):
            self.found.append(Acting(Kind.MACRO, macro))
        for key in ("textlink", "formula"):  # of a text box; of what a pivot table computes
            if formula := attributes.get(key):
                self.found.append(Acting(Kind.FORMULA, formula))

    def text(self, data: str) -> None:
        if self._text is not None:
            self._length += len(data)
            if self._length > _LONGEST:
                raise TooMuch
            self._text.append(data)

    def end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if self._text is None or not (
            local in _FORMULAS or self._is_said(local) or local == "FmlaMacro"
        ):
            return
        text, self._text = "".join(self._text), None
        if self._is_said(local):
            self._codes[-1] += text
        elif text.strip():
            kind = Kind.MACRO if local == "FmlaMacro" else Kind.FORMULA
            self.found.append(Acting(kind, text.strip(), self._name))

    def closed(self) -> list[Acting]:
        """Return what was left open, and what stands outside of all fields."""
        while self._codes:
            self._say(self._codes.pop())
        return self.found

    def _is_said(self, local: str) -> bool:
        """Tell whether the text of an element is code of a field; plain text is where code has to stand."""
        return local in _CODES or (local in ("t", "delText") and self._is_code[-1])

    @staticmethod
    def doctype(*_declared: object) -> None:
        raise expat.ExpatError("declared")

    def _field(self, facts: dict[str, str]) -> None:
        if "instr" in facts:
            self._say(facts["instr"])
        if facts.get("fldCharType") == "begin":
            if len(self._codes) > _DEEPEST:
                raise TooMuch
            # The one inside would name the one around it.
            if len(self._codes) > 1 and not self._codes[-1].strip():
                self._codes[-1] = "{}"
            self._codes.append("")
            self._is_code.append(True)
        elif facts.get("fldCharType") == "separate":
            self._is_code[-1] = False
        elif facts.get("fldCharType") == "end" and len(self._codes) > 1:
            self._say(self._codes.pop())
            self._is_code.pop()

    def _say(self, code: str) -> None:
        if code.strip():
            self.found.append(Acting(Kind.FIELD, code.strip()))


def _names_a_place(attributes: dict[str, str]) -> bool:
    """Tell whether a picture is named by an address or a path; by a relation it has a plain name, and `data:` holds it."""
    return any(
        re.match(r"(?!data:).*[/\\:]", value, re.DOTALL)
        for key, value in attributes.items()
        if key.rpartition(":")[2] in ("src", "href", "althref")
    )
