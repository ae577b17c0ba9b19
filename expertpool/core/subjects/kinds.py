"""The kinds of values that a field can hold.

A kind knows the one rule for its values (`clean`: of a cell, of what is typed, of what a service is
given; it takes what it has returned), the control in which it is typed, and how it reads.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.db.models import QuerySet

from expertpool.core.bounds import DAYS, MOMENTS, Bounds
from expertpool.core.importing.columns import (
    CellRefused,
    Cleaner,
    as_code,
    as_text,
    choice,
    day,
    flag,
    text,
    whole_number,
)
from expertpool.core.subjects.inputs import (
    EntryField,
    KeptFile,
    ManyRemote,
    ManyRows,
    OneRemote,
    OneRow,
    RuleField,
    SeenField,
)
from expertpool.core.text import moment_text, one_line, plain_number

Pairs = Iterable[tuple[Any, str]]
WITHOUT = "请选择"


def inside(bounds: Bounds, value: Any) -> Any:
    """Return ``value`` if it is within ``bounds``; refuse it in the words of the import."""
    if value is not None and not bounds.low <= value <= bounds.high:
        raise CellRefused("{}超出范围", bounds.sentence)
    return value


@dataclass(frozen=True, kw_only=True)
class Kind(ABC):
    """See the module. ``clean`` is never given an empty value."""

    @abstractmethod
    def clean(self, raw: Any) -> Any:
        """Return the value; raise CellRefused with the mend."""

    def cell_cleaner(self) -> Cleaner:
        """Return the rule for the cells of an import, where choices are words."""
        return self.clean

    def clean_beside(self, raw: Any, held: Any) -> Any:
        """Return the value of ``raw`` for a record that has ``held`` by now: what it has stays, though the rule has
        become narrower since. Raises CellRefused for anything else that is wrong."""
        return self.clean(raw)

    def later_cleaner(self) -> Cleaner:
        """Return the rule for a cell of which is not known yet whether the record has it already."""
        return self.cell_cleaner()

    @abstractmethod
    def input(self, *, current: Any = None, **kwargs: Any) -> forms.Field:
        """Return the control; ``current`` is what the record holds, ``kwargs`` label, help …"""

    def word(self, value: Any) -> str:
        """Return the value as it is read in versions and on pages; nothing for none."""
        return "" if value is None else str(value)

    def cell(self, value: Any) -> Any:
        """Return what an export writes: a number or a date stays one."""
        return self.word(value)

    def store(self, value: Any) -> Any:
        """Return the value for the JSON of a record's further fields; `load` reads it."""
        return value

    def load(self, stored: Any) -> Any:
        return stored

    def url_of(self, value: Any) -> str:
        """Return where a page leads from the value; nothing for most."""
        return ""

    @property
    def options(self) -> Sequence[str]:
        """What the import's template offers in a list."""
        return ()

    @property
    def cell_words(self) -> Callable[[], Sequence[str]] | None:
        """The words that a cell may hold, where they are listed."""
        return None

    @property
    def is_free(self) -> bool:
        """Whether a cell may hold other words than these, too."""
        return False

    @property
    def is_long(self) -> bool:
        """Whether a page gives it a whole line."""
        return False


@dataclass(frozen=True, kw_only=True)
class Text(Kind):
    """Text; ``rule`` cleans more strictly than the length, ``rows`` makes the control a text area;
    ``attrs`` tell the script where it fetches what it proposes."""

    longest: int
    rule: Cleaner | None = None
    attrs: Mapping[str, Any] = field(default_factory=dict)
    rows: int = 0
    counted: int = 0  # up to which length the text area counts the characters

    def clean(self, raw: Any) -> str:
        value: str = self.cell_cleaner()(raw)
        return value

    def cell_cleaner(self) -> Cleaner:
        return self.rule or text(self.longest, lines=self.rows > 0)

    def input(self, *, current: Any = None, **kwargs: Any) -> forms.Field:
        # The rule says what is too long, of what is left without blanks; the page only helps.
        limit = {} if self.rule else {"maxlength": self.longest}
        counter = {"data-count": self.counted} if self.counted else {}
        area = forms.Textarea(attrs=limit | counter | {"rows": self.rows})
        line = forms.TextInput(attrs=limit | dict(self.attrs))
        kwargs.setdefault("widget", area if self.rows else line)
        return SeenField(**kwargs)

    @property
    def is_long(self) -> bool:
        return self.rows > 0


