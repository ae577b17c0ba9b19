"""How values may be written in a record."""

import re
from collections.abc import Sequence
from typing import Any

# Not $, which allows a line break after the last digit.
_HEX = re.compile(r"[0-9a-f]+\Z")
_HEX_DIGITS = b"0123456789abcdef"


def is_hex(value: Any, size: int | None = None) -> bool:
    """Whether ``value`` is lower-case hex of ``size`` bytes (of at least one byte if None)."""
    if not isinstance(value, str) or len(value) % 2 or _HEX.match(value) is None:
        return False
    return size is None or len(value) == 2 * size


def are_hex(values: Sequence[Any], size: int) -> bool:
    """Whether all ``values`` are lower-case hex of ``size`` bytes, told of thousands at once."""
    try:
        text = "".join(values).encode()
    except (TypeError, ValueError):
        return False
    return {*map(len, values)} <= {2 * size} and not text.translate(None, _HEX_DIGITS)


def is_key(value: Any) -> bool:
    """Whether ``value`` can be an object's key: ASCII and not empty."""
    return isinstance(value, str) and value != "" and value.isascii()
