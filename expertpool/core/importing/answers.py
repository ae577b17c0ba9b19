"""What a user says about the rows of a file: words that no list has, cells that he mends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from typing import Any

from expertpool.core.importing.columns import ImportColumn, as_text

_APART = re.compile(r"([;；,，、\n]+)")


@dataclass
class Answers:
    """``words`` by column: word → what it means ("": nothing). ``cells`` by row: column → what
    stands there now. ``passed_over`` are rows that the user did not choose; ``shown`` are the changes
    of an update by row, as he read them."""

    words: dict[str, dict[str, str]] = field(default_factory=dict)
    cells: dict[int, dict[str, str]] = field(default_factory=dict)
    passed_over: set[int] = field(default_factory=set)
    shown: dict[int, list[dict[str, str]]] = field(default_factory=dict)

    def kept(self) -> dict[str, Any]:
        """Return them as JSON takes them; `read` is the way back."""
        return asdict(self) | {"passed_over": sorted(self.passed_over)}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Answers:
        cells = {int(number): dict(row) for number, row in kept.get("cells", {}).items()}
        shown = {int(number): changes for number, changes in kept.get("shown", {}).items()}
        return cls(dict(kept.get("words", {})), cells, set(kept.get("passed_over", ())), shown)

    def add(self, words: Mapping[str, Mapping[str, str]], cells: Mapping[int, Any]) -> None:
        """Take in what was said later."""
        for code, said in words.items():
            self.words.setdefault(code, {}).update(said)
        for number, row in cells.items():
            self.cells.setdefault(number, {}).update(row)


def meant(column: ImportColumn, said: Mapping[str, str], cell: Any) -> Any:
    """Return ``cell`` with the words put in that its own ones mean."""
    word = as_text(cell) if isinstance(cell, str | float) else ""
    if word in said:
        return said[word]
    if not column.lists or not isinstance(cell, str):
        return cell
    return "".join(said.get(part.strip(), part) for part in _APART.split(cell))


def suggestion(column: ImportColumn, word: str, words: Iterable[str]) -> str:
    """Return the word of the list that ``word`` most likely means; "" for none."""
    known = list(words)
    usual = column.meanings.get(word)
    if usual in known or usual == "":
        return str(usual)
    if word in known:  # and yet refused: it is not the only one of that name
        return ""
    holding = [one for one in known if word and (word in one or one in word)]
    # Rather one that says more, and of these the one with the fewest letters more.
    if holding:
        return min(holding, key=lambda one: (word not in one, abs(len(one) - len(word))))
    return next(iter(get_close_matches(word, known, 1, 0.5)), "")