@dataclass(frozen=True, kw_only=True)
class Number(Kind):
    """A number from ``least`` to ``most``; whole unless ``decimals``. ``suffix`` is its measure. ``widest``: between
    which bounds it lay before somebody narrowed them, at most."""

    least: float = 0
    most: float = 999_999_999
    decimals: bool = False
    suffix: str = ""
    widest: Bounds | None = None

    def clean(self, raw: Any) -> int | float | None:
        if not self.decimals:
            whole: int | None = whole_number(int(self.least), int(self.most), self.suffix)(raw)
            return whole
        try:
            value = float(as_code(raw))
        except ValueError:
            # Within no bounds: refused below.
            value = math.nan
        if not self.least <= value <= self.most:
            least, most = plain_number(self.least), plain_number(self.most)
            raise CellRefused("{}格式", f"应为 {least} 至 {most} 的数字。")
        return int(value) if value.is_integer() else value

    def clean_beside(self, raw: Any, held: Any) -> Any:
        return self._around(held).clean(raw) if self._is_same(raw, held) else self.clean(raw)

    def later_cleaner(self) -> Cleaner:
        if self.widest is None:
            return self.clean
        wide = replace(self, least=self.widest.low, most=self.widest.high)

        def clean(raw: Any) -> Any:
            try:
                return wide.clean(raw)
            except CellRefused:
                return self.clean(raw)  # refused with the bounds of today

        return clean

    def _is_same(self, raw: Any, held: Any) -> bool:
        with suppress(ValueError):
            return isinstance(held, int | float) and float(as_code(raw)) == held
        return False

    def _around(self, held: Any) -> Number:
        """Return the same with bounds that hold ``held``, too."""
        return replace(self, least=min(self.least, held), most=max(self.most, held))

    def input(self, *, current: Any = None, **kwargs: Any) -> forms.Field:
        # The browser would not send what it takes to be out of bounds.
        wide = self._around(current) if isinstance(current, int | float) else self
        attrs = {"min": plain_number(wide.least), "max": plain_number(wide.most)}
        attrs |= {"step": "any"} if self.decimals else {}
        widget = forms.NumberInput(attrs=attrs)
        return RuleField(rule=lambda raw: self.clean_beside(raw, current), widget=widget, **kwargs)

    def word(self, value: Any) -> str:
        return "" if value is None else plain_number(value)

    def cell(self, value: Any) -> Any:
        return value


@dataclass(frozen=True, kw_only=True)
class Day(Kind):
    """A date within ``bounds``; a ``month`` alone is its FIRST or LAST day, or none."""

    bounds: Bounds = DAYS
    month: str = ""

    def clean(self, raw: Any) -> date | None:
        found: date | None = inside(self.bounds, day(raw, month=self.month))
        return found

    def input(self, *, current: Any = None, **kwargs: Any) -> forms.Field:
        attrs = {"min": self.bounds.low.isoformat(), "max": self.bounds.high.isoformat()}
        if self.month:
            attrs["data-month"] = self.month
        return RuleField(rule=self.clean, widget=forms.DateInput(attrs=attrs), **kwargs)

    def cell(self, value: Any) -> Any:
        return value

    def store(self, value: date) -> str:
        return value.isoformat()

    def load(self, stored: str) -> date:
        return date.fromisoformat(stored)


