"""Where the text of a message may lead its reader: to this site alone, wherever it says who he is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from urllib.parse import urlsplit

from django.conf import settings

from expertpool.core.placeholders import MARK, mark, name_of
from expertpool.core.text import is_hidden

# What may touch a link: of anything else some program would make a part of the address.
BESIDE = frozenset(" \t\r\n\u3000，。；：！？、（）《》〈〉「」『』【】〔〕“”‘’…—")
# Stands for a filled placeholder; nobody can type it.
_FILLED = "\ue000"
_MAIL = r"(?a:[\w.+-]+@[\w-]+(?:\.[\w-]+)+(?![\w.-]*[/:?#]))"
# A label of a host in any script, of pictures too; what stands between labels, or between addresses, is none.
_LABEL = rf"[^\x00-,./:-@\[-`{{-\x7f\s{''.join(BESIDE)}]"
_TAIL = rf"[^\s{''.join(BESIDE)}]*"
# Ends that a reader takes for those of a domain even behind another stop. The address bar takes the ideographic
# stop for a dot; 点 is how the dot is said.
_ENDS = r"(?:com|net|org|cn|xyz)(?![a-z0-9-])"
_STOP = re.compile(
    rf"(?<={_LABEL})(?:。(?=(?:{_LABEL}{{1,63}}[.。]){{0,5}}(?:{_ENDS}|中[国國]/))|点(?={_ENDS}))",
    re.IGNORECASE,
)
# Scripts that no sentence here has: a domain's end of two letters or more.
_ABROAD = r"[\u0370-\u1fff\u3041-\u30ff\uac00-\ud7a3]{2,}"
# Ends of file names that no domain has (zip is one of a domain).
_FILE = (
    r"(?:docx?|xlsx?|pptx?|pdf|ofd|wps|txt|csv|jpe?g|png|gif|bmp|tiff?|rar|dwg|mp4)(?![a-z0-9/:.-])"
)
# Whatever a mail program or a telephone makes a link of: a scheme, a domain, digits, a domain of
# any letters before a path or with an end that only domains have. What is glued to it belongs to it.
_ADDRESS = re.compile(
    rf"[a-z][a-z0-9+.-]*:[/\\]{{2}}{_TAIL}"
    rf"|(?<!{_LABEL})(?:{_LABEL}+\.)+(?!{_FILE})(?:[a-z]{{2,24}}|xn--[a-z0-9-]+|{_ABROAD})"
    rf"(?![a-z0-9-]|[a-z0-9_.+-]*@){_TAIL}"
    rf"|\d{{1,3}}(?:\.\d{{1,3}}){{3}}{_TAIL}"
    rf"|(?<!\w)0x[0-9a-f]+{_TAIL}"
    rf"|\[(?:[0-9a-f:]{{0,40}}::[0-9a-f:.]{{0,40}}|(?:[0-9a-f]{{1,4}}:){{7}}[0-9a-f]{{1,4}})\]{_TAIL}"
    rf"|(?<![\w-])[\w{_FILLED}-]+(?:\.[\w{_FILLED}-]+)*\.[^\W\d_][\w-]*(?::\d+)?/{_TAIL}"
    r"|(?<![\w-])[\w-]+\.(?:中国|中國|公司|网络|網絡|网址|网店|商城|集团|政务|公益|在线|中文网)(?!\w)",
    re.IGNORECASE,
)
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
    found = (match[0] for match in _ADDRESS.finditer(plain))
    kept = [one for one in found if _FILLED in one or not filled_only]
    return [one.replace(_FILLED, mark("…")) for one in dict.fromkeys(kept)]


def _plain(character: str) -> str:
    """Return what a program reads there: letters of full width are letters, the invisible is nothing."""
    if character in BESIDE or character == _FILLED:
        return character
    return "" if is_hidden(character) else unicodedata.normalize("NFKC", character)
