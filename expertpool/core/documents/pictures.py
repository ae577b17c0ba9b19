"""Pictures that people upload, drawn anew: what is kept is ours, not theirs."""

from __future__ import annotations

from base64 import b64encode

from expertpool.core.reading.apart import Reading, answer
from expertpool.core.reading.messages import Refused

__all__ = ["Refused", "page_png", "png_size", "png_svg", "square_png"]

SIDE = 96  # points
SQUARE_PIXELS = 192  # of what `square_png` returns
# Of a page: PDF pages are drawn, too, and pictures of 8,000 pixels on a side.
PAGE = Reading("page", memory=2048, seconds=40)
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


def page_png(content: bytes) -> bytes:
    """Return the picture of a whole page (PNG or JPEG, or the first page of a PDF) drawn anew on A4, lying or
    standing as it is, at 200 dots an inch.

    Raises Refused, which says what to do, for anything else, and for what has not the sides of A4.
    """
    drawn: bytes = answer(PAGE, content)
    return drawn


def png_size(content: bytes) -> tuple[int, int]:
    """Return width and height of a PNG of ours."""
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