@dataclass(frozen=True, kw_only=True)
class Moment(Kind):
    """A date and time within ``bounds``; ``rule`` reads it from a cell, where the record does not get
    it by itself."""

    rule: Cleaner | None = None
    bounds: Bounds = MOMENTS

    def clean(self, raw: Any) -> Any:
        is_read = isinstance(raw, datetime) or self.rule is None
        return inside(self.bounds, raw if is_read else self.rule(raw))  # type: ignore[misc]

    def cell_cleaner(self) -> Cleaner:
        rule = self.rule
        return self.clean if rule is None else lambda cell: inside(self.bounds, rule(cell))

    def input(self, *, current: Any = None, **kwargs: Any) -> forms.Field:
        return forms.DateTimeField(**kwargs)

    def word(self, value: datetime | None) -> str:
        return moment_text(value)

    def cell(self, value: Any) -> Any:
        return value


@dataclass(frozen=True, kw_only=True)
class Amount(Kind):
    """An amount in yuan and fen; ``rule`` reads it from a cell (120万)."""

    rule: Cleaner
    bounds: Bounds

    def clean(self, raw: Any) -> Any:
        return inside(self.bounds, raw if isinstance(raw, Decimal) else self.rule(raw))

    def input(self, *, current: Any = None, **kwargs: Any) -> forms.Field:
        low, high = self.bounds.low, self.bounds.high
        kwargs.setdefault("widget", forms.NumberInput(attrs={"min": low, "max": high}))
        checks = [self.bounds]
        return forms.DecimalField(max_digits=14, decimal_places=2, validators=checks, **kwargs)

    def cell(self, value: Any) -> Any:
        return value


@dataclass(frozen=True, kw_only=True)
class Choice(Kind):
    """One of fixed values with their words; ``words`` are further words of an import."""

    pairs: Pairs
    words: Mapping[str, Any] = field(default_factory=dict)
    without: str = WITHOUT  # what the control says when nothing is chosen

    def clean(self, raw: Any) -> Any:
        # Services give values; cells and forms give words, which the rule below knows.
        by_value = {str(value): value for value, _ in self.pairs}
        return by_value[str(raw)] if str(raw) in by_value else self.cell_cleaner()(raw)

    def cell_cleaner(self) -> Cleaner:
        return choice({label: value for value, label in self.pairs} | dict(self.words))

    def input(self, *, current: Any = None, **kwargs: Any) -> forms.Field:
        return forms.ChoiceField(choices=[("", self.without), *self.pairs], **kwargs)

    def word(self, value: Any) -> str:
        return str(dict(self.pairs).get(value, "" if value is None else value))

    @property
    def options(self) -> Sequence[str]:
        return [label for _, label in self.pairs]

    @property
    def cell_words(self) -> Callable[[], Sequence[str]]:
        return lambda: [*self.options, *self.words]


@dataclass(frozen=True, kw_only=True)
class Entry(Text):
    """One of the words that administrators keep in a list. The control offers them, and what the
    record has stays, even if it is gone there; an import takes other words as well."""

    words: Callable[[], Sequence[str]]

    @property
    def cell_words(self) -> Callable[[], Sequence[str]]:
        return self.words

    @property
    def is_free(self) -> bool:
        return True

    def input(self, *, current: Any = None, **kwargs: Any) -> forms.Field:
        names = list(self.words())
        if current and (held := one_line(current)) not in names:
            names.append(held)
        choices = [("", WITHOUT), *((name, name) for name in names)]
        return EntryField(choices=choices, **kwargs)


@dataclass(frozen=True, kw_only=True)
class Words(Kind):
    """Several of fixed words: a list. In a cell they stand side by side."""

    known: Sequence[str]

    def clean(self, raw: Any) -> list[str]:
        given = raw if isinstance(raw, list | tuple) else _apart(as_text(raw))
        words = list(dict.fromkeys(as_text(word) for word in given))
        if wrong := [word for word in words if word not in self.known]:
            raise CellRefused("{}不存在", f"没有“{wrong[0]}”，应为：{'、'.join(self.known)}。")
        # In the order of the list, so that the same choice is the same value.
        return [word for word in self.known if word in words]

    def input(self, *, current: Any = None, **kwargs: Any) -> forms.Field:
        choices = [(word, word) for word in self.known]
        return forms.MultipleChoiceField(
            choices=choices, widget=forms.CheckboxSelectMultiple, **kwargs
        )

    def word(self, value: Any) -> str:
        return "、".join(value or ())


