"""Stages and indicators as an office has them in its tender documents, one a line:

    【资格审查】三分之二通过
    1 营业执照有效 通过
    【评分】
    1 技术部分 40分
      1.1 施工方案 0-30分 步长0.5 两端说明 | 针对性强得 25 分以上
      1.2 项目班子 优=10 良=8 中=6 差=3
    2 报价 60分 最低价为基准

Numbers say what belongs to what, blanks before them nothing. Behind 「|」 stands what to look at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from expertpool.reviews.calculation import (
    Base,
    Formula,
    Indicator,
    Kind,
    Passing,
    Stage,
    plain,
)

MOST_STAGES, MOST_INDICATORS, DEEPEST = 10, 300, 6
MOST = Decimal(10_000)  # points, and of a weight
NAME, NOTE = 60, 300  # characters

PASSING = {
    "过半数通过": Passing.MAJORITY,
    "三分之二通过": Passing.TWO_THIRDS,
    "一致通过": Passing.ALL,
}
_STAGE = re.compile(r"【(?P<name>[^【】]{1,20})】\s*(?P<words>\S*)")
_LINE = re.compile(r"(?P<number>\d{1,3}(?:[.．]\d{1,3})*)[.．、]?\s*(?P<rest>\S.*)")
_N = r"\d{1,6}(?:\.\d{1,4})?"
_ASPECTS = {
    "span": re.compile(rf"(-?{_N})(?:-|~|—|–|至)(-?{_N})分?"),
    "most": re.compile(rf"({_N})分"),
    "step": re.compile(rf"步长({_N})分?"),
    "weight": re.compile(rf"权重({_N})(%?)"),
    "grade": re.compile(rf"([^=\s]{{1,10}})=({_N})分?"),
    "check": re.compile(rf"(?:通过|合格)(?:得({_N})分)?"),
    "text": re.compile(r"文字"),
    "base": re.compile(r"(最低|平均)价为基准"),
    "up": re.compile(rf"高1%扣({_N})分?"),
    "down": re.compile(rf"低1%扣({_N})分?"),
    "low": re.compile(rf"低于({_N})%不计"),
    "high": re.compile(rf"高于({_N})%不计"),
    "less": re.compile(rf"下浮({_N})%"),
    "spare": re.compile(r"选填|必填"),
    "ends": re.compile(r"两端说明"),
    "below": re.compile(rf"低于(-?{_N})分?说明"),
    "above": re.compile(rf"高于(-?{_N})分?说明"),
}
HOW = "“0-15分”“0-15分 步长0.5”“优=10 良=8 差=3”“通过”“通过得5分”“文字”或“30分 最低价为基准”"


class LinesRefused(ValueError):
    """A line that is no indicator, or lines that do not go together; the message says how to mend it."""


@dataclass
class _Said:
    """One line, read."""

    number: str
    name: str
    note: str = ""
    words: dict[str, re.Match[str]] = field(default_factory=dict)
    grades: list[tuple[str, Decimal]] = field(default_factory=list)

    def decimal(self, aspect: str, group: int = 1) -> Decimal | None:
        match = self.words.get(aspect)
        return Decimal(match[group]) if match and match[group] else None


def read_lines(text: str) -> tuple[Stage, ...]:
    """Return the stages that ``text`` says. Raises LinesRefused."""
    stages: list[Stage] = []
    for name, words, lines in _parts(text):
        stages.append(_stage(len(stages) + 1, name, words, [_line(one) for one in lines]))
    if not 1 <= len(stages) <= MOST_STAGES:
        raise LinesRefused(f"请写 1 至 {MOST_STAGES} 个阶段，每个阶段下面一行一个指标。")
    count = sum(1 for stage in stages for _ in stage.walk())
    if count > MOST_INDICATORS:
        raise LinesRefused(f"最多 {MOST_INDICATORS} 个指标，这里有 {count} 个。")
    return tuple(stages)


def _parts(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield each stage with its lines; without a heading all is scored."""
    name, words, lines = "", "", list[str]()
    for line in filter(None, map(str.strip, text.splitlines())):
        if match := _STAGE.fullmatch(line):
            if name or lines:
                yield name or "评分", words, lines
            name, words, lines = match["name"].strip(), match["words"], []
        elif line.startswith(("【", "[")):
            raise LinesRefused(f"“{line[:30]}”应写成“【资格审查】三分之二通过”或“【评分】”。")
        else:
            lines.append(line)
    if name or lines:
        yield name or "评分", words, lines


