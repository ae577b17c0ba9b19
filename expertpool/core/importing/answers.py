"""What a user says about the rows of a file: words that no list has, cells that he mends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from typing import Any

from expertpool.core.importing.columns import ImportColumn, as_line, as_text

LEFT_EMPTY = "-"  # said of a word: its cell is empty
# Letters of a word, likeness of two, for a proposal; how many are offered. Longer ones are no words of a list.
SHORTEST, LONGEST, CLOSE, OFFERED = 2, 100, 0.65, 4
NAMESAKES = 12  # entries of one name: one of them is meant
_APART = re.compile(r"([;；,，、┋\n]+)")


Said = Mapping[str, Mapping[str, str | None]]  # column → word → what it means, None: nothing said


@dataclass
class Answers:
    """``words`` by column: word → what it means ("": nothing); ``declined`` are those of which the
    user wants no proposal, ``told`` those that he explained of this file: the others are what he said of files before.
    ``cells`` by row: column → what stands there now. ``passed_over`` are rows
    that he did not choose; ``shown`` are the changes of an update by row, as he read them, ``defined`` what the
    columns were then (`Importer.definitions`)."""

    words: dict[str, dict[str, str]] = field(default_factory=dict)
    declined: dict[str, set[str]] = field(default_factory=dict)
    told: dict[str, set[str]] = field(default_factory=dict)
    cells: dict[int, dict[str, str]] = field(default_factory=dict)
    passed_over: set[int] = field(default_factory=set)
    shown: dict[int, list[dict[str, str]]] = field(default_factory=dict)
    defined: dict[str, dict[str, str]] = field(default_factory=dict)

    def kept(self) -> dict[str, Any]:
        """Return them as JSON takes them; `read` is the way back."""
        declined, told = (
            {code: sorted(words) for code, words in said.items()}
            for said in (self.declined, self.told)
        )
        passed_over = sorted(self.passed_over)
        return asdict(self) | {"passed_over": passed_over, "declined": declined, "told": told}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Answers:
        cells = {int(number): dict(row) for number, row in kept.get("cells", {}).items()}
        shown = {int(number): changes for number, changes in kept.get("shown", {}).items()}
        return cls(
            words=dict(kept.get("words", {})),
            declined={code: set(words) for code, words in kept.get("declined", {}).items()},
            told={code: set(words) for code, words in kept.get("told", {}).items()},
            cells=cells,
            passed_over=set(kept.get("passed_over", ())),
            shown=shown,
            defined=dict(kept.get("defined", {})),
        )

    def meaning(self, code: str, word: str) -> str | None:
        """Return what was said of a word; None for nothing."""
        return self.words.get(code, {}).get(word)

    def is_declined(self, code: str, word: str) -> bool:
        return word in self.declined.get(code, ())

    def add(self, words: Said, cells: Mapping[int, Any]) -> None:
        """Take in what was said later; None takes back what was said of a word."""
        for code, said in words.items():
            known, declined = self.words.setdefault(code, {}), self.declined.setdefault(code, set())
            told = self.told.setdefault(code, set())
            for word, meaning in said.items():
                if meaning is None:
                    known.pop(word, None)
                    declined.add(word)
                    told.discard(word)
                else:
                    if known.get(word) != meaning:
                        told.add(word)
                    known[word] = meaning
                    declined.discard(word)
        for number, row in cells.items():
            self.cells.setdefault(number, {}).update(row)

    def explained(self) -> dict[str, dict[str, str]]:
        """Return the words that he explained of this file, with what they mean."""
        return {
            code: {word: self.words[code][word] for word in sorted(words)}
            for code, words in self.told.items()
        }


def meant(column: ImportColumn, said: Mapping[str, str], cell: Any) -> tuple[Any, list[str]]:
    """Return ``cell`` with the words put in that its own ones mean, and these."""
    # A word is asked about as it was cleaned; of a list each line is one.
    read = as_text if column.lists else as_line
    word = read(cell) if isinstance(cell, str | float) else ""
    if word in said:
        return _in_the_end(said, word), [word]
    if not column.lists or not isinstance(cell, str):
        return cell, []
    parts = _APART.split(cell)
    used = [word for part in parts if (word := part.strip()) in said]
    ends = {word: _in_the_end(said, word) for word in used}
    return "".join(ends.get(part.strip(), part) for part in parts), used


def _in_the_end(said: Mapping[str, str], word: str) -> str:
    """Return what a word means whose meaning may have been explained, too; where they go round, all
    are one."""
    gone: list[str] = []
    while word in said and word not in gone:
        gone.append(word)
        word = said[word]
    return min(gone[gone.index(word) :]) if word in gone else word


def proposals(column: ImportColumn, word: str, words: Iterable[str]) -> list[str]:
    """Return the words of the list that ``word`` may mean, the most likely first: none of them is put in
    unless somebody chooses it."""
    if len(word) > LONGEST:
        return []
    if column.named_so is not None and (several := column.named_so(word)):
        return list(several[:NAMESAKES])
    known = list(dict.fromkeys(words))
    # A word that is known and yet refused is not the only one of that name; one letter says nothing.
    if word in known or len(word) < SHORTEST:
        return []
    if (may_be := column.may_be) is not None:
        found = list(filter(may_be(word), known))
    else:
        found = [one for one in known if _is_much_of(word, one)]
    # Rather one that says more, and of these the one with the fewest letters more.
    found.sort(key=lambda one: (word not in one, abs(len(one) - len(word))))
    if not found and column.may_be is None:
        found = get_close_matches(word, known, OFFERED, CLOSE)
    if column.named_so is None:
        return found[:OFFERED]
    # Of a name that several have each is offered: chosen by its name it would be asked about once more.
    each = [several for one in found[:OFFERED] for several in (column.named_so(one) or [one])]
    return list(dict.fromkeys(each))[:NAMESAKES]


def _is_much_of(one: str, other: str) -> bool:
    """Return whether one of two words holds the other, and little else: of a long word its beginning
    says nothing."""
    short, long = sorted((one, other), key=len)
    return len(short) >= SHORTEST and short in long and 2 * len(short) >= len(long)
