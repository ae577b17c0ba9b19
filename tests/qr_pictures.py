"""What a QR code on a drawn page says: its modules, read from the picture, against those of a text."""

from __future__ import annotations

import struct
import zlib

import segno


def luminance(png: bytes, *, across: int, down: int) -> list[bytes]:
    """Return the red of the first ``across`` pixels of the first ``down`` lines of ``png`` (8 bits, not interlaced, as
    typst writes it): a line needs what is above it and to its left, and nothing else."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, data, head = 8, b"", b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, chunk = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        head = chunk if kind == b"IHDR" else head
        data += chunk if kind == b"IDAT" else b""
        at += length + 12
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", head)
    step = {2: 3, 6: 4}[colour]
    assert (depth, interlaced) == (8, 0)
    assert across <= width
    assert down <= height
    raw, line, lines = zlib.decompress(data), bytearray(across * step), []
    for row in range(down):
        start = row * (width * step + 1)
        line = _unfiltered(raw[start], raw[start + 1 : start + 1 + across * step], line, step)
        lines.append(bytes(line[::step]))
    return lines


def _unfiltered(kind: int, given: bytes, above: bytearray, step: int) -> bytearray:
    line = bytearray(given)
    for at in range(len(line)):
        left = line[at - step] if at >= step else 0
        up, corner = above[at], above[at - step] if at >= step else 0
        guess = left + up - corner
        nearest = min((left, up, corner), key=lambda one: abs(guess - one))
        line[at] = (line[at] + (0, left, up, (left + up) // 2, nearest)[kind]) & 255
    return line


def modules_at(png: bytes, *, x: float, y: float, width: float, count: int) -> list[list[int]]:
    """Return ``count`` times ``count`` modules, dark as 1, of the code whose picture with a border of four modules
    begins at ``x``, ``y`` and is ``width`` pixels wide."""
    lines = luminance(png, across=int(x + width) + 1, down=int(y + width) + 1)
    size = width / (count + 8)

    def dark(row: int, column: int) -> int:
        return int(lines[int(y + (row + 4.5) * size)][int(x + (column + 4.5) * size)] < 128)

    return [[dark(row, column) for column in range(count)] for row in range(count)]


def modules_of(text: str, *, mask: int | None = None) -> list[list[int]]:
    """Return the modules of the code that says ``text``."""
    return [list(row) for row in segno.make(text, error="m", micro=False, mask=mask).matrix]