def _apart(cell: str) -> list[str]:
    for mark in "；;，,\n":
        cell = cell.replace(mark, "、")
    return [word.strip() for word in cell.split("、") if word.strip()]


_FLAG = choice({"是": True, "否": False})  # of a page, and of another platform


@dataclass(frozen=True, kw_only=True)
class Flag(Kind):
    """Yes or no; not known is neither."""

    def clean(self, raw: Any) -> bool | None:
        if isinstance(raw, bool):
            return raw
        answer: bool | str = _FLAG(raw)
        return None if answer == "" else bool(answer)

    def cell_cleaner(self) -> Cleaner:
        return flag

    def input(self, *, current: Any = None, **kwargs: Any) -> forms.Field:
        choices = [("", WITHOUT), ("是", "是"), ("否", "否")]
        return _FlagField(choices=choices, **kwargs)

    def word(self, value: Any) -> str:
        return "" if value is None else "是" if value else "否"

    @property
    def options(self) -> Sequence[str]:
        return ("是", "否")


_FILE_KEY = re.compile(r"（文件 ([0-9]{1,18})）$")


class StoredFile(NamedTuple):
    """A file that somebody filled in: its key among the files of fields, that of the stored file, its name."""

    pk: int
    stored: int
    name: str


@dataclass(frozen=True, kw_only=True)
class File(Kind):
    """One file. What is typed is taken in and stored by whoever has the form; the value is what stands then.
    No table and no other platform gives one. ``address`` leads to the stored file."""

    address: Callable[[int], str]

    def clean(self, raw: Any) -> StoredFile:
        if not isinstance(raw, StoredFile):
            raise CellRefused("{}格式", "请在页面上选择文件上传。")
        return raw

    def input(self, *, current: Any = None, **kwargs: Any) -> forms.Field:
        widget = KeptFile(attrs={"data-enhance": "file"})
        return forms.FileField(widget=widget, max_length=200, **kwargs)

    def word(self, value: Any) -> str:
        # Two of one name are two: the number tells them apart in versions.
        return f"{value.name}（文件 {value.pk}）" if value else ""

    @staticmethod
    def key_in(word: str) -> int | None:
        """Return the key of the file that ``word`` (see `word`) names; None of another text."""
        found = _FILE_KEY.search(word)
        return int(found[1]) if found else None

    def store(self, value: StoredFile) -> dict[str, Any]:
        return {"id": value.pk, "file": value.stored, "name": value.name}

    def load(self, stored: Any) -> StoredFile:
        return StoredFile(stored["id"], stored["file"], stored["name"])

    def url_of(self, value: Any) -> str:
        return self.address(value.stored) if value else ""


class _FlagField(forms.ChoiceField):
    def prepare_value(self, value: Any) -> Any:
        return ("是" if value else "否") if isinstance(value, bool) else value


@dataclass(frozen=True, kw_only=True)
class Rows(Kind):
    """One row of another table, or ``many``. ``attrs`` tell the script where it fetches the
    choices that are too many for a page. An import names rows by words; its run finds them. ``moved``: see `OneRow`."""

    rows: Callable[[], QuerySet[Any]]
    many: bool = False
    attrs: Mapping[str, Any] = field(default_factory=dict)
    moved: Callable[[Sequence[str]], list[str]] | None = None

    def clean(self, raw: Any) -> Any:
        return raw

    def input(self, *, current: Any = None, **kwargs: Any) -> forms.Field:
        if self.attrs:
            remote = ManyRemote if self.many else OneRemote
            kwargs.setdefault("widget", remote(attrs=dict(self.attrs)))
        if self.many:
            return ManyRows(self.rows(), **kwargs)
        one = OneRow(self.rows(), **kwargs)
        one.moved = self.moved
        return one

    def word(self, value: Any) -> str:
        return "、".join(map(str, value.all())) if self.many else str(value or "")
