"""Filling texts that word processors have split into runs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate

from expertpool.core.filling.findings import as_text
from expertpool.core.filling.markup import (
    Document,
    Element,
    ancestor,
    find,
    set_text,
    text_of,
)
from expertpool.core.placeholders import MARK, Value, name_of


def joined(nodes: Sequence[Element]) -> str:
    return "".join(map(text_of, nodes))


def fill_texts(nodes: Sequence[Element], values: Mapping[str, Value]) -> bool:
    """Fill placeholders that may reach over several of ``nodes``; True if there were any.

    A value takes the place, and so the look, of the node in which its placeholder begins.
    """
    parts = [text_of(node) for node in nodes]
    found = list(MARK.finditer("".join(parts)))
    starts = [0, *accumulate(map(len, parts))][: len(parts)]
    # From the end, so that the places of those before stay what they are.
    for match in reversed(found):
        first, last = _holding(starts, match.start()), _holding(starts, match.end() - 1)
        before = parts[first][: match.start() - starts[first]]
        after = parts[last][match.end() - starts[last] :]
        between = [""] * (last - first)
        parts[first : last + 1] = [before + as_text(values[name_of(match)]), *between]
        parts[last] += after
    if found:
        for node, text in zip(nodes, parts, strict=True):
            set_text(node, text)
            # Blanks at the ends of a value would be dropped otherwise.
            node.setAttribute("xml:space", "preserve")
    return bool(found)


def _holding(starts: Sequence[int], place: int) -> int:
    """Return which node holds the character at ``place``; empty nodes hold none."""
    return bisect_right(starts, place) - 1


def paragraphs(part: Document | Element) -> list[tuple[Element, list[Element]]]:
    """Return each paragraph with its texts; those of a text box inside it are not its own."""
    return [
        (paragraph, [node for node in find(paragraph, "t") if ancestor(node, "p") is paragraph])
        for paragraph in find(part, "p")
    ]
