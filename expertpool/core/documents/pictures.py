"""Pictures that people upload, drawn anew: what is kept is ours, not theirs."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from tempfile import TemporaryDirectory

import typst

MARK = b"\x89PNG\r\n\x1a\n"
LARGEST_SIDE = 4000  # pixels: more would take the memory of the server
SIDE = 96  # points
SQUARE_PIXELS = 192  # of what `square_png` returns
DRAWING = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
PAGE = """#set page(width: auto, height: auto, margin: 0pt, fill: none)
#image("picture.png", width: {side}pt, height: {side}pt, fit: "contain")"""


def _without_extras(content: bytes) -> bytes:
    """Return the PNG with the chunks that draw it, and no others: a profile or a text of two
    megabytes may unpack to gigabytes. Raises ValueError where chunks do not follow each other."""
    kept, at = [MARK], len(MARK)
    while at < len(content):
        # Length of the data, name, data, checksum (PNG, ISO/IEC 15948, 5.3).
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        name = content[at + 4 : at + 8]
        if end > len(content):
            raise ValueError("broken")
        if name in DRAWING:
            kept.append(content[at:end])
        if name == b"IEND":
            return b"".join(kept)
        at = end
    raise ValueError("broken")


def square_png(content: bytes) -> bytes:
    """Return the PNG ``content`` within a square of 192 pixels, without anything it carried along.

    Raises ValueError for what is no PNG, is broken, or is larger than 4,000 pixels on a side.
    """
    # Signature, length and name of the first chunk, which says width and height.
    if not content.startswith(MARK) or content[12:16] != b"IHDR":
        raise ValueError("no PNG")
    content = _without_extras(content)
    sides = int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    if not all(0 < side <= LARGEST_SIDE for side in sides):
        raise ValueError("too many pixels")
    with TemporaryDirectory() as folder:
        Path(folder, "picture.png").write_bytes(content)
        page = Path(folder, "page.typ")
        page.write_text(PAGE.format(side=SIDE))
        try:
            # Two pixels a point: a screen of double density shows it sharp.
            drawn = typst.compile(page, root=Path(folder), format="png", ppi=144)
        except typst.TypstError as error:
            raise ValueError("broken") from error
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
