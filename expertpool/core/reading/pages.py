"""Pictures of whole pages, drawn anew on A4. Runs in the child; `documents.pictures` is the door."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import typst

from expertpool.core.reading.messages import Refused
from expertpool.core.reading.pictures import MARK, without_extras
from expertpool.core.sizes import MEGABYTE

LARGEST_SIDE = 8000  # pixels
MOST_PIXELS = 40_000_000
DOTS = 200  # an inch, of what is kept
TRIAL_DOTS = 9  # an inch, to learn the sides
A4 = (297, 210)  # millimetres
STRETCH = 0.06  # so far may the sides be from those of A4: a letter lies beyond
MOST_BYTES = 12 * MEGABYTE  # of what is kept
TRIAL = """#set page(width: auto, height: auto, margin: 0pt)
#image("{name}")"""
WHOLE = """#set page(width: {width}mm, height: {height}mm, margin: 0pt, fill: white)
#image("{name}", width: 100%, height: 100%, fit: "stretch")"""
NEITHER = "只能用 PNG、JPEG 图片，或 PDF（取第一页）作底版，请另存后再上传。"
BROKEN = "这个文件打不开，可能已损坏或加了密。请用原来的软件打开，另存后再上传。"
TOO_LARGE = (
    f"图片太大：宽和高都不能超过 {LARGEST_SIDE} 像素，总共不超过 4000 万像素，请缩小后再上传。"
)
TOO_HEAVY = "底版的图案太复杂，画出来超过 12 MB。请减少照片和渐变，或降低图片的分辨率后再上传。"
SIDES = (
    "底版应为 A4 大小：横向宽高比 297∶210，竖向 210∶297。这个文件是 {:.0f}∶{:.0f}，请调整后再上传。"
)


def page_png(file: IO[bytes]) -> bytes:
    """Do `documents.page_png` for an open file."""
    content = file.read()
    name, content = _told(content)
    with TemporaryDirectory() as folder:
        Path(folder, name).write_bytes(content)
        width, height = _size(_drawn(folder, TRIAL.format(name=name), TRIAL_DOTS))
        long, short = A4
        paper = A4 if width >= height else (short, long)
        ratio = (width / height) / (paper[0] / paper[1])
        if not 1 - STRETCH <= ratio <= 1 + STRETCH:
            scale = long / max(width, height)
            raise Refused(SIDES.format(width * scale, height * scale))
        whole = WHOLE.format(name=name, width=paper[0], height=paper[1])
        drawn = _drawn(folder, whole, DOTS)
    if len(drawn) > MOST_BYTES:
        raise Refused(TOO_HEAVY)
    return drawn


def _told(content: bytes) -> tuple[str, bytes]:
    """Return what to call the file by its content, and what of it is drawn."""
    if content.startswith(MARK):
        if content[12:16] != b"IHDR":
            raise Refused(BROKEN)
        try:
            content = without_extras(content)
        except Refused:
            raise Refused(BROKEN) from None
        _check(*_size(content))
        return "page.png", content
    if content.startswith(b"\xff\xd8\xff"):
        _check(*_jpeg_size(content))
        return "page.jpg", content
    if content.startswith(b"%PDF-"):
        return "page.pdf", content
    raise Refused(NEITHER)


def _check(width: int, height: int) -> None:
    if not (width and height):
        raise Refused(BROKEN)
    if max(width, height) > LARGEST_SIDE or width * height > MOST_PIXELS:
        raise Refused(TOO_LARGE)


def _size(png: bytes) -> tuple[int, int]:
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Return width and height, which the first frame says (ITU-T T.81, B.2.2)."""
    at = 2
    while at + 9 < len(content):
        if content[at] != 0xFF:
            break
        marker = content[at + 1]
        if marker == 0xFF:  # fill
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = content[at + 5 : at + 7], content[at + 7 : at + 9]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    raise Refused(BROKEN)


def _drawn(folder: str, text: str, dots: int) -> bytes:
    page = Path(folder, "page.typ")
    page.write_text(text)
    try:
        made = typst.compile(page, root=Path(folder), format="png", ppi=dots)
    except typst.TypstError as error:
        raise Refused(BROKEN) from error
    first: bytes = made[0] if isinstance(made, list) else made
    return first
