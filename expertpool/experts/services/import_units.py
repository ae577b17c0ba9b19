"""The employers that a file names: which units they are, and what is asked of those that may be others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import Any

from expertpool.core.importing import CHECK, CLEANED, GUESSED, Fault, Importer, Note, Question, Row
from expertpool.directory.models import Unit
from expertpool.directory.queries import (
    Near,
    NewNames,
    is_called,
    is_code_of,
    near_each,
    normalise_unit_name,
    parts_of,
    title_levels,
    unit_and_post,
    would_be_second,
)
from expertpool.directory.services.units import Foreseen, NamedUnit, foresee_units

# New names of a file for which near units are looked up; a job compares all of them.
LOOKED_AT = 200
LABEL = "工作单位"
NOT_ALIKE = "单位名称与代码不符"
SEVERAL = "单位同名，缺少代码"
MOST_NEAR = 3  # units of the register that are offered for a name


def employer_of(values: dict[str, Any]) -> NamedUnit:
    return values.get("employer") or "", values.get("uscc") or ""


class NamedUnits:
    """What is to be said of the employers of one run: whom each means, why one is refused, which units
    are near to a new one, which other new ones of the file."""

    def __init__(self, importer: Importer) -> None:
        self._importer = importer
        self._foreseen = Foreseen({}, {}, {}, {})
        self._coded: dict[str, str] = {}  # code → the first name of an earlier chunk
        self._codes: dict[str, set[str]] = defaultdict(set)  # name, as it is compared → its codes
        self._near: dict[NamedUnit, list[Near]] = {}
        self._alike: dict[NamedUnit, list[str]] = {}
        self._parts: dict[str, list[str]] = {}  # name → what of it may be the unit
        self._names = NewNames()
        self._posts: dict[str, tuple[str, str]] = {}  # name → unit and post that it holds
        self._seen: set[NamedUnit] = set()
        self._given: set[str] = set()  # all names, as they are compared
        self._left = LOOKED_AT

    @cached_property
    def _titles(self) -> Collection[str]:
        return title_levels()

    def look_up(self, rows: Sequence[Row]) -> None:
        """Look up the employers of a chunk. A code that is another's, or none of the one that is meant, as the user
        says, is taken out."""
        self._foreseen = self._foresee(rows)
        odd = dict.fromkeys(self._foreseen.unlike, "是另一家的代码")
        odd |= dict.fromkeys(self._foreseen.second, "与单位库里的代码不同")
        own = {pair: why for pair, why in odd.items() if self._is_without_code(pair[0])}
        if own:
            for row in rows:
                if (pair := employer_of(row.values)) in own:
                    row.values["uscc"] = ""
                    told = f"{own[pair]}，按您的选择不用。"
                    row.notes.append(Note("统一社会信用代码", CHECK, pair[1], told))
            self._foreseen = self._foresee(rows)
        if self._importer.previews:
            found = self._foreseen.found
            new = [pair for pair in found if found[pair].pk is None and pair not in self._seen]
            # What an earlier list brought in by its name alone is no more sure than it was then.
            unsure = [
                pair
                for pair in found
                if found[pair].pk and not found[pair].is_identified and pair not in self._seen
            ]
            self._seen.update(new, unsure)
            self._given.update(normalise_unit_name(name) for name, _ in found)
            self._compare(new)
            self._compare_again(unsure)

    def take_post(self, row: Row) -> None:
        """Take the post out of a cell in which it stands behind the unit, and ask once whether that is so."""
        values = row.values
        name = values.get("employer") or ""
        if name not in self._posts:
            self._posts[name] = unit_and_post(name)
        unit, post = self._posts[name]
        if not unit or self._importer.said.get("employer", {}).get(name) == name:
            return
        values["employer"] = unit
        # What is a title, the dictionary says; of a post and a title in one, the rules of the row take the title out.
        title = self._importer.by_code["title"].meanings().get(post, post)
        code, post = ("title", title) if title in self._titles else ("position", post)
        kept = "" if values.get(code) else f"，{self._importer.by_code[code].header}“{post}”"
        values[code] = values.get(code) or post
        row.notes.append(Note(LABEL, GUESSED, name, f"{unit}{kept}"))
        meanings = {"": f"单位是“{unit}”，“{post}”是职务或职称", name: "按原样保存"}
        self._importer.questions["employer", name] = Question("单位后面像是职务", meanings)
        row.words.append(("employer", name))

    def _foresee(self, rows: Iterable[Row]) -> Foreseen:
        pairs = dict.fromkeys(pair for row in rows if (pair := employer_of(row.values))[0])
        before = {
            (self._coded[uscc], uscc): None
            for name, uscc in pairs
            if self._coded.get(uscc, name) != name
        }
        found = foresee_units(before | pairs)
        for name, uscc in found.found:
            if uscc and not ((name, uscc) in found.second and self._is_without_code(name)):
                self._coded.setdefault(uscc, name)
                self._codes[normalise_unit_name(name)].add(uscc)
        return found

    def _is_without_code(self, name: str) -> bool:
        """Tell whether the user has said that ``name`` is meant, and not the code beside it."""
        return self._importer.said.get("employer", {}).get(name) == name

    def _compare(self, new: Sequence[NamedUnit]) -> None:
        """Compare new names with each other and, the first of them, with the units that there are."""
        for pair in new:
            if alike := self._names.add(*pair):
                self._alike[pair] = alike
        looked_at = new[: self._left]
        self._left -= len(looked_at)
        self._near |= near_each(looked_at)
        several = {name: parts for name, _ in new if (parts := parts_of(name))}
        # Where he was before, if that is a unit: 原平市 is no 平市.
        former = {name: [name[1:]] for name, _ in new if name.startswith("原")}
        parted = [*several.items(), *former.items()]
        found = foresee_units((part, "") for _, parts in parted for part in parts).found
        for name, parts in parted:
            known = [
                part
                for part in parts
                if normalise_unit_name(part) in self._given
                or ((unit := found.get((part, ""))) and unit.pk)
            ]
            if known or name in several:
                self._parts[name] = known or parts

    def _compare_again(self, unsure: Sequence[NamedUnit]) -> None:
        """Compare names that only earlier lists have with the units that are known for sure."""
        looked_at = unsure[: self._left]
        self._left -= len(looked_at)
        for pair, near in near_each(looked_at).items():
            if sure := [one for one in near if one.unit.is_identified]:
                self._near[pair] = sure

    def unit_of(self, row: Row) -> Unit | None:
        """Return the unit that is saved for a row; without a key it is made by that."""
        return self._foreseen.found.get(employer_of(row.values))

    def fault(self, row: Row) -> Fault | None:
        """Return why the employer of a row is not taken; of a code under another name it is asked."""
        pair = name, uscc = employer_of(row.values)
        if told := self._foreseen.refused.get(pair):
            return self._importer.fault("employer", NOT_ALIKE, told)
        names = self._foreseen.unlike.get(pair)
        if not names:
            return None
        told = is_code_of(uscc, names)
        meanings = {"": "暂不处理", name: "是另一家：按这个名称，不用这个代码"}
        self._importer.questions["employer", name] = Question(
            told, meanings | {one: f"当作“{one}”" for one in names}
        )
        return self._importer.fault("employer", NOT_ALIKE, told, word=name)

    def unclear(self, row: Row) -> Fault | None:
        """Return why nobody knows which unit a name without a code is: two of this name have one."""
        name, uscc = employer_of(row.values)
        codes, unit = self._codes.get(normalise_unit_name(name)), self.unit_of(row)
        if uscc or not codes or unit is None or len(codes := codes | {unit.uscc} - {""}) < 2:
            return None
        told = (
            f"“{name}”有 {len(codes)} 家，代码是 {'、'.join(sorted(codes))}：请填写是哪一家的代码。"
        )
        return self._importer.fault("uscc", SEVERAL, told)

    def warn(self, row: Row) -> None:
        """Note of a row that is taken what is to be looked at, and ask what it may mean."""
        pair = name, _ = employer_of(row.values)
        unit = self.unit_of(row)
        if unit is not None and not is_called(unit, name):
            row.notes.append(Note(LABEL, CLEANED, name, unit.name))
        if codes := self._foreseen.second.get(pair):
            self._ask_for_second(row, pair, codes)
            return
        if self._importer.said.get("employer", {}).get(name) == name:
            return  # it is another one, as was said
        near = self._near.get(pair, [])[:MOST_NEAR]
        if near:
            told = f"单位库里有相近的：{'、'.join(map(str, near))}，请核对是否同一家。"
            row.notes.append(Note(LABEL, CHECK, name, told, in_place=False))
        alike, parts = self._alike.get(pair, []), self._parts.get(name, [])
        if not (near or alike or parts):
            return
        told = "单位库里有相近的" if near else f"文件里另有{_quoted(alike)}"
        if parts:
            told = f"不像一个单位的名称，其中有{_quoted(parts)}"
        kept = "按原样保存" if parts else "是另一家，按原样保存"
        # What the register has goes before what the file writes otherwise.
        held = {one.unit.name: f"当作单位库的“{one}”" for one in near}
        meanings = {"": kept}
        meanings |= held | {one: f"当作“{one}”" for one in (*parts, *alike) if one not in held}
        self._importer.questions["employer", name] = Question(told, meanings)
        row.words.append(("employer", name))

    def _ask_for_second(self, row: Row, pair: NamedUnit, codes: Sequence[str]) -> None:
        """Ask whether a name that the register knows by other ``codes`` is another unit; of two whom it knows nobody
        can say here which is meant."""
        name, uscc = pair
        told = would_be_second(name, uscc, codes)
        row.notes.append(Note(LABEL, CHECK, name, f"{told}请核对。", in_place=False))
        if len(codes) > 1:
            return
        meanings = {
            "": "是同名的另一家，按文件里的代码登记",
            name: f"就是单位库里的这一家（{codes[0]}），不用文件里的代码",
        }
        self._importer.questions["employer", name] = Question(told, meanings)
        row.words.append(("employer", name))


def _quoted(names: Iterable[str]) -> str:
    return "".join(f"“{name}”" for name in names)
