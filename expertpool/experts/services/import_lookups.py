"""What imported rows name by words: specialties, divisions and departments. Loaded once a run."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product

from expertpool.accounts.models import Department
from expertpool.accounts.queries import departments_by_name
from expertpool.core.importing import CellRefused
from expertpool.directory.models import Division, Specialty
from expertpool.experts.fields.meant import ways_to_write

TOLD = 6  # specialties of one name
NO_CODE, NO_NAME, MISWRITTEN = "专业代码不存在", "专业名称不存在", "专业代码格式"
_APART = re.compile(r"([;；,，、┋\n])")  # ┋ by forms that are filled in online
_WITH_CODE = 30  # letters that may stand beside a name
# A code with its name behind it (A010101 总体规划) or before it, and where another code begins.
_CODED = re.compile(r"(?P<code>[A-Za-z]\d+)[\s:：\-—]{0,20}(?P<name>[^A-Za-z0-9].*)")
_NAMED = re.compile(r"(?P<name>[^A-Za-z0-9]+?)[\s:：\-—(（]{0,20}(?P<code>[A-Za-z]\d+)\s*[)）]?")
_NEXT = re.compile(r"(?<![\s/／|+])[\s/／|+]++(?=[A-Za-z]\d{2,}(?![A-Za-z0-9]))")
# 建筑工程（设计）, 设计（建筑工程）, 工程造价-土建
_QUALIFIED = re.compile(r"(.+?)\s{0,9}(?:[(（]([^()（）]+)[)）]|[-—–－:：·]{1,9}\s{0,9}((?s:.+)))")
_CODE = re.compile(r"[A-Za-z]\d+")
# What else parts names, where each is one; what stands around one, and a code in brackets before it.
_ALSO_APART = re.compile(r"[\s+＋&＆和及与/／|｜]+")
_AROUND = re.compile(r"^[“”\"'‘’《〈\s]+|[“”\"'‘’》〉。.\s]+$")
_BRACKETED_CODE = re.compile(r"^[【\[〔]([A-Za-z]\d+)[】\]〕]\s*")
# AO401, A-04-01, A0401等, A0401X
_MISTYPED = re.compile(
    r"([A-Za-z])[-. ]?((?=[OoIl]*\d)[\dOoIl]+(?:[-. ][\dOoIl]+)*)(?:\s*等|[-. ]?[A-Za-z])?"
)
_MEANT = str.maketrans("OoIl", "0011", "-. ")
_FEWEST_DIGITS = 2  # of a code that begins with one of ours: a branch
_LEAST = 2  # letters that tell of a specialty
# A0401-A0405, A0401至0405, A0401~05
_RANGE = re.compile(r"(?P<first>[A-Za-z]\d{2,})\s*(?:[-—–~～]+|至|到)\s*(?P<last>[A-Za-z]?\d{2,})")
MOST_IN_RANGE = 50
_PARTING = re.compile(r"(?<!\s)\s*+[/／\\>＞→]\s*+")  # 设计/建筑工程
_HYPHENS = re.compile(r"(?<!\s)\s*+[-—–－]++\s*+")
_WORKS = "工程"
_WIDE = str.maketrans("()", "（）")
_BLANKS = re.compile(r"[\s()]+")
_NO_CITY = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
_BETWEEN_PLACES = re.compile(r"[/／\\>＞→\-—·,，]")
_DIVISION = re.compile(r"(?P<code>\d{6})[:：\-—]*(?P<name>\D+)")


class SpecialtyNames:
    """Finds specialties by code, then by name, in the active schemes one after the other.

    Of equal names in one scheme every one counts, on whatever level: 设计 is a branch, and a specialty of
    advertising; and so do those of which a name may be the short one (土建, of 土建工程). Only where one belongs
    to the other it is the lower; and a single leaf that the catalogue gives before the branches of its name is
    taken, and asked about (物流).
    """

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._names: dict[str, list[int]] = {}
        rows = list(
            Specialty.objects.filter(active=True, scheme__active=True)
            .order_by("scheme__order", "scheme", "code")
            .values_list("pk", "code", "name", "scheme_id", "parent_id")
        )
        self._branches = {parent for *_, parent in rows}
        self._rows = {pk: (code, name, parent) for pk, code, name, _, parent in rows}
        self._all: dict[str, list[int]] = defaultdict(list)
        for pk, _, name, *_ in rows:
            self._all[name].append(pk)
        names = [name for _, _, name, *_ in rows]
        # A name may itself hold 、 or ，: so many parts, so many letters.
        self._most = max((len(_APART.findall(name)) + 1 for name in names), default=1)
        self._longest = 2 * max(map(len, names), default=0) + _WITH_CODE
        by_scheme: dict[tuple[int, str], list[int]] = defaultdict(list)
        for pk, code, name, scheme, _ in rows:
            # The first scheme in order wins, of a code as of a name.
            self._codes.setdefault(code, pk)
            by_scheme[scheme, name].append(pk)
        self._namesakes: dict[
            int, list[int]
        ] = {}  # a leaf that is taken → the branches of its name
        for (_, name), found in by_scheme.items():
            if name not in self._names:
                self._names[name] = self._counting(found)

    def find_good(self, cell: str) -> tuple[list[int], list[CellRefused]]:
        """Return the specialties of a cell that lists several, and why others of it are none."""
        found, refusals = [], []
        for pair in self._named(cell):
            try:
                found.append(self._one(*pair))
            except CellRefused as refusal:
                refusals.append(refusal)
        return list(dict.fromkeys(found)), refusals

    def candidates(self, word: str) -> list[str]:
        """Return the specialties that go by one name, where there are several, each with its code and what
        it belongs to; of a path that is none, those that are called as its end."""
        coded, given = self._coded(word)
        named = self._narrowed(coded, given) if coded else self._named_so(word)
        if not named and len(path := _path(word)) > 1:
            return [self._called(pk) for pk in self._all.get(path[-1], [])]
        if not named:
            named = self._perhaps(word, coded)
            return [self._called(pk) for pk in named]
        return [self._called(pk) for pk in named] if len(named) > 1 else []

    def agree(self, codes: str, names: str) -> bool:
        """Tell whether each name, or code, is that of one of ``codes``."""
        coded = [self._codes.get(one.strip().upper(), 0) for one in _APART.split(codes)]
        called = {word for pk in coded if pk for word in self._rows[pk][:2]}
        said = filter(None, map(str.strip, _APART.split(names)))
        return all(_APART.fullmatch(one) or one in called for one in said)

    def doubts(
        self, ids: Iterable[int], values: Mapping[str, str]
    ) -> Iterator[tuple[str, str, list[str]]]:
        """Yield names among the specialties of a row that may mean another one, with how each was read and what
        else it may be: a branch of its name."""
        for pk in (one for one in ids if one in self._namesakes):
            name, others = self._rows[pk][1], self._namesakes[pk]
            if any(one == name for one, _ in self._named(values["specialties"])):
                yield name, self._called(pk), [self._called(other) for other in others[:TOLD]]

    def on_path(self, path: str) -> str:
        """Return how a path from a list of levels is looked up: its first level alone is a branch, where one
        is called so."""
        found = [pk for pk in self._all.get(path, []) if pk in self._branches]
        return self._rows[found[0]][0] if len(found) == 1 else path

    def is_broad(self, word: str) -> bool:
        """Tell whether a word means a branch, with all that belongs to it."""
        pk = self._codes.get(word)
        found = [pk] if pk else self._named_so(word)
        return len(found) == 1 and found[0] in self._branches

    def _above(self, pk: int) -> list[int]:
        """Return to what a specialty belongs, the nearest first."""
        above: list[int] = []
        parent = self._rows[pk][2]
        while parent in self._rows and parent not in above:
            above.append(parent)
            parent = self._rows[parent][2]
        return above

    def _on_path(self, word: str) -> list[int]:
        """Return the specialties at the end of a path: 设计/建筑工程/给水排水."""
        *over, name = _path(word) or [""]
        if not over:
            return []
        coded = self._codes.get(name.upper())
        named = self._all.get(name, []) or self._all.get(name.translate(_WIDE), [])
        found = [pk for pk in ([coded] if coded else named) if self._goes_by(pk, over)]
        return self._lowest(found)

    def _counting(self, found: list[int]) -> list[int]:
        """Return which of one name are meant by it."""
        found = self._lowest(found)
        leaf, *others = found
        is_first = leaf not in self._branches and len(others) > 0
        if is_first and self._branches.issuperset(others):
            self._namesakes[leaf] = others
            return [leaf]
        return found

    def _lowest(self, found: list[int]) -> list[int]:
        """Return those to which none of the others belongs."""
        if len(found) == 1:  # nearly all names are one's
            return found
        above = {one for pk in found for one in self._above(pk)}
        return [pk for pk in found if pk not in above]

    def _goes_by(self, pk: int, over: Sequence[str]) -> bool:
        above = iter(self._rows[one][:2] for one in self._above(pk))
        return all(
            any(name.upper() == code or self._is_short(name, called) for code, called in above)
            for name in reversed(over)
        )

    def _is_short(self, name: str, called: str) -> bool:
        """Tell whether a level is called ``name``: by a part of its name, or with more around it (工程类), unless that is
        a specialty of its own: 道路工程 is not 工程."""
        if _short(name) == _short(called):
            return True
        return _is_part(name, called) and (_plain(name) in _plain(called) or name not in self._all)

    def _named_so(self, word: str) -> list[int]:
        """Return the specialties of a name. Behind it may stand to what the one belongs, or which part of it is
        meant: never is that passed over."""
        found = self._with_works(self._names.get(word, [])) or self._on_path(word)
        # By half brackets: 城市规划(设计); with hyphens between levels: 工程-规划-城市规划
        found = found or self._names.get(word.translate(_WIDE), [])
        found = found or self._on_path(_HYPHENS.sub("/", word))
        if found or not (parts := _qualified(word)):
            return found
        name, more = parts
        named = self._all.get(name, [])
        below = [pk for pk in named if self._is_below(pk, more)]
        within = [one for pk in named for one in self._within(pk, more)]
        if found := below or within:
            return self._lowest(list(dict.fromkeys(found)))
        several = self._names.get(name, [])  # are asked about, each with its code
        return several if len(several) > 1 else []

    def _with_works(self, found: list[int]) -> list[int]:
        """Return the specialties of a name, and those of which it may be the short one: 电力 of railways, and
        电力工程. One to which it belongs is none."""
        if len(found) != 1 or found[0] in self._namesakes:
            return found
        above = self._above(found[0])
        works = self._names.get(f"{self._rows[found[0]][1]}{_WORKS}", [])
        return [*found, *(pk for pk in works if pk not in above)]

    def _is_below(self, pk: int, name: str) -> bool:
        """Tell whether a specialty belongs to what is called ``name``; all works hold “工程” in their name."""
        above = [self._rows[one] for one in self._above(pk)]
        return len(name) >= _LEAST and any(
            _plain(name) in _plain(called) or (parent in self._rows and _is_part(name, called))
            for _, called, parent in above
        )

    def _within(self, top: int, name: str) -> list[int]:
        """Return what is called ``name`` of all that belongs to ``top``: 公路 is 公路工程 there."""
        for found in (self._all.get(name, []), self._shortened.get(_short(name), [])):
            if below := [pk for pk in found if top in self._above(pk)]:
                return self._lowest(below)
        return []

    def _narrowed(self, coded: int, given: str) -> list[int]:
        """Return what a code means beside which ``given`` stands: a part of it where that says which."""
        name, given = _plain(self._rows[coded][1]), _plain(given)
        if given and given in name:
            return [coded]
        rest = given.replace(name, "", 1).strip("-—–:·") if name in given else ""
        if not rest:
            return [coded] if given == name else []
        if coded not in self._branches:  # is as narrow as can be
            return [coded]
        found = self._within(coded, rest)
        return found or ([coded] if self._is_below(coded, rest) else [])

    def _perhaps(self, word: str, coded: int) -> list[int]:
        """Return what may be meant by a word that is none: 建筑工程设计, 货物（空调）, AO401."""
        if (typed := _MISTYPED.fullmatch(word)) is not None:
            return self._near_code(typed[1].upper(), typed[2].translate(_MEANT))
        name, more = _qualified(word) or ("", "")
        if coded:
            more = _plain(self._coded(word)[1]).replace(_plain(self._rows[coded][1]), "", 1)
        tops = {coded} if coded else set(self._all.get(name, []))
        short = _short(more.strip("-—–:· "))
        if tops and len(short) >= _LEAST:
            rows = self._rows.items()
            held = [
                pk for pk, row in rows if short in row[1] and tops.intersection(self._above(pk))
            ]
            return self._highest(held)
        found = []
        for pk in self._branches & self._rows.keys():
            called = self._rows[pk][1]
            for end in {called, called.removeprefix(_WORKS)} - {""}:
                if len(end) >= _LEAST and word.endswith(end):
                    found += self._within(pk, word.removesuffix(end))
        return sorted(set(found), key=lambda pk: self._rows[pk][0])

    def _near_code(self, letter: str, digits: str) -> list[int]:
        """Return what a code that is none may be: one of those in the narrowest branch with whose code it begins."""
        if known := self._codes.get(f"{letter}{digits}"):
            return [known]
        for end in range(len(digits) - 1, _FEWEST_DIGITS - 1, -1):
            if branch := self._codes.get(f"{letter}{digits[:end]}"):
                below = [pk for pk, row in self._rows.items() if row[2] == branch]
                return [*below, branch]
        return []

    def _highest(self, found: list[int]) -> list[int]:
        """Return those that belong to none of the others."""
        return [pk for pk in found if not set(found).intersection(self._above(pk))]

    @cached_property
    def _shortened(self) -> dict[str, list[int]]:
        shortened: dict[str, list[int]] = defaultdict(list)
        for pk, (_, name, _) in self._rows.items():
            shortened[_short(name)].append(pk)
        return shortened

    def _called(self, pk: int) -> str:
        code, name, parent = self._rows[pk]
        above = self._rows.get(parent or 0)
        said = f"{code} {name}（{above[1]}）" if above else f"{code} {name}"
        # What stands between several would part it.
        return code if _APART.search(said) else said

    def _named(self, cell: str) -> Iterator[tuple[str, str]]:
        """Yield each specialty that a cell names, with the word of the cell that it is of."""
        for word in filter(None, map(self._bare, self._words(cell))):
            if self._is_code(word):
                yield word, word
                continue
            if codes := self.in_range(word):
                yield from ((code, word) for code in codes)
                continue
            parts = [word] if self._knows(word) else self._split(word)
            yield from ((one, word) for one in parts)

    def _bare(self, word: str) -> str:
        """Return a word without what stands around it, where it is known then: what is asked about is what the cell says."""
        word = word.strip()
        if word.isalnum():  # nearly all
            return word
        bare = _BRACKETED_CODE.sub(r"\1 ", _AROUND.sub("", word))
        return bare if bare != word and self._knows(bare) else word

    def ranges(self, cell: str) -> Iterator[tuple[str, list[str]]]:
        """Yield the ranges of codes in a cell (A0401-A0405), each with the codes that it holds."""
        if _RANGE.search(cell):
            for word in map(str.strip, self._words(cell)):
                if codes := self.in_range(word):
                    yield word, codes

    def in_range(self, word: str) -> list[str]:
        """Return the codes from one to another of the same branch; none where it is no such range."""
        if not (found := _RANGE.fullmatch(word)):
            return []
        first, last = found["first"].upper(), found["last"].upper()
        last = last if last[0].isalpha() else first[: len(first) - len(last)] + last
        ends = self._codes.get(first), self._codes.get(last)
        if not all(ends) or len(first) != len(last) or first >= last:
            return []
        (_, _, above), (_, _, other) = (self._rows[end] for end in ends if end)
        codes = sorted(
            code
            for code, pk in self._codes.items()
            if self._rows[pk][2] == above and first <= code <= last
        )
        return codes if above == other and len(codes) <= MOST_IN_RANGE else []

    def _words(self, cell: str) -> Iterator[str]:
        """Yield what a cell lists: of what stands between commas as much as is one name."""
        parts = _APART.split(cell)  # with what stands between them
        if all(map(self._is_code, parts[::2])):  # nearly all lists: no name holds codes alone
            yield from parts[::2]
            return
        at = 0
        while at < len(parts):
            if whole := self._unbroken(parts, at):
                yield whole[1]
                at = whole[0] + 1
                continue
            ends = range(min(at + 2 * self._most - 1, len(parts)), at + 1, -2)
            runs = ((end, "".join(parts[at:end])) for end in ends)
            known = (
                (end, word)
                for end, word in runs
                if len(word) <= self._longest and self._knows(word.strip())
            )
            end, word = next(known, (at + 1, parts[at]))
            yield word
            at = end + 1

    def _unbroken(self, parts: Sequence[str], at: int) -> tuple[int, str] | None:
        """Return the name of which lines that were broken to fit a narrow column part the pieces (道路, 工程 below it), and
        where it ends; pieces of which each is a specialty are several."""
        pieces: list[str] = []
        found = None
        for end in range(at, len(parts), 2):
            pieces.append(parts[end].strip())
            name = "".join(pieces)
            if len(name) > self._longest:
                break
            if len(pieces) > 1 and self._knows(name) and not all(map(self._is_one, pieces)):
                found = end + 1, name
            if parts[end + 1 : end + 2] != ["\n"]:
                break
        return found

    def _is_code(self, word: str) -> bool:
        """Tell whether a word is a code and nothing else, as it is written: no range, and no name beside it."""
        return word in self._codes and word.isalnum()

    def _split(self, word: str) -> list[str]:
        """Return what stands in a word with blanks between, but a code with its own name before it as one."""
        coded, name = self._coded(word) if _NAMED.fullmatch(word) else (0, "")
        if coded and _is_part(name, self._rows[coded][1]):
            return [word]
        parts = [part for part in _ALSO_APART.split(word) if part]
        if len(parts) > 1 and all(map(self._is_one, parts)):
            return parts
        return _NEXT.split(word)

    def _is_one(self, word: str) -> bool:
        """Tell whether a word is a code, or names one specialty that is no branch: in 通信 工程 the second is all."""
        if word.upper() in self._codes:
            return True
        named = self._named_so(word)
        return len(named) == 1 and named[0] not in self._branches

    def _knows(self, word: str) -> bool:
        if word in self._codes or word.upper() in self._codes or word in self._names:
            return True
        if self.in_range(word):
            return True
        if _PARTING.search(word) and self._on_path(word):
            return True
        pk, name = self._coded(word)
        return bool(pk) and self._rows[pk][1] == name

    def _coded(self, word: str) -> tuple[int, str]:
        """Return the specialty whose code stands beside a name, and the name; 0 for none."""
        found = _CODED.fullmatch(word) or _NAMED.fullmatch(word)
        if not found:
            return 0, ""
        return self._codes.get(found["code"].upper(), 0), found["name"].strip()

    def _told(self, named: list[int]) -> str:
        """Return the codes of specialties, each with what it belongs to."""
        told = []
        for pk in named[:TOLD]:
            code, _, parent = self._rows[pk]
            above = self._rows.get(parent or 0)
            told.append(f"{code}（{above[1]}）" if above else code)
        return "、".join(told) + (" 等" if len(named) > TOLD else "")

    def _one(self, one: str, word: str) -> int:
        """Return the specialty that is named by ``one``; what is asked about, and answered, is the whole
        ``word`` that it is of."""
        if known := self._codes.get(one) or self._codes.get(one.upper()):
            return known
        if _PARTING.search(one) and len(found := self._on_path(one)) == 1:
            return found[0]
        coded, given = self._coded(one)
        if coded:
            code, name, _ = self._rows[coded]
            if len(meant := self._narrowed(coded, given)) == 1:
                return meant[0]
            told = f"中，{code} 是“{name}”，请核对代码和名称。"
            raise _refused("specialties", word, "专业代码与名称不符", told)
        named = self._named_so(one)
        if len(named) == 1:
            return named[0]
        if named:
            raise _refused(
                "specialties",
                word,
                "专业名称有歧义",
                f"有 {len(named)} 个，请填代码：{self._told(named)}。",
            )
        reason = NO_CODE if _CODE.fullmatch(one) else NO_NAME
        if reason == NO_NAME and _MISTYPED.fullmatch(one):
            reason = MISWRITTEN
        inside = "" if one == word else f"中的“{one}”"
        told = (
            "在专业分类中没有启用，请换一个，或先启用"
            if one in self._shut
            else "不在专业目录中，请核对"
        )
        raise _refused("specialties", word, reason, f"{inside}{told}。")

    @cached_property
    def _shut(self) -> set[str]:
        """Codes and names that the page of the specialties shows, and that are not in use."""
        rows = Specialty.objects.exclude(active=True, scheme__active=True)
        return {word for row in rows.values_list("code", "name") for word in row}

    def told(self, ids: Iterable[int]) -> str:
        """Return specialties as they are read: code and name."""
        return "；".join(f"{code} {name}" for code, name, _ in map(self._rows.__getitem__, ids))


class DivisionNames:
    """Finds divisions by code or by name; a higher level goes before a lower one of that name. Read when the first
    row names one: many a list names none."""

    @cached_property
    def _rows(self) -> list[tuple[str, str, int]]:
        return list(Division.objects.order_by("level", "code").values_list("code", "name", "level"))

    @cached_property
    def _called(self) -> dict[str, str]:
        return {code: name for code, name, _ in self._rows}

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = {}
        for level in (1, 2, 3):
            found: dict[str, list[str]] = defaultdict(list)
            for code, name, at in self._rows:
                if at == level:
                    for words in _ways(code, name, self._called):
                        found[words].append(code)
            for words, codes in found.items():
                names.setdefault(words, codes)
        return names

    def find(self, cell: str) -> str | None:
        """Return the code that a cell names. Raises CellRefused."""
        word = "".join(cell.split())
        if not word or word in self._called:
            return word or None
        coded = _DIVISION.fullmatch(word)
        if coded and coded["code"] in self._names.get(coded["name"], ()):
            return coded["code"]
        found = self._names.get(word, []) or self._names.get(_BETWEEN_PLACES.sub("", word), [])
        if len(found) == 1:
            return found[0]
        if found:
            raise _refused(
                "division", word, "所在地区有歧义", f"有 {len(found)} 个，请连同上级一起写。"
            )
        raise _refused("division", word, "所在地区不存在", "不在行政区划中，请写全称，如“长沙市”。")

    def written(self, places: Sequence[str]) -> str:
        """Return what the columns 省, 市, 区县 name together: the code, also of short names (湖南, 长沙), or else
        the words."""
        province, *lower = places
        named = (one for one in self._provinces if province in ways_to_write(one))
        first = next(named, province)
        rest = [one for one in lower if one and one not in (province, first, *_NO_CITY)]
        word = "".join([first, *rest])
        found = self._names.get(word, []) or self._short.get(word, [])
        return found[0] if len(found) == 1 else word

    def called(self, code: str) -> str:
        """Return the name of a code; empty: it is none."""
        return self._called.get(code, "")

    @cached_property
    def _provinces(self) -> list[str]:
        return [name for code, name in self._called.items() if code.endswith("0000")]

    @cached_property
    def _short(self) -> dict[str, list[str]]:
        """Divisions by the names and short names of what they belong to and their own: 湖南长沙岳麓区. A
        higher level goes before a lower one."""
        short: dict[str, list[str]] = {}
        for ends in ("00", ""):
            found: dict[str, list[str]] = defaultdict(list)
            for code, name in self._called.items():
                if code.endswith("0000") or code.endswith("00") is not bool(ends):
                    continue
                above = [
                    self._called.get(one, "")
                    for one in dict.fromkeys((f"{code[:2]}0000", f"{code[:4]}00"))
                    if one != code
                ]
                above = [one for one in above if one and one not in _NO_CITY]
                for before in {(*above,), (*above[:1],), (*above[1:],)} - {()}:
                    for way in product(*map(ways_to_write, (*before, name))):
                        found["".join(way)].append(code)
            for word, codes in found.items():
                short.setdefault(word, list(dict.fromkeys(codes)))
        return short


class DepartmentNames:
    """Finds those of ``departments`` that rows name: alone or after the one above, 上级部门/部门."""

    def __init__(self, departments: Iterable[Department]) -> None:
        self._names = departments_by_name(departments)

    def find(self, cell: str) -> int | None:
        """Return the department (id) that a cell names. Raises CellRefused."""
        word = cell.strip()
        found = self._names.get(word, [])
        if len(found) > 1:
            raise _refused("department", word, "所属部门不唯一", "请写成「上级部门/部门」。")
        if word and not found:
            told = "不是系统中的部门，或您不能把专家归入它。"
            raise _refused("department", word, "所属部门不存在", told)
        return found[0].pk if found else None


def _path(word: str) -> list[str]:
    """Return the parts of a path, two or more; else none."""
    parts = [part for part in _PARTING.split(word) if part]
    return parts if len(parts) > 1 else []


def _is_part(one: str, other: str) -> bool:
    """Return whether of two names of a specialty one holds the other: many write a short one."""
    one, other = _plain(one), _plain(other)
    return bool(one) and (one in other or other in one)


def _plain(name: str) -> str:
    return _BLANKS.sub("", unicodedata.normalize("NFKC", name))


def _short(name: str) -> str:
    """Return a name as it is compared within a branch, where 公路 is 公路工程, 市政公用工程 is 市政工程."""
    return _plain(name).replace("公用", "").removesuffix(_WORKS)


def _qualified(word: str) -> tuple[str, str] | None:
    """Return a name, and what stands in brackets or behind a dash after it."""
    parts = _QUALIFIED.fullmatch(word)
    return (parts[1].strip(), (parts[2] or parts[3]).strip()) if parts else None


def _refused(code: str, word: str, reason: str, detail: str) -> CellRefused:
    return CellRefused(reason, f"“{word}”{detail}", word=word, code=code)


def _ways(code: str, name: str, names: dict[str, str]) -> set[str]:
    """Return how a division may be written: alone, after its city, its province, or both."""
    city = "" if code.endswith("00") else names.get(f"{code[:4]}00", "")
    province = "" if code.endswith("0000") else names.get(f"{code[:2]}0000", "")
    return {name, city + name, province + name, province + city + name}
