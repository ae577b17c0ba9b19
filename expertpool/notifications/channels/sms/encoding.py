"""In which encoding an operator's platform writes, and is written to: many of them know GBK alone."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

AUTO, UTF8, GBK = "auto", "utf-8", "gbk"
# What is called GBK or GB2312 is read by the standard that holds both.
_WIDEST = {UTF8: "utf-8-sig", GBK: "gb18030"}
_DECLARED = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_SAME = {
    **dict.fromkeys(("utf-8", "utf8"), UTF8),
    **dict.fromkeys(("gbk", "gb2312", "gb18030", "cp936", "x-gbk", "ms936", "windows-936"), GBK),
}
# Letters of two bytes in UTF-8: no Chinese character is among them, but 去, 同 and 一 of GBK look like one.
_FOREIGN = re.compile("[\u0100-\u07ff]")
_CHINESE = re.compile("[\u0800-\U0010ffff]")


def read_text(content: bytes, content_type: str, chosen: str) -> str:
    """Return what ``content`` says: as ``content_type`` declares or the office chose, or as it can be read. What was
    cut within a character is read up to there."""
    return _decode(content, _encoding_of(content, content_type, chosen))


def codec_of_form(body: bytes, content_type: str, chosen: str) -> str:
    """Return the codec that reads the bytes of a form, be they escaped or not."""
    content = unquote_to_bytes(body.replace(b"+", b" "))
    return _WIDEST[_encoding_of(content, content_type, chosen)]


def written_in(chosen: str) -> str:
    """Return the encoding in which a platform is written to."""
    return GBK if chosen == GBK else UTF8


def _encoding_of(content: bytes, content_type: str, chosen: str) -> str:
    found = _DECLARED.search(content_type)
    declared = _SAME.get(found[1].lower(), "") if found else ""
    order = (UTF8, declared) if chosen == UTF8 else (declared, chosen)
    for encoding in order:
        if encoding in _WIDEST and _reads(content, encoding):
            return encoding
    return _guessed(content)


def _guessed(content: bytes) -> str:
    if _reads(content, UTF8):
        text = _decode(content, UTF8)
        looks_foreign = _FOREIGN.search(text) and not _CHINESE.search(text)
        return GBK if looks_foreign and _reads(content, GBK) else UTF8
    return GBK if _reads(content, GBK) else _least_broken(content, (UTF8, GBK))


def _reads(content: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(_WIDEST[encoding])().decode(content)
    except UnicodeDecodeError:
        return False
    return True


def _decode(content: bytes, encoding: str) -> str:
    return codecs.getincrementaldecoder(_WIDEST[encoding])("replace").decode(content)


def _least_broken(content: bytes, encodings: Sequence[str]) -> str:
    return min(encodings, key=lambda one: _decode(content, one).count("\ufffd"))
