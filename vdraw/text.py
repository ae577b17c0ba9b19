"""How values may be written in a record."""

import re
from collections.abc import Sequence
from typing import Any

# Not $, which allows a line break after the last digit.
_HEX = re.compile(r"[0-9a-f]+\Z")


def is_hex(value: Any, size: int | None = None) -> bool:
    """Whether ``value`` is lower-case hex of ``size`` bytes (of at least one byte if None)."""
    if not isinstance(value, str) or len(value) % 2 or _HEX.match(value) is None:
        return False
    return size is None or len(value) == 2 * size


def are_hex(values: Sequence[Any], size: int) -> bool:
    """Whether all ``values`` are lower-case hex of ``size`` bytes, told of thousands at once."""
    try:
        text = "".join(values)
        # `fromhex` takes capitals and blanks: hex of ours is what comes back as it was.
        return {*map(len, values)} <= {2 * size} and bytes.fromhex(text).hex() == text
    except (TypeError, ValueError):
        return False


def is_key(value: Any) -> bool:
    """Whether ``value`` can be an object's key: ASCII and not empty."""
    return isinstance(value, str) and value != "" and value.isascii()
