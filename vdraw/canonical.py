"""The subset of RFC 8785 (JSON canonicalisation) that VDRAW-1 hashes.

Objects with ASCII keys, arrays, strings, integers within ±(2^53 - 1), booleans and null.
"""

import json
from collections.abc import Sequence
from json.encoder import encode_basestring
from typing import Any

from vdraw.exceptions import EngineError

# Beyond it a reader that keeps numbers as doubles, as a browser does, sees another value.
MAX_INTEGER = 2**53 - 1


def canonical_json(value: Any) -> bytes:
    """``value`` as canonical JSON in UTF-8; raises EngineError for what the subset does not hold."""
    _check(value)
    # RFC 8785 sorts keys by UTF-16 units, Python by code points: alike for ASCII, hence only that.
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def canonical_texts(texts: Sequence[str]) -> list[str]:
    """Strings as canonical JSON, quotes included."""
    # All at once: one check serves thousands.
    _check_text("".join(texts))
    return [encode_basestring(text) for text in texts]


def _check(value: Any) -> None:
    # Exactly these types: a bool is an int, too, and a subclass may be written otherwise.
    kind = type(value)
    if value is None or kind is bool:
        return
    if kind is str:
        _check_text(value)
    elif kind is int:
        if abs(value) > MAX_INTEGER:
            raise EngineError(f"整数超出可规范化的范围：{value}")
    elif kind is list or kind is tuple:
        for item in value:
            _check(item)
    elif kind is dict:
        for key, item in value.items():
            if type(key) is not str or not key.isascii():
                raise EngineError(f"键必须是 ASCII 文本：{key!r}")
            _check(item)
    else:
        raise EngineError(f"不能规范化的类型：{kind.__name__}")


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise EngineError("文本里有不完整的 Unicode 字符") from error
