"""Pictures that people upload, drawn anew: what is kept is ours, not theirs."""

from __future__ import annotations

from base64 import b64encode

from expertpool.core.reading.apart import Reading, answer
from expertpool.core.reading.messages import Refused

SIDE = 96  # points
SQUARE_PIXELS = 192  # of what `square_png` returns
PICTURE = Reading("picture", memory=1024)  # typst with its fonts, and 4,000 by 4,000 pixels


def square_png(content: bytes) -> bytes:
    """Return the PNG ``content`` within a square of 192 pixels, without anything it carried along.

    Raises ValueError for what is no PNG, is broken, or is larger than 4,000 pixels on a side.
    """
    try:
        drawn: bytes = answer(PICTURE, content)
    except Refused as refused:
        raise ValueError(*refused.problems) from None
    return drawn


def png_svg(content: bytes) -> str:
    """Return what `square_png` gave as an SVG picture, which a document can be handed as text;
    nothing for nothing."""
    if not content:
        return ""
    address = f"data:image/png;base64,{b64encode(content).decode()}"
    size = f'width="{SIDE}" height="{SIDE}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {SIDE} {SIDE}">'
        f'<image {size} href="{address}"/></svg>'
    )
