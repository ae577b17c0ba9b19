"""A font with one character, as an office puts one with those that it lacks into ``FONT_DIR``."""

from __future__ import annotations

import struct

UNITS = 1000


def font_of(character: str, family: str = "Extra") -> bytes:
    """Return a TrueType font whose only character is ``character``, a black square."""
    square = struct.pack(">hhhhh", 1, 0, 0, 800, 800) + struct.pack(">HH", 3, 0) + b"\x01" * 4
    square += struct.pack(">8h", 0, 800, 0, -800, 0, 0, 800, 0)
    code = ord(character)
    group = struct.pack(">HHIIIIII", 12, 0, 28, 0, 1, code, code, 1)
    names = [(1, family), (2, "Regular"), (4, family), (6, family)]
    said, entries = b"", b""
    for kind, text in names:
        words = text.encode("utf-16-be")
        entries += struct.pack(">HHHHHH", 3, 1, 0x409, kind, len(words), len(said))
        said += words
    tables = {
        b"cmap": struct.pack(">HHHHI", 0, 1, 3, 10, 12) + group,
        b"glyf": square,
        b"head": struct.pack(
            ">IIIIHHQQhhhhHHhhh",
            *(0x10000, 0x10000, 0, 0x5F0F3CF5, 0, UNITS, 0, 0),
            *(0, 0, 800, 800, 0, 8, 2, 1, 0),
        ),
        b"hhea": struct.pack(
            ">IhhhHhhhhhhhhhhhH", 0x10000, 880, -120, 0, UNITS, *[0] * 3, *[0] * 8, 2
        ),
        b"hmtx": struct.pack(">HhHh", UNITS, 0, UNITS, 0),
        b"loca": struct.pack(">III", 0, 0, len(square)),
        b"maxp": struct.pack(">IH13H", 0x10000, 2, 4, 1, *[0] * 11),
        b"name": struct.pack(">HHH", 0, len(names), 6 + 12 * len(names)) + entries + said,
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, 0, 0, 0, 0, 0, 0, 0),
    }
    head, body, at = b"", b"", 12 + 16 * len(tables)
    for tag, content in tables.items():
        head += tag + struct.pack(">III", 0, at + len(body), len(content))
        body += content + b"\0" * (-len(content) % 4)
    return struct.pack(">IHHHH", 0x10000, len(tables), 128, 3, 16) + head + body
