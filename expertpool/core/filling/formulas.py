"""What a formula of a form may say: it computes from what is in its book, by functions that are listed.

All others are refused: some fetch something, some start programs, and nobody knows all that do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from openpyxl.formula.tokenizer import Token, Tokenizer, TokenizerError

from expertpool.core.placeholders import names_in

_FUNCTIONS = frozenset(
    re.findall(
        r"\w+",
        """
        ABS AND AVERAGE AVERAGEIF AVERAGEIFS CEILING CHAR CHOOSE CLEAN COLUMN COLUMNS CONCAT
        CONCATENATE COUNT COUNTA COUNTBLANK COUNTIF COUNTIFS DATE DATEDIF DATEVALUE DAY DAYS EDATE
        EOMONTH EXACT FALSE FIND FIXED FLOOR HLOOKUP HOUR IF IFERROR IFNA IFS INDEX INT ISBLANK
        ISERROR ISNA ISNUMBER ISTEXT LARGE LEFT LEN LOOKUP LOWER MATCH MAX MEDIAN MID MIN MINUTE MOD
        MONTH N NETWORKDAYS NOT NOW NUMBERSTRING OR POWER PRODUCT RANK REPLACE REPT RIGHT RMB ROUND
        ROUNDDOWN ROUNDUP ROW ROWS SEARCH SECOND SIGN SMALL SQRT SUBSTITUTE SUBTOTAL SUM SUMIF SUMIFS
        SUMPRODUCT SWITCH T TEXT TEXTJOIN TIME TODAY TRIM TRUE TRUNC UPPER VALUE VLOOKUP WEEKDAY
        WEEKNUM WORKDAY XLOOKUP YEAR
        """,
    )
)
_LONGEST = 8192  # what Excel takes
_SHEET = re.compile(r"(?<![#\w.'])(?:'((?:[^']|'')*+)'|([^\W\d][\w.]*+))!")
# A column of a table. An apostrophe would say that the bracket after it is a letter, which not all read alike.
_COLUMN = re.compile(r"@?[^\W\d][\w.]*\[[^'!|]*\]")
_ERROR = re.compile(r"#[A-Z/0]+!")
_ELSEWHERE = "不能用取外部内容的公式"


def problem_of(formula: str, *, sheets: Set[str]) -> str:
    """Return what is wrong with a formula of a book whose sheets are named ``sheets`` (case folded), or nothing."""
    if len(formula) > _LONGEST:
        return "公式太长"
    try:
        tokens = Tokenizer(f"={formula.removeprefix('=')}").items
    except (TokenizerError, IndexError):
        return f"{_ELSEWHERE}，也不能用写法不常见的公式"
    texts = [one.value for one in tokens if one.subtype == Token.TEXT]
    rest = [_without_sheets(one.value, sheets) for one in tokens if one.subtype != Token.TEXT]
    if any(map(names_in, [*texts, "".join(filter(None, rest))])):
        return "公式里不能用变量，请写在单独的单元格里"
    if any(one is None or _is_elsewhere(one) for one in rest):
        return _ELSEWHERE
    if unknown := sorted(set(_called(tokens)) - _FUNCTIONS):
        return f"不能用函数 {unknown[0]}（取外部内容的和不常用的函数都不能用）"
    return ""


def _without_sheets(text: str, sheets: Set[str]) -> str | None:
    """Return a token without the sheets of this book before its places; None where another book is named."""
    named = [first.replace("''", "'") or second for first, second in _SHEET.findall(text)]
    # Of one to another sheet: ``一月:三月``.
    is_known = all(part.casefold() in sheets for name in named for part in name.split(":"))
    return _SHEET.sub("", text) if is_known else None


def _is_elsewhere(token: str) -> bool:
    is_column = _COLUMN.fullmatch(token) or "[" not in token
    return not is_column or any(mark in _ERROR.sub("", token) for mark in "'\\!|")


def _called(tokens: list[Token]) -> Iterator[str]:
    """Return the names before opening brackets; spaces may stand between."""
    name = ""
    for token in tokens:
        if token.subtype == Token.OPEN and token.value.endswith("("):
            name = token.value[:-1] or name
            if name := re.split(r"[:!@]", name.strip())[-1].strip():
                yield re.sub(r"^(_XL(FN|WS|UDF)\.)+", "", name.upper())
            name = ""
        elif token.type != Token.WSPACE:
            name = token.value if token.subtype == Token.RANGE else ""
