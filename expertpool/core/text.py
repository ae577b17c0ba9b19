"""Cleaning of what people type and paste, and the masks shown instead of sensitive values."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.utils import timezone

_FOLDED = {
    code: folded
    for code in range(0xFF10, 0xFF5B)
    if (folded := unicodedata.normalize("NFKC", chr(code))).isalnum()
}
# Letters as .pdf files give them out: drawn like 高 and 马, and none.
_FOLDED |= {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
_RADICALS = "\u2f3e⺁⺟⺠⻁⻄⻅⻆⻉⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳"
_LETTERS = "户厂母民虎西见角贝车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙龟"
_FOLDED |= dict(zip(map(ord, _RADICALS), _LETTERS, strict=True))
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")
_FOLDABLE = re.compile("[\u2e80-\u2fd5\uff10-\uff5a]")


# All blanks, and marks that cannot be seen: zero-width space and joiners, byte order mark.
_BLANK = "".join(char for char in map(chr, range(0x3001)) if char.isspace())
_BLANK += "\u200b\u200c\u200d\u2060\ufeff"
# Drawn as nothing, whatever Unicode calls them: fillers, a blank Braille cell, choices of a glyph.
_DRAWN_AS_NOTHING = {
    *"\u2065\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U00013441\U00013442\U0001d159",
    *map(chr, range(0x180B, 0x1810)),
    *map(chr, range(0xFE00, 0xFE10)),
    *map(chr, range(0xE0100, 0xE01F0)),
}
# Planes of Chinese letters, to which each year adds some that this Python does not know: people are called so.
_HAN_TO_COME = re.compile("[\U00020000-\U0003fffd]")
_NO_LETTERS = ("Cc", "Cn", "Cs")  # line feeds among them; nobody types the others

# What is of people wherever it stands: telephones, identity cards, accounts of a bank; addresses of mail.
_NUMBERS = re.compile(r"\d{9,}[Xx]?")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)+")
# The same as it is typed into a search: digits with anything between them that people part them by, and documents of
# foreigners.
_TYPED = re.compile(
    r"(?<!\d)1[3-9]\d{9}(?!\d)"  # a mobile number within a word
    r"|(?<![0-9A-Za-z])(?:"
    r"[A-Za-z]{1,2}\d{7,8}"
    r"|\+?\d(?:[\s\u00b7\u2010-\u2015\u2212_./()-]{0,3}\d){8,}[Xx]?"
    r")(?![0-9A-Za-z])"
)
# A search takes a number in groups for one.
_GROUPED = re.compile(r"[\s-]+")
_MOBILE = re.compile(r"(?:\+?86)?1[3-9]\d{9}")
# What people write between digits, and what stands there unseen.
BETWEEN_DIGITS = re.compile(r"[\s\-\u2010-\u2015]+")
# Before a mobile number: the code of the country, or the nought of a call to another city.
_COUNTRY = re.compile(r"^(?:\(?(?:\+|00)?86\)?|0)(?=1[3-9]\d{9}$)")
_DAY = (
    r"(?:19|20)\d\d(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"|[-./](?:0?[1-9]|1[0-2])(?:[-./](?:0?[1-9]|[12]\d|3[01]))?)"
)
_DAYS = re.compile(rf"{_DAY}(?:[\s–—-]+{_DAY})*")
# What may be a name, where the text is not ours: words of an error, a path that somebody typed, also as
# logs and addresses write it.
_NAMES = re.compile(
    r"(?:[\u3400-\u9fff·\U00020000-\U0003ffff]|\\u[0-9a-f]{4}|\\U[0-9a-f]{8}|%[0-9A-Fa-f]{2})+"
)
LEFT_OUT = "[…]"
HAN = "\u2e80-\u2fdf\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Between two Chinese letters, of which a name may have a dot; a line feed parts two names.
_BETWEEN_HAN = re.compile(f"(?<=[{HAN}〇·•・･（）])[ \\t\u00a0]+(?=[{HAN}〇·•・･（）])")
# All that are drawn as a dot in the middle of a line.
MIDDLE_DOTS = "•・･‧∙⋅ㆍ⸱⸳⦁᛫˙ᐧꞏ"
_DOT = re.compile(f" *([·{MIDDLE_DOTS}])[ ·{MIDDLE_DOTS}]*")
# The full stop of whoever has no dot on his keyboard: 阿卜杜拉.吐尔逊, not J.Smith.
_STOP = re.compile(rf"(?<=[{HAN}]{{2}}) *([.․﹒．。｡]) *(?=[{HAN}]{{2}})")
_STOP_AT_END = re.compile(rf"(?<=[{HAN}])[.․﹒．。｡]+$")
_QUOTES = str.maketrans("’‘ʼ‐‑–", "'''---")  # of O'Brien and Jean-Pierre
# Where a line ended within Chinese text nothing stood: its marks are wide themselves.
_WIDE = f"{HAN}·•・\u3001-\u303f\uff01-\uff65"
_LINE_END = re.compile(f"(?<=[{_WIDE}])\n(?=[{_WIDE}])")

HIDDEN = "含有看不见的控制字符，请删去。"


SHOWN = 300  # letters
KEY_DIGITS = 18  # below the largest bigint


def clean_text(value: object) -> str:
    """Return ``value`` as text, outer blanks removed; nothing for None.

    Full-width letters, digits and blanks are folded, and of letters that look alike one is left, as of é in one sign
    or two; Chinese punctuation, which is right in names and addresses, stays.
    """
    text = value if type(value) is str else _text(value)
    text = text.replace("\u3000", " ").strip(_BLANK)
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text)
    return text.translate(_FOLDED) if _FOLDABLE.search(text) else text


def clean_code(value: object) -> str:
    """Return an identifier (phone, ID card, mail …) with all full-width forms and digits of other scripts
    folded and outer blanks removed; nothing for None."""
    text = unicodedata.normalize("NFKC", _text(value)).strip(_BLANK)
    return _FOREIGN_DIGIT.sub(_in_ascii, text)


def _in_ascii(found: re.Match[str]) -> str:
    """Return a digit of any script (٣) as ours: numbers are read alike wherever they are typed."""
    return str(unicodedata.decimal(found[0]))


def bare_mobile(value: str) -> str:
    """Return a mobile number without what people write into it: blanks, hyphens, the code of the country."""
    return _COUNTRY.sub("", BETWEEN_DIGITS.sub("", value))


def without_unseen(value: Any) -> Any:
    """Return a cell without marks that nobody sees, where it is text: of names and numbers none is part, and what is
    copied from a telephone's contacts has them around it. What is no letter stays, to be read or refused."""
    if type(value) is not str or (value.isprintable() and _DRAWN_AS_NOTHING.isdisjoint(value)):
        return value  # nearly all
    return "".join(char for char in value if not _is_mark(char))


