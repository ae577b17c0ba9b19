"""How long a short message is."""

from __future__ import annotations

SINGLE_LENGTH = 70  # characters of one UCS-2 message
PART_LENGTH = 67  # of each part of a longer one: the rest numbers the parts


def count_parts(text: str) -> int:
    """Return how many messages the operator charges for ``text`` (Chinese, UCS-2)."""
    # In units of UTF-16, as the operator counts: an emoji is two.
    length = len(text.encode("utf-16-be")) // 2
    return 1 if length <= SINGLE_LENGTH else -(-length // PART_LENGTH)
