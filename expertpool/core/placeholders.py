"""Placeholders: ``{{项目名称}}`` in what people write, a message or a form of their own.

There is one notation: a name between double braces, replaced by its value. No conditions, no
loops, no expressions, so that a text from outside cannot run anything. Values are never read as
templates.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

Value = str | int | float

# Braces of both widths, as a Chinese keyboard gives either; {% … %} only to name it as unknown.
MARK = re.compile(r"(?:\{\{|｛｛)([^{}｛｝]*)(?:\}\}|｝｝)|\{%[^{}]{0,100}%\}")
_STRAY = re.compile(r"\{\{|\}\}|｛｛|｝｝")
_SINGLE = re.compile(r"[{｛]([^{}｛｝]{1,60})[}｝]")


@dataclass(frozen=True)
class Placeholder:
    """A name as it is written between the braces, and a sample of its value."""

    name: str
    sample: Value


@dataclass(frozen=True)
class Vocabulary:
    """What texts of one kind may use.

    ``fields`` have one value in a text. ``columns``, which only forms have, have one in each line;
    their names begin with what a line is and a dot (``专家.姓名``). Without those ``required`` a text
    is of no use: an invitation that cannot be answered, a list without names.
    """

    fields: tuple[Placeholder, ...]
    columns: tuple[Placeholder, ...] = ()
    required: tuple[str, ...] = ()

    @classmethod
    def of(cls, samples: Mapping[str, Value], required: Iterable[str] = ()) -> Vocabulary:
        """Return that of names with a sample each."""
        fields = (Placeholder(name, sample) for name, sample in samples.items())
        return cls(tuple(fields), required=tuple(required))

    @property
    def names(self) -> list[str]:
        return [one.name for one in (*self.fields, *self.columns)]

    @property
    def line_names(self) -> set[str]:
        return {one.name for one in self.columns}

    def unknown_in(self, text: str) -> list[str]:
        """Return the names in ``text`` that are not there, each once."""
        known = set(self.names)
        return [name for name in dict.fromkeys(names_in(text)) if name not in known]

    def missing_in(self, names: Iterable[str]) -> list[str]:
        """Return the required names that are not among ``names``."""
        return [name for name in self.required if name not in set(names)]

    def nearest(self, name: str) -> str | None:
        """Return the known name that was probably meant."""
        near = get_close_matches(name, self.names, n=1, cutoff=0.5)
        return near[0] if near else None


def mark(name: str) -> str:
    """Return a placeholder as it is written."""
    return f"{{{{{name}}}}}"


def names_in(text: str) -> list[str]:
    """Return the names between braces, in order."""
    return [name_of(match) for match in MARK.finditer(text)]


def name_of(match: re.Match[str]) -> str:
    """Return the name: full-width letters and dots are those of half width, spaces do not count."""
    if match[1] is None:
        return match[0]
    return "".join(unicodedata.normalize("NFKC", match[1]).split())


def has_stray_braces(text: str) -> bool:
    """Tell whether double braces stand in ``text`` that belong to no placeholder."""
    return _STRAY.search(MARK.sub("", text)) is not None


def in_single_braces(text: str, names: Iterable[str]) -> list[str]:
    """Return which of ``names`` stand in ``text`` between single braces: probably a slip, since they would go out as
    they are written."""
    single = _SINGLE.findall(MARK.sub("", text))
    written = {"".join(unicodedata.normalize("NFKC", one).split()) for one in single}
    return [name for name in names if name in written]


def fill_text(text: str, values: Mapping[str, Value]) -> str:
    """Put ``values`` in place of the placeholders; KeyError names one without a value."""
    return MARK.sub(lambda match: str(values[name_of(match)]), text)