def join_han(text: str) -> str:
    """Return ``text`` without the blanks between Chinese letters."""
    return _BETWEEN_HAN.sub("", text)


def as_name(text: str) -> str:
    """Return the name of somebody as records have it, whoever writes it: without marks that nobody sees, no blanks
    between Chinese letters and one between others, and one dot for all that are typed for it, none at either end."""
    seen = " ".join(clean_text(without_unseen(text)).split())
    return _STOP_AT_END.sub("", join_dots(join_han(seen)).translate(_QUOTES)).strip("· ")


def join_dots(text: str) -> str:
    """Return ``text`` with one dot for each of those within names, also for a full stop between Chinese letters, and no
    blanks around it."""
    return _STOP.sub("·", _DOT.sub("·", text))


def close_dots(text: str) -> str:
    """Return ``text`` without the blanks around such dots, which stay as they are typed."""
    return _STOP.sub(r"\1", _DOT.sub(r"\1", text))


_CIRCLES = frozenset("○〇")


def spellings_of(name: str) -> set[str]:
    """Return how records may have ``name``: as somebody typed it, as they have names, with the circle that many type for 〇,
    or without, and where it has capitals, in these alone, with one for each word, and without."""
    read = as_name(name)
    if read == name and _CIRCLES.isdisjoint(name) and name.lower() == name == name.upper():
        return {name} - {""}  # nearly all
    circles = {read, read.replace("○", "〇"), read.replace("〇", "○")}
    ways = (way for one in circles for way in (one, one.upper(), one.title(), one.lower()))
    return {name, *ways} - {""}  # of a dot alone nothing is left: it is nobody's name


