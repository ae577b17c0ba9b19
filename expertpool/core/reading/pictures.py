"""Pictures drawn anew: what is kept is ours. Runs in the child; `documents.pictures` is the door."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import typst

from expertpool.core.reading.messages import Refused

MARK = b"\x89PNG\r\n\x1a\n"
LARGEST_SIDE = 4000  # pixels
SIDE = 96  # points
DRAWING = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
PAGE = """#set page(width: auto, height: auto, margin: 0pt, fill: none)
#image("picture.png", width: {side}pt, height: {side}pt, fit: "contain")"""


def square_png(file: IO[bytes]) -> bytes:
    """Do `documents.square_png` for an open file."""
    content = file.read()
    # Signature, length and name of the first chunk, which says width and height.
    if not content.startswith(MARK) or content[12:16] != b"IHDR":
        raise Refused("no PNG")
    content = without_extras(content)
    sides = int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    if not all(0 < side <= LARGEST_SIDE for side in sides):
        raise Refused("too many pixels")
    with TemporaryDirectory() as folder:
        Path(folder, "picture.png").write_bytes(content)
        page = Path(folder, "page.typ")
        page.write_text(PAGE.format(side=SIDE))
        try:
            # Two pixels a point: a screen of double density shows it sharp.
            drawn = typst.compile(page, root=Path(folder), format="png", ppi=144)
        except typst.TypstError as error:
            raise Refused("broken") from error
    return drawn


def without_extras(content: bytes) -> bytes:
    """Return the PNG with the chunks that draw it, and no others: a profile or a text of two
    megabytes may unpack to gigabytes. Refuses one whose chunks do not follow each other."""
    kept, at = [MARK], len(MARK)
    while at < len(content):
        # Length of the data, name, data, checksum (PNG, ISO/IEC 15948, 5.3).
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        name = content[at + 4 : at + 8]
        if end > len(content):
            raise Refused("broken")
        if name in DRAWING:
            kept.append(content[at:end])
        if name == b"IEND":
            return b"".join(kept)
        at = end
    raise Refused("broken")