def _line(line: str) -> _Said:
    said, _, note = (part.strip() for part in line.replace("｜", "|").partition("|"))
    match = _LINE.fullmatch(said)
    if match is None:
        raise LinesRefused(
            f"“{line[:30]}”前面没有编号：请写成“1 技术部分”“1.1 施工方案 0-15分”，用编号表示上下级。"
        )
    number = unicodedata.normalize("NFKC", match["number"])
    tokens = match["rest"].split()
    found = _Said(number, "", note)
    # The name reaches to the first word that says how it is judged.
    begins = next((at for at, one in enumerate(tokens) if at and _aspect(one)), len(tokens))
    found.name = " ".join(tokens[:begins])
    if not found.name or len(found.name) > NAME or len(note) > NOTE:
        raise LinesRefused(f"第 {number} 项的名称最多 {NAME} 字，“|”后面的评分标准最多 {NOTE} 字。")
    for one in tokens[begins:]:
        _take(found, one)
    return found


def _aspect(word: str) -> tuple[str, re.Match[str]] | None:
    # Pasted from a document: brackets, digits and points may be full-width.
    plain_word = unicodedata.normalize("NFKC", word)
    for aspect, pattern in _ASPECTS.items():
        if match := pattern.fullmatch(plain_word):
            return aspect, match
    return None


def _take(said: _Said, word: str) -> None:
    found = _aspect(word)
    if found is None:
        raise LinesRefused(f"第 {said.number} 项的“{word[:20]}”看不懂：请写成{HOW}。")
    aspect, match = found
    if aspect == "grade":
        said.grades.append((match[1], Decimal(match[2])))
    elif aspect in said.words:
        raise LinesRefused(f"第 {said.number} 项的“{word[:20]}”与前面写的重复，请只留一个。")
    else:
        said.words[aspect] = match


def _stage(place: int, name: str, words: str, lines: Sequence[_Said]) -> Stage:
    if words and words not in PASSING:
        raise LinesRefused(f"【{name}】后面只能写{'、'.join(PASSING)}；评分的阶段不用写。")
    numbers = [one.number for one in lines]
    if len(set(numbers)) < len(numbers):
        twice = next(one for one in numbers if numbers.count(one) > 1)
        raise LinesRefused(f"【{name}】里第 {twice} 项写了两次，请改编号。")
    tops = [one for one in lines if "." not in one.number]
    stage = Stage(name, tuple(_indicator(place, one, lines) for one in tops))
    taken = sum(1 for _ in stage.walk())
    # Whatever hangs below nothing would be left out without a word.
    if taken < len(lines):
        known = set(numbers)
        lost = next(one for one in numbers if "." in one and one.rpartition(".")[0] not in known)
        raise LinesRefused(f"【{name}】里有第 {lost} 项，没有它的上级 {lost.rpartition('.')[0]}。")
    if not stage.indicators:
        raise LinesRefused(f"【{name}】下面还没有指标。")
    return _judged(stage, words)


def _judged(stage: Stage, words: str) -> Stage:
    leaves = [one for one, _ in stage.leaves()]
    only_checks = all(
        one.kind is Kind.TEXT or (one.kind is Kind.CHECK and not one.points) for one in leaves
    )
    checked = any(one.kind is Kind.CHECK for one in leaves)
    if words and not (only_checks and checked):
        raise LinesRefused(f"【{stage.name}】是逐项判断通过与否的阶段，里面只能写“通过”和“文字”。")
    if words or (only_checks and checked):
        # Where nothing is said a majority decides.
        return replace(stage, passing=PASSING.get(words, Passing.MAJORITY))
    if not stage.most:
        raise LinesRefused(f"【{stage.name}】里没有可以得分的指标。")
    return stage


def _indicator(place: int, said: _Said, lines: Sequence[_Said]) -> Indicator:
    depth = said.number.count(".") + 1
    if depth > DEEPEST:
        raise LinesRefused(f"第 {said.number} 项太深：最多 {DEEPEST} 级。")
    below = [
        one
        for one in lines
        if one.number.startswith(f"{said.number}.") and one.number.count(".") == depth
    ]
    made = Indicator(
        code=f"{place}.{said.number}",
        name=said.name,
        kind=Kind.GROUP,
        weight=_weight(said),
        note=said.note,
        children=tuple(_indicator(place, one, lines) for one in below),
    )
    return _group(said, made) if below else _leaf(said, made)


def _weight(said: _Said) -> Decimal:
    match = said.words.get("weight")
    if match is None:
        return Decimal(1)
    weight = Decimal(match[1]) / (100 if match[2] else 1)
    if not 0 < weight <= MOST:
        raise LinesRefused(f"第 {said.number} 项的权重应大于 0。")
    return weight


