"""Where the text of a message may lead its reader: to this site alone, wherever it says who he is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from urllib.parse import urlsplit

from django.conf import settings

from expertpool.core.placeholders import MARK, mark, name_of
from expertpool.core.text import is_hidden

# What may touch a link: of anything else some program would make a part of the address.
BESIDE = frozenset(" \t\r\n\u3000，。；：！？、（）《》〈〉「」『』【】〔〕“”‘’…—")
# Stands for a filled placeholder; nobody can type it.
_FILLED = "\ue000"
# Each of these is read once from left to right, however long a text without a blank is: no part of a pattern begins
# anew within what it has read (``++``), and what is asked about what follows is bounded (docs/decisions/0359).
_MAIL = r"(?a:(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)++(?![\w.-]*+[/:?#]))"
# A label of a host in any script, of pictures too; what stands between labels, or between addresses, is none.
_LABEL = rf"[^\x00-,./:-@\[-`{{-\x7f\s{''.join(BESIDE)}]"
_TAIL = rf"[^\s{''.join(BESIDE)}]*+"
# Ends that a reader takes for those of a domain even behind another stop. The address bar takes the ideographic
# stop for a dot; 点 is how the dot is said.
_ENDS = r"(?:com|net|org|cn|xyz)(?![a-z0-9-])"
_STOP = re.compile(
    rf"(?<={_LABEL})(?:。(?=(?:{_LABEL}{{1,63}}+[.。]){{0,5}}(?:{_ENDS}|中[国國]/))|点(?={_ENDS}))",
    re.IGNORECASE,
)
# Scripts that no sentence here has: a domain's end of two letters or more.
_ABROAD = r"[\u0370-\u1fff\u3041-\u30ff\uac00-\ud7a3]{2,}+"
# Ends of file names that no domain has (zip is one of a domain).
_FILE = (
    r"(?:docx?|xlsx?|pptx?|pdf|ofd|wps|txt|csv|jpe?g|png|gif|bmp|tiff?|rar|dwg|mp4)(?![a-z0-9/:.-])"
)
_DOT = "[.。]"  # between numbers the address bar takes both
# A number that is a host: whole, of three parts, in octal. Those of eight digits are telephones and days, too.
_CODE = r"(?:[1-9]\d{8}|[1-3]\d{9}|4[0-2]\d{8})"
_SHORT = (
    r"(?:(?:1[6-9]|[2-9]\d)\d{6}|0{1,9}[1-7][0-7]{7,10}"
    rf"|[1-9]\d{{0,2}}{_DOT}0{{0,9}}[1-9]\d{{4,10}}|[1-9]\d{{0,2}}{_DOT}\d{{1,3}}{_DOT}\d{{1,6}}"
    rf"|0[0-7]{{1,11}}(?:{_DOT}[0-7]{{1,11}}){{1,3}})"
)
_ALONE = r"(?<![a-z0-9_.。-])(?<!\w[/\\])"
# What follows the stroke of a number that is none: a lot, a unit.
_LOT = r"(?:(?-i:[A-Z])|\d{1,3})?[包标段册组页份项批第号年月日天时次人元家套台件个]"
# Whatever a mail program or a telephone makes a link of: a scheme, a domain, digits, a domain of
# any letters before a path or with an end that only domains have. What is glued to it belongs to it.
# Of domains it begins with the dot before their end: `_whole` adds what stands before.
_ADDRESS = re.compile(
    rf"(?<![a-z0-9+.-])[0-9+.-]*+[a-z][a-z0-9+.-]*+:[/\\]{{2}}{_TAIL}"
    rf"|(?<={_LABEL})\.(?!{_FILE})(?:[a-z]{{2,24}}|xn--[a-z0-9-]++|{_ABROAD})"
    rf"(?![a-z0-9-]|[a-z0-9_.+-]{{0,64}}@){_TAIL}"
    rf"|0{{0,9}}\d{{1,3}}(?:{_DOT}0{{0,9}}\d{{1,3}}){{3}}{_TAIL}"
    rf"|(?<![a-z0-9])0x[0-9a-f]++{_TAIL}"
    rf"|{_ALONE}(?<!号)(?<!号[:： ]){_CODE}(?::\d{{1,5}})?[/\\](?!{_LOT}){_TAIL}"
    rf"|{_ALONE}{_SHORT}(?::\d{{1,5}})?[/\\](?=[a-z~?#_%{_FILLED}])(?!{_LOT}){_TAIL}"
    rf"|\[(?:[0-9a-f:]{{0,40}}::[0-9a-f:.]{{0,40}}|(?:[0-9a-f]{{1,4}}:){{7}}[0-9a-f]{{1,4}})\]{_TAIL}"
    rf"|(?<=[\w{_FILLED}-])\.[^\W\d_][\w-]*+(?::\d++)?/{_TAIL}"
    r"|(?<=[\w-])\.(?:中国|中國|公司|网络|網絡|网址|网店|商城|集团|政务|公益|在线|中文网)(?!\w)",
    re.IGNORECASE,
)
_BEFORE = re.compile(rf"{_LABEL}|\.")
# An address of mail leads nowhere; what looks like one within a link is where that leads.
_MAIL_OR_ADDRESS = re.compile(rf"{_MAIL}|({_ADDRESS.pattern})", re.IGNORECASE)


def site_host() -> str:
    """Return host and port of this site, as its addresses have them."""
    return urlsplit(settings.SITE_URL).netloc


def glued_in(text: str, names: Collection[str]) -> list[str]:
    """Return those of the placeholders ``names`` that something touches in ``text``: an address
    before it would carry the link away."""
    found = []
    for match in MARK.finditer(text):
        around = text[: match.start()][-1:] + text[match.end() :][:1]
        if name_of(match) in names and not BESIDE.issuperset(around):
            found.append(name_of(match))
    return list(dict.fromkeys(found))


def foreign_addresses(text: str, *, filled_only: bool = False) -> list[str]:
    """Return the addresses of other hosts in ``text``, as they stand there; ``filled_only``: those
    that a placeholder would become a part of."""
    plain = "".join(map(_plain, MARK.sub(_FILLED, text)))
    # Its own host alone, and nothing behind it that would make it another.
    own = rf"(?<![\w.@/\\:-])(?:https?://)?{re.escape(site_host())}(?![\w@\\%-]|[.:]\S)"
    plain = re.sub(own, " ", plain, flags=re.IGNORECASE)
    plain = _STOP.sub(".", plain)
    plain = _MAIL_OR_ADDRESS.sub(lambda match: match[1] or " ", plain)
    kept = [one for one in _whole(plain) if _FILLED in one or not filled_only]
    return [one.replace(_FILLED, mark("…")) for one in dict.fromkeys(kept)]


def in_words(found: Sequence[str]) -> str:
    """Return the addresses ``found`` as a refusal names them, and what to write where one is a number."""
    shown = "、".join(f"「{one[:80]}」" for one in found)
    is_number = any(one[0].isdecimal() and "/" in one for one in found)
    return f"{shown}（若是编号或号码，请把数字后的“/”改为顿号）" if is_number else shown


def _whole(text: str) -> Iterator[str]:
    """Return the addresses in ``text``, domains with what stands before their end."""
    ended = 0
    for match in _ADDRESS.finditer(text):
        begin = match.start()
        while match[0][0] == "." and begin > ended and _BEFORE.match(text, begin - 1):
            begin -= 1
        ended = match.end()
        yield text[begin:ended]


def _plain(character: str) -> str:
    """Return what a program reads there: letters of full width are letters, the invisible is nothing."""
    if character in BESIDE or character == _FILLED:
        return character
    return "" if is_hidden(character) else unicodedata.normalize("NFKC", character)
