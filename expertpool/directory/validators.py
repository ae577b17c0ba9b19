"""Rules of names and codes."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from expertpool.core.text import clean_text, join_dots, without_unseen

# Input methods offer many brackets, and clerks type what comes first.
_OPENING, _CLOSING = "〔【[「『〈《﹝{⦅❨", "〕】]」』〉》﹞}⦆❩"
_BRACKETS = str.maketrans(_OPENING + _CLOSING, "(" * len(_OPENING) + ")" * len(_CLOSING))
# What stands around a name, or behind it, where it is part of a sentence.
_OF_SENTENCES = '“”"。'
_BLANKS = re.compile(r"\s+")

MOST_UNIT_NAME = 200
# What two names of one unit often do not share; read by the database, too.
NO_CORE = "(股份)?有限(责任)?公司|[()·,.-]"
_PROVINCE = re.compile(
    "(河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾)省?"
)
_BRACKET_AT_END = re.compile(r"(.{2,})\([^()]+\)")
_INSTITUTE = re.compile("(?<=设计|规划|勘察|勘测|测绘|科学)(?:研究)?院")

validate_code = RegexValidator(
    r"\A[A-Za-z0-9][A-Za-z0-9.-]*\Z", "代码只能用字母、数字、点和短横，不能有空格。", code="code"
)


@lru_cache(maxsize=4_000)  # a list of thousands names some hundred, each several times a row
def normalise_unit_name(name: str) -> str:
    """Return ``name`` for comparison: full-width forms, brackets, dots and letters that look alike unified, no blanks and
    no marks that nobody sees, nor those of a sentence around it, one case.

    河南省 建筑设计研究院（有限公司） and 河南省建筑设计研究院(有限公司) are the same.
    """
    # Dots first: folding makes other letters of some of them.
    folded = unicodedata.normalize("NFKC", join_dots(clean_text(name))).translate(_BRACKETS)
    bare = join_dots(_BLANKS.sub("", without_unseen(folded))).strip(_OF_SENTENCES)
    # Folding once more joins what a blank kept apart.
    return unicodedata.normalize("NFKC", bare.casefold())


def core_of(name: str) -> str:
    """Return what is left of ``name`` for finding near ones: 河南省建筑设计院有限责任公司 and
    河南省建筑设计院（有限公司） share it."""
    return re.sub(NO_CORE, "", normalise_unit_name(name))


def writings_of(core: str) -> set[str]:
    """Return how else people write a name, given without forms of company: with or without 省 behind a
    province, and 研究 before 院 of an institute. 湖南第六工程 and 湖南省第六工程; 长沙市建筑设计院 and
    长沙市建筑设计研究院."""
    ways = {core}
    if found := _PROVINCE.match(core):
        rest = core[found.end() :]
        ways |= {found[1] + rest, f"{found[1]}省{rest}"}
    if _INSTITUTE.search(core):
        ways |= {_INSTITUTE.sub(end, way) for way in ways for end in ("院", "研究院")}
    return ways - {core}


def before_bracket(name: str) -> str:
    """Return the name before a bracket at its end, for comparison: of 中南林业大学（长沙校区） 中南林业大学, which may be the
    same unit, or the one above it. Empty: none ends it."""
    found = _BRACKET_AT_END.fullmatch(normalise_unit_name(name))
    return found[1] if found else ""


def require_unit_name(name: str) -> str:
    """Return the normalised name; refuse a name of which nothing is left."""
    normalised = normalise_unit_name(name)
    if not normalised:
        raise ValidationError({"name": "请填写单位名称。"}, code="required")
    if max(len(normalised), len(name)) > MOST_UNIT_NAME:
        raise ValidationError(
            {"name": f"单位名称最多 {MOST_UNIT_NAME} 个字，请缩短。"}, code="max_length"
        )
    return normalised