def _group(said: _Said, made: Indicator) -> Indicator:
    others = sorted(said.words.keys() - {"most", "weight"})
    if others or said.grades:
        raise LinesRefused(f"第 {said.number} 项下面还有分项，只能写合计的分数和权重。")
    most, whole = said.decimal("most"), sum((one.most for one in made.children), Decimal(0))
    # Written by hand in tender documents, such sums are often wrong: better told now than at the opening.
    if most is not None and most != whole:
        raise LinesRefused(
            f"第 {said.number} 项“{said.name}”写了 {plain(most)} 分，下面各项合计 {plain(whole)} 分，请核对。"
        )
    return made


def _leaf(said: _Said, made: Indicator) -> Indicator:
    kinds = [
        (Kind.PRICE, "base" in said.words),
        (Kind.GRADE, bool(said.grades)),
        (Kind.CHECK, "check" in said.words),
        (Kind.TEXT, "text" in said.words),
        (Kind.SCORE, bool({"span", "most"} & said.words.keys()) and "base" not in said.words),
    ]
    kind = [one for one, holds in kinds if holds]
    # None, or two at once: by which it counts nobody should guess.
    if len(kind) != 1:
        raise LinesRefused(f"第 {said.number} 项“{said.name}”怎么评看不明白：请写成{HOW}。")
    _check_words(said, kind[0])
    low, high = _span(said)
    made = replace(
        made,
        kind=kind[0],
        low=low,
        high=high,
        step=said.decimal("step") or Decimal(0),
        grades=tuple(said.grades),
        points=said.decimal("check") or Decimal(0),
        formula=_formula(said) if kind[0] is Kind.PRICE else None,
        mandatory=_is_mandatory(said, kind[0]),
        ends="ends" in said.words,
        below=said.decimal("below"),
        above=said.decimal("above"),
    )
    _check_numbers(said, made)
    return made


_ALLOWED = {
    Kind.SCORE: {"span", "most", "step", "ends", "below", "above"},
    Kind.GRADE: {"ends", "below", "above"},
    Kind.CHECK: {"check"},
    Kind.TEXT: {"text"},
    Kind.PRICE: {"span", "most", "base", "up", "down", "low", "high", "less"},
}


def _check_words(said: _Said, kind: Kind) -> None:
    wrong = said.words.keys() - _ALLOWED[kind] - {"weight", "spare"}
    if wrong:
        word = said.words[min(wrong)][0]
        raise LinesRefused(f"第 {said.number} 项“{said.name}”不能写“{word}”。")
    if kind in (Kind.CHECK, Kind.TEXT) and "weight" in said.words and not said.decimal("check"):
        raise LinesRefused(f"第 {said.number} 项“{said.name}”不计分，不用写权重。")


def _span(said: _Said) -> tuple[Decimal, Decimal]:
    if {"span", "most"} <= said.words.keys():
        raise LinesRefused(f"第 {said.number} 项“{said.name}”的分数写了两次，请只留一个。")
    if "span" in said.words:
        return said.decimal("span") or Decimal(0), said.decimal("span", 2) or Decimal(0)
    return Decimal(0), said.decimal("most") or Decimal(0)


def _formula(said: _Said) -> Formula:
    return Formula(
        base=Base.LOWEST if said.words["base"][1] == "最低" else Base.MEAN,
        up=said.decimal("up"),
        down=said.decimal("down"),
        low=said.decimal("low"),
        high=said.decimal("high"),
        less=said.decimal("less") or Decimal(0),
    )


def _is_mandatory(said: _Said, kind: Kind) -> bool:
    word = said.words.get("spare")
    # An opinion is free unless it is asked for; everything else counts.
    return word[0] == "必填" if word else kind is not Kind.TEXT


def _check_numbers(said: _Said, made: Indicator) -> None:
    if made.kind in (Kind.SCORE, Kind.PRICE) and made.low >= made.high:
        raise LinesRefused(f"第 {said.number} 项“{said.name}”的最高分应大于最低分。")
    # Nobody could give all points.
    if made.step and (made.high - made.low) % made.step:
        raise LinesRefused(
            f"第 {said.number} 项“{said.name}”按步长 {plain(made.step)} 打不到最高分，请核对。"
        )
    labels = [label for label, _ in made.grades]
    if made.grades and (len(labels) < 2 or len(set(labels)) < len(labels)):
        raise LinesRefused(f"第 {said.number} 项“{said.name}”至少要两个不同的等级。")
    numbers = (abs(made.low), made.high, made.points, *(points for _, points in made.grades))
    if max(numbers) > MOST:
        raise LinesRefused(f"第 {said.number} 项“{said.name}”最多 {plain(MOST)} 分。")