def one_line(text: str) -> str:
    """Return ``text`` without line breaks: what was broken between two Chinese letters is joined, else a
    blank stands there."""
    lines = "\n".join(filter(None, map(str.strip, text.splitlines())))
    return _LINE_END.sub("", lines).replace("\n", " ")


def clean_digits(value: object) -> str:
    """Return a code of digits that somebody types off a screen or telephone: full-width forms folded,
    blanks removed wherever they stand."""
    return "".join(char for char in clean_code(value) if char not in _BLANK)


SAY_MORE = "（至少两个字）"  # of a reason


def is_reason(text: str) -> bool:
    """Tell whether ``text`` gives a reason: one letter, and marks alone, say nothing, nor do letters that nobody sees."""
    return sum(char.isalnum() and not is_hidden(char) for char in text) > 1


def if_seen(text: str) -> str:
    """Return ``text``, outer blanks removed; nothing where nobody would see anything of it."""
    if (
        text[:1].isalnum() and text[0] not in _DRAWN_AS_NOTHING
    ):  # nearly all are seen by their first letter
        return text.strip()
    return text.strip() if any(not is_hidden(char) and not char.isspace() for char in text) else ""


def as_sentence(text: str) -> str:
    """Return what somebody wrote as a sentence, for a letter in which another one follows."""
    text = text.strip()
    return text if not text or text[-1] in "。！？!?…；;" else f"{text.rstrip('.，,、')}。"


def shown(text: str, *, most: int = SHOWN) -> str:
    """Return ``text`` as far as a table of a page shows it (``most`` letters): nobody reads a cell of thousands
    there."""
    return text if len(text) <= most else f"{text[:most]}…"


def too_long(text: str, most: int) -> str:
    """Return the refusal of a ``text`` of more than ``most`` characters, which would lose its end; empty where it
    is not."""
    count = len(text.strip())
    return f"最多写 {most} 字，现有 {count:,} 字，请缩短后再提交。" if count > most else ""


def whole(text: str, most: int, refused: type[Exception]) -> str:
    """Return ``text``, which somebody wrote for the record, without the blanks around it. Raises ``refused`` where it has
    more than ``most`` characters: nothing of it is cut."""
    if refusal := too_long(text, most):
        raise refused(f"所写的内容{refusal}")
    return text.strip()


def is_key(text: str) -> bool:
    """Tell whether ``text``, which anybody may have written, can be the key or number of a row: ASCII
    digits, and no more of them than the database takes."""
    return text.isascii() and text.isdigit() and len(text) <= KEY_DIGITS


def is_hidden(char: str) -> bool:
    """Tell whether nobody sees ``char``, nor the room it takes: controls (line feeds, too), zero
    width, fillers."""
    return _is_mark(char) or (
        unicodedata.category(char) in _NO_LETTERS and not _HAN_TO_COME.fullmatch(char)
    )


def _is_mark(char: str) -> bool:
    return char in _DRAWN_AS_NOTHING or unicodedata.category(char) == "Cf"


def _text(value: object) -> str:
    return "" if value is None else str(value)


