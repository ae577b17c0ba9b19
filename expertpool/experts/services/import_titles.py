"""Titles as lists write them: with their level, since when, the grade of the post (教授（二级）), or whom they guide."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

from expertpool.directory.enums import TitleLevel
from expertpool.directory.queries import title_levels
from expertpool.experts.fields.meant import GRADE

_WITH_LEVEL = re.compile(
    r"(?P<title>\w+?)\s*[(（/／\-—]\s*(?P<level>正高|副高|中级|初级)级?(?:职称)?\s*[)）]?"
)
# 高级工程师 2010.12, 教授（2015年取得）
_WHEN = re.compile(
    r"[\s(（/／,，、;；:：\-—]{0,9}(?:19|20)\d{2}(?:\s*[年./-]\s*\d{0,2}(?:\s*[月./-]\s*\d{0,2}日?)?)?\s*(?:取得|获得|评定|评聘|获)?[)）]?$"
)
# 教授（二级）, 高级工程师五级岗; 二级教授, 专技三级研究员
_GRADED = tuple(
    re.compile(form)
    for form in (
        rf"(?P<title>[^\s(（\[【/／,，、\-—]+?)\s*[(（\[【/／,，、\-—]?\s*{GRADE}\s*[)）\]】]?",
        rf"{GRADE}\s*(?P<title>\w+)",
    )
)
_DIGITS = {word: at for at, word in enumerate("一二三四五六七八九十", start=1)}
# 《关于〈事业单位岗位设置管理试行办法〉实施意见》（国人部发〔2006〕87号）: which grades a level has.
_GRADES = {
    TitleLevel.SENIOR: range(1, 5),
    TitleLevel.ASSOCIATE: range(5, 8),
    TitleLevel.INTERMEDIATE: range(8, 11),
    TitleLevel.JUNIOR: range(11, 14),
}
_GUIDES = re.compile(
    r"[\s(（\[【/／,，、;；·]*(?:兼任?)?(?:[博硕]导|(?:[博硕]士)?(?:研究)?生?导师)[)）\]】]?$"
)


class Titles:
    """Cleans a title beside which its own level stands (高级工程师（副高）, 工程师/中级), the grade of its post, since when,
    or that he guides students (教授/博导): none of it is kept, and a title is found by its own name alone."""

    def __init__(self, clean: Callable[[Any], Any]) -> None:
        self._clean = clean

    @cached_property
    def _levels(self) -> dict[str, TitleLevel]:
        return title_levels()

    def __call__(self, cell: Any) -> Any:
        value = self._clean(cell)
        if not value or value in self._levels:
            return value
        bare = _WHEN.sub("", value)
        if bare in self._levels:
            return bare
        ways = (self._guiding, self._graded, self._levelled)
        return next(
            (title for said in (value, bare) for way in ways if (title := way(said))), value
        )

    def _guiding(self, value: str) -> str:
        """Return the title of 教授/博导; empty: it is none, or nobody's who guides."""
        title = _GUIDES.sub("", value)
        found = title if title in self._levels else self._graded(title)
        return found if title != value else ""

    def _graded(self, value: str) -> str:
        """Return the title beside which the grade of its post stands; of another level it is another title."""
        for form in _GRADED:
            found = form.fullmatch(value)
            level = self._levels.get(found["title"]) if found else None
            if found and level and _number(found["grade"]) in _GRADES[level]:
                return found["title"]
        return ""

    def _levelled(self, value: str) -> str:
        found = None if value.isalpha() else _WITH_LEVEL.fullmatch(value)
        level = self._levels.get(found["title"]) if found else None
        # Of another level it is another title: 高级工程师（正高).
        return found["title"] if found and level and found["level"] == level.label else ""


def _number(said: str) -> int:
    if said.isdecimal():
        return int(said)
    return sum(_DIGITS[one] for one in said)  # 十一 is 10 and 1
