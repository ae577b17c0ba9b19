"""Rules of names and codes."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

# Input methods offer many brackets, and clerks type what comes first.
_BRACKETS = str.maketrans("〔【[「『〈《﹝", "(" * 8) | str.maketrans("〕】]」』〉》﹞", ")" * 8)
# Blanks, and what cannot be seen: zero-width marks, byte order mark.
_UNSEEN = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]+")

MOST_UNIT_NAME = 200
# What two names of one unit often do not share; read by the database, too.
NO_CORE = "(股份)?有限(责任)?公司|[()·,.-]"

validate_code = RegexValidator(
    r"\A[A-Za-z0-9][A-Za-z0-9.-]*\Z", "代码只能用字母、数字、点和短横，不能有空格。", code="code"
)


def normalise_unit_name(name: str) -> str:
    """Return ``name`` for comparison: full-width forms and brackets unified, no blanks, one case.

    河南省 建筑设计研究院（有限公司） and 河南省建筑设计研究院(有限公司) are the same.
    """
    folded = unicodedata.normalize("NFKC", name).translate(_BRACKETS)
    # Folding once more joins what a blank kept apart.
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", folded).casefold())


def core_of(name: str) -> str:
    """Return what is left of ``name`` for finding near ones: 河南省建筑设计院有限责任公司 and
    河南省建筑设计院（有限公司） share it."""
    return re.sub(NO_CORE, "", normalise_unit_name(name))


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