def next_minute(at: datetime) -> datetime:
    """Return ``at`` as it is told to the minute of what opens, or ends, then: not before the minute that is said."""
    return (
        at if at == (floor := at.replace(second=0, microsecond=0)) else floor + timedelta(minutes=1)
    )


def moment_text(value: datetime | None) -> str:
    """Return a time as people read it, in the time of the site; nothing for none."""
    return "" if value is None else timezone.localtime(value).strftime("%Y-%m-%d %H:%M")


def hour_of(value: datetime) -> datetime:
    """Return the beginning of the hour of a time, in the time of the site."""
    return timezone.localtime(value).replace(minute=0, second=0, microsecond=0)


def hour_text(value: datetime | None) -> str:
    """Return the hour of a time as people read it; nothing for none."""
    return "" if value is None else timezone.localtime(value).strftime("%Y-%m-%d %H 时")


def minutes_text(minutes: int) -> str:
    """Return a length of time as it is said: 4 小时, 1 小时 40 分钟, 50 分钟."""
    hours, rest = divmod(minutes, 60)
    parts = (f"{hours} 小时" if hours else "", f"{rest} 分钟" if rest or not hours else "")
    return " ".join(filter(None, parts))


def plain_number(number: float | Decimal) -> str:
    """Return ``number`` as people write it: 0.00001, 1000000000000, 7.5, without noughts behind the point."""
    # What the float reads as, not all the digits that it holds.
    exact = number if isinstance(number, Decimal) else Decimal(str(number))
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def mask_middle(value: str, *, head: int, tail: int) -> str:
    """Return ``value`` with its middle replaced by ``*`` (138****0001)."""
    if len(value) <= head + tail:
        return "*" * len(value)
    return value[:head] + "*" * (len(value) - head - tail) + value[len(value) - tail :]


def mask_email(value: str) -> str:
    local, at, domain = value.partition("@")
    return f"{local[:1]}***{at}{domain}" if at else "***"


def masked_query(query: str) -> str:
    """Return the query string of a list with the numbers and addresses of people in its values masked; one that has
    none comes as it is."""
    pairs = parse_qsl(query, keep_blank_values=True)
    shown = [(name, masked_words(value)) for name, value in pairs]
    return query if shown == pairs else urlencode(shown, safe="*")


def masked_words(text: str) -> str:
    """Return ``text``, which somebody searched by, with what looks like a telephone, the number of a document or an account, or
    an address of mail masked as a page shows it, however it is written: folded as a search folds it, and further, since the
    log is read by people. Text without any comes as it is, days as well."""
    folded = _FOREIGN_DIGIT.sub(_in_ascii, "".join(map(_as_typed, text)))
    masked = _TYPED.sub(_masked_number, folded)
    masked = _MAIL.sub(lambda found: mask_email(found[0]), masked)
    return text if masked == folded else masked


def _as_typed(char: str) -> str:
    """Return what may stand in a number or an address as ours, whatever its width; nothing of what nobody sees."""
    if char.isascii():
        return char
    if is_hidden(char):
        return ""
    plain = unicodedata.normalize("NFKC", char)
    return plain if plain.isspace() or plain.isalnum() or plain in "+-./()_@" else char


def _masked_number(found: re.Match[str]) -> str:
    said = found[0]
    if _DAYS.fullmatch(said) and not _MOBILE.fullmatch(_GROUPED.sub("", said)):
        return said
    if len(said) in {15, 18} or said[0].isalpha():  # a document
        return mask_middle(said, head=min(4, len(said) // 4), tail=2)
    return mask_middle(said, head=3 if said[0] == "1" else 0, tail=4)


def without_people(text: str, *, ours: bool = True) -> str:
    """Return ``text``, which leaves the house or is read by whoever keeps the server, without numbers and
    addresses of people; where it is not ours, without whatever may name one."""
    text = _MAIL.sub(LEFT_OUT, _NUMBERS.sub(LEFT_OUT, text))
    return text if ours else _NAMES.sub(LEFT_OUT, text)
