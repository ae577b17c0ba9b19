"""Rows that a page edits and posts as a whole: the groups of a plan, the steps of a flow.

The page keeps no state: each button posts the form and says what to do in ``op``,
`RowKind.changed` does it to the posted drafts, and the rows are rendered anew from them. Only
saving validates. The buttons of a row are `core/_row_buttons.html`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict

from expertpool.core.text import is_key

COPY = "（副本）"
Makers = Mapping[str, Callable[..., forms.Form]]  # by the name of the kind of row


@dataclass
class Draft:
    """One row as it stands in the page, complete or not; ``key`` only tells the inputs apart."""

    key: int
    values: dict[str, str]
    inside: list[Draft] = field(default_factory=list)


@dataclass(frozen=True)
class RowKind:
    """What a row consists of.

    ``name`` is that of the hidden inputs with the keys, and its first letter begins those of the
    fields: ``group`` and ``g2-seats``, inside it ``g2-level`` and ``g2-l1-criteria``. ``blank`` is
    what a new row holds, by field. ``ordered``: rows can be moved. A copy stands behind its source,
    its field ``titled`` marked; where rows are not ordered it comes last.
    """

    name: str
    blank: Mapping[str, str]
    inside: RowKind | None = None
    ordered: bool = True
    titled: str = ""

    def new(self, key: int = 1) -> Draft:
        """Return an empty row, with one empty row inside where there are such."""
        return Draft(key, dict(self.blank), [self.inside.new()] if self.inside else [])

    def posted(self, data: QueryDict, under: str = "") -> list[Draft]:
        """Return the rows as they were posted, in the order of the page."""
        keys = dict.fromkeys(data.getlist(f"{under}{self.name}"))
        return [self._posted(data, under, int(key)) for key in keys if is_key(key)]

    def fixed(self, data: QueryDict, drafts: Sequence[Draft], names: Sequence[str]) -> QueryDict:
        """Return what was posted with the rows of ``drafts`` and no other, and with their values of ``names``, which nobody
        may type there."""
        found = data.copy()
        found.setlist(self.name, [str(draft.key) for draft in drafts])
        for draft in drafts:
            for name in names:
                found[f"{self.prefix('', draft.key)}-{name}"] = draft.values[name]
        return found

    def changed(self, drafts: list[Draft], operation: str) -> list[Draft]:
        """Do what a button says: ``add``, ``up:2``, ``down:2``, ``copy:2``, ``remove:2``, or
        ``copy:2:1`` of a row inside another. Unknown words and rows do nothing."""
        name, *path = operation.split(":")
        if name == "add" and not path:
            return [*drafts, self.new(next_key(drafts))]
        at = next((at for at, draft in enumerate(drafts) if [str(draft.key)] == path[:1]), None)
        if at is None:
            return drafts
        if self.inside is not None and path[1:]:
            inside = self.inside.changed(drafts[at].inside, ":".join([name, *path[1:]]))
            there = Draft(drafts[at].key, drafts[at].values, inside)
            return [*drafts[:at], there, *drafts[at + 1 :]]
        return self._moved(drafts, name, at)

    def prefix(self, under: str, key: int) -> str:
        """Return how the names of the inputs of a row begin."""
        return f"{under}{self.name[0]}{key}"

    def _posted(self, data: QueryDict, under: str, key: int) -> Draft:
        prefix = self.prefix(under, key)
        values = {name: data.get(f"{prefix}-{name}", blank) for name, blank in self.blank.items()}
        return Draft(key, values, self.inside.posted(data, f"{prefix}-") if self.inside else [])

    def _moved(self, drafts: list[Draft], name: str, at: int) -> list[Draft]:
        draft, rest = drafts[at], drafts[:at] + drafts[at + 1 :]
        if name == "remove":
            return rest or [self.new()]
        if name == "copy":
            to = at + 1 if self.ordered else len(drafts)
            return [*drafts[:to], self._copy(draft, next_key(drafts)), *drafts[to:]]
        to = max(at - 1, 0) if name == "up" else at + 1 if name == "down" else at
        return [*rest[:to], draft, *rest[to:]]

    def _copy(self, draft: Draft, key: int) -> Draft:
        marked = {self.titled: draft.values[self.titled] + COPY} if self.titled else {}
        inside = [Draft(one.key, dict(one.values), one.inside) for one in draft.inside]
        return Draft(key, draft.values | marked, inside)


def next_key(drafts: Sequence[Draft]) -> int:
    return max((draft.key for draft in drafts), default=0) + 1


@dataclass
class Row:
    """One row with its form, as the templates take it; ``path`` names it in an operation."""

    key: int
    number: int
    path: str
    form: Any
    ordered: bool
    is_last: bool
    inside: list[Row]


class RowsForm:
    """All rows of the page. Bound to ``data`` it validates, otherwise it shows ``drafts``.

    ``make`` gives the form of a row; it is called as a form class is. That there are too few or too
    many rows, the service says.
    """

    def __init__(
        self,
        kind: RowKind,
        drafts: Sequence[Draft],
        make: Makers,
        data: QueryDict | None = None,
    ) -> None:
        self.kind, self.make, self.data = kind, make, data
        self.show(drafts)

    def show(self, drafts: Sequence[Draft]) -> None:
        self.rows = self._rows(self.kind, drafts)

    def is_valid(self) -> bool:
        valid = [form.is_valid() for form in _forms(self.rows)]  # each is asked: all errors show
        return all(valid)

    def _rows(
        self, kind: RowKind, drafts: Sequence[Draft], under: str = "", path: str = ""
    ) -> list[Row]:
        rows = []
        for number, draft in enumerate(drafts, 1):
            prefix, here = kind.prefix(under, draft.key), f"{path}:{draft.key}"
            form = self.make[kind.name](self.data, prefix=prefix, initial=draft.values)
            inside = (
                self._rows(kind.inside, draft.inside, f"{prefix}-", here) if kind.inside else []
            )
            is_last = number == len(drafts)
            rows.append(Row(draft.key, number, here, form, kind.ordered, is_last, inside))
        return rows


def _forms(rows: Sequence[Row]) -> list[Any]:
    return [form for row in rows for form in (row.form, *_forms(row.inside))]
