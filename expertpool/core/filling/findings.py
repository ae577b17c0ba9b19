"""What looking through a template finds, and what is filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from expertpool.core.placeholders import Value, Vocabulary, has_stray_braces, mark, names_in
from expertpool.core.reading.messages import Refused

MOST_REPEATED = 2000  # elements of all rows of a part that are copied once for each line
MOST_ROWS = 5  # of a sheet or document that repeat
_SHOWN = 50  # problems; a template with more is not meant for this document
_EXCERPT = 20
FROM_ELSEWHERE = "模板链接了外部文件或图片，请改为插入到模板里再上传。"
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class TemplateRefused(Refused):
    """The template cannot be taken; ``problems`` says one by one what is wrong and where."""


@dataclass(frozen=True)
class Filling:
    """Values by name: those of the whole document, and those of each line."""

    values: Mapping[str, Value]
    lines: Sequence[Mapping[str, Value]]
    line_names: frozenset[str]

    def repeats(self, text: str) -> bool:
        """Tell whether a row with ``text`` in it is repeated."""
        return not self.line_names.isdisjoint(names_in(text))

    def rows(self) -> list[dict[str, Value]]:
        """Return the values of each repetition; without lines the row stays once, empty."""
        blank = dict.fromkeys(self.line_names, "")
        return [{**self.values, **line} for line in self.lines or [blank]]


def as_text(value: Value) -> str:
    """Return ``value`` without characters that XML cannot hold."""
    return _NOT_XML.sub("", str(value).replace("\r\n", "\n"))


@dataclass
class Findings:
    """What looking through a template found."""

    vocabulary: Vocabulary
    used: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def look(self, text: str, where: str, *, in_row: bool) -> None:
        """Note the placeholders of ``text``; ``in_row``: it stands where a row can be repeated."""
        for name in names_in(text):
            self.used.add(name)
            if name not in self.vocabulary.names:
                self.problems.append(f"{where}：没有变量 {self._named(name)}")
            elif name in self.vocabulary.line_names and not in_row:
                self.problems.append(f"{where}：变量 {{{{{name}}}}} 只能写在表格的一行里")
        if has_stray_braces(text):
            self.problems.append(f"{where}：双花括号没有配对「{excerpt(text)}」")

    def look_at_rows(self, rows: Sequence[int], where: str) -> None:
        """Note rows that repeat, given by their numbers of elements, when they are too much."""
        if len(rows) > MOST_ROWS or sum(rows) > MOST_REPEATED:
            self.problems.append(f"{where}：重复的行太多或太大，请清除多余的行和单元格格式")

    def _named(self, name: str) -> str:
        # Looking for what is near takes time, and more problems than these are not shown.
        if len(self.problems) > _SHOWN:
            return ""  # no longer shown
        name = excerpt(name)
        if name.startswith("{%"):
            return f"{name}（只支持 {{{{变量名}}}}；含 {{{{专家.…}}}} 的行会自动重复）"
        near = self.vocabulary.nearest(name)
        return mark(name) + (f"，是否要用 {mark(near)}？" if near else "")

    def refuse(self) -> None:
        """Raise TemplateRefused with all that was found, if anything was."""
        if not self.problems and not self.used:
            self.problems.append(
                "模板里没有变量。请在要填写的地方写上变量，如 {{"
                + self.vocabulary.names[0]
                + "}}。"
            )
        elif missing := self.vocabulary.missing_in(self.used):
            self.problems.append(f"缺少变量 {'、'.join(map(mark, missing))}，请写在表格的一行里")
        if len(self.problems) > _SHOWN:
            rest = len(self.problems) - _SHOWN
            raise TemplateRefused(*self.problems[:_SHOWN], f"还有 {rest} 处。")
        if self.problems:
            raise TemplateRefused(*self.problems)


def excerpt(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"
