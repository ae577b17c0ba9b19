"""What a file is, by its content: names and the browser's word count for nothing."""

from __future__ import annotations

import os
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO

from expertpool.core.configuration import Setting, value_of
from expertpool.core.reading.apart import Reading, answer
from expertpool.core.reading.archives import OLE_MARK, has_macros
from expertpool.core.reading.messages import Refused
from expertpool.core.sizes import MEGABYTE
from expertpool.files.exceptions import FileRefused
from expertpool.files.settings import DOCUMENT_SIZE, IMAGE_SIZE, MEDIA_SIZE

# By how large one of them may be.
KINDS = (
    ("PDF、Word、Excel、PowerPoint、OFD、TXT、ZIP", DOCUMENT_SIZE),
    ("图片", IMAGE_SIZE),
    ("MP3、WAV、MP4、WebM", MEDIA_SIZE),
)
ACCEPTED = "、".join(names for names, _ in KINDS)


def accepted_in_words() -> str:
    """Return what may be uploaded, and how large each file may be by now."""
    return "；".join(f"{names}（每个最大 {value_of(limit)} MB）" for names, limit in KINDS)


@dataclass(frozen=True)
class FileType:
    """A kind of file that is taken; ``extensions``: the first is given to a file named wrongly."""

    content_type: str
    extensions: tuple[str, ...]
    limit: Setting[int] = DOCUMENT_SIZE  # in MB

    @property
    def max_size(self) -> int:
        """Bytes, as the office has set it."""
        return value_of(self.limit) * MEGABYTE


_OFFICE = "application/vnd.openxmlformats-officedocument"

# (bytes, where they stand, kind)
_MARKS: tuple[tuple[bytes, int, FileType], ...] = (
    (b"%PDF-", 0, FileType("application/pdf", (".pdf",))),
    (b"\x89PNG\r\n\x1a\n", 0, FileType("image/png", (".png",), IMAGE_SIZE)),
    (b"\xff\xd8\xff", 0, FileType("image/jpeg", (".jpg", ".jpeg"), IMAGE_SIZE)),
    (b"GIF87a", 0, FileType("image/gif", (".gif",), IMAGE_SIZE)),
    (b"GIF89a", 0, FileType("image/gif", (".gif",), IMAGE_SIZE)),
    (b"WEBP", 8, FileType("image/webp", (".webp",), IMAGE_SIZE)),
    (b"WAVE", 8, FileType("audio/wav", (".wav",), MEDIA_SIZE)),
    (b"ID3", 0, FileType("audio/mpeg", (".mp3",), MEDIA_SIZE)),
    (b"\xff\xfb", 0, FileType("audio/mpeg", (".mp3",), MEDIA_SIZE)),
    (b"\xff\xf3", 0, FileType("audio/mpeg", (".mp3",), MEDIA_SIZE)),
    (b"ftyp", 4, FileType("video/mp4", (".mp4", ".m4a"), MEDIA_SIZE)),
    (b"\x1a\x45\xdf\xa3", 0, FileType("video/webm", (".webm",), MEDIA_SIZE)),
)
# By what `kind_of_archive` says.
_ZIPPED = {
    "docx": FileType(f"{_OFFICE}.wordprocessingml.document", (".docx",)),
    "xlsx": FileType(f"{_OFFICE}.spreadsheetml.sheet", (".xlsx",)),
    "pptx": FileType(f"{_OFFICE}.presentationml.presentation", (".pptx",)),
    "ofd": FileType("application/ofd", (".ofd",)),
    "zip": FileType("application/zip", (".zip",)),
}
_ARCHIVE, _MACRO_SHEETS = Reading("archive", memory=256), Reading("macro_sheets", memory=1024)
_MACROS = "文件里含有宏或程序，请去掉后上传（另存为不含宏的格式）。"
_BOOK = FileType("application/vnd.ms-excel", (".xls", ".et"))
# Names of streams in the older office format.
_OLE: tuple[tuple[str, FileType], ...] = (
    ("WordDocument", FileType("application/msword", (".doc", ".wps"))),
    ("Workbook", _BOOK),
    ("PowerPoint Document", FileType("application/vnd.ms-powerpoint", (".ppt", ".dps"))),
)
_TEXT = FileType("text/plain", (".txt", ".csv"))
# What runs where it is opened. Its text is harmless under another name, but whoever sent it meant something else.
_RUN = {
    *(
        ".exe",
        ".com",
        ".scr",
        ".msi",
        ".bat",
        ".cmd",
        ".ps1",
        ".vbs",
        ".vbe",
        ".js",
        ".jse",
        ".wsf",
    ),
    *(".hta", ".lnk", ".reg", ".jar", ".sh", ".py", ".htm", ".html", ".svg"),
}
# Whoever shows a picture holds all of it, however small its file is. Telephones make 108 million.
MOST_PIXELS, LONGEST_SIDE = 120_000_000, 16_000
# So much may stand beside the points of a PNG, unpacked: profiles of colours have a megabyte or two.
MOST_BESIDE = 8 * MEGABYTE
TOO_MUCH_BESIDE = "图片里附带的文字或色彩信息太多，请另存为普通图片（如 JPG）后上传。"
_PIECE = 64 * 1024
_LEAST = 1024  # what each such part costs its reader, however little is in it
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f]")


def detect_type(file: IO[bytes], name: str = "") -> FileType:
    """Return what ``file`` is, whatever ``name`` it has, which only tells how a refusal is said; leaves it at its
    beginning.

    Raises FileRefused for everything that is not taken: programs, web pages, drawings with
    scripts (SVG), office files with macros, and what cannot be recognised.
    """
    file.seek(0)
    head = file.read(4096)
    found = _by_mark(head)
    if found is None and head.startswith(b"PK\x03\x04"):
        found = _zipped(file)
    if found is None and head.startswith(OLE_MARK):
        found = _ole(file)
    # Text under the name of another kind is a spoilt file of that kind: who sends it is told.
    if found is None and not _is_named_otherwise(name) and _is_text(file):
        found = _TEXT
    file.seek(0)
    if found is not None and found.content_type in SIZED:
        _check_pixels(SIZED[found.content_type](file))
    if found is not None and found.content_type == "image/png":
        _check_beside(file)
    file.seek(0)
    if found is None:
        raise FileRefused(_why_not(name))
    return found


def _why_not(name: str) -> str:
    """Say why a file is not taken. To read that its kind may be uploaded helps nobody whose file only bears the
    name of that kind."""
    ending = PurePath(name).suffix.lower()
    if ending not in _RUN and (_is_named_otherwise(name) or ending in _TEXT.extensions):
        kind = ending[1:].upper()
        return (
            f"不能上传：文件名是 {kind}，内容却不是 {kind}，可能已损坏、加密，或由别的文件改名而来；"
            "请用原来的软件重新另存后上传。"
        )
    return f"不能上传这种文件。可以上传：{ACCEPTED}。"


def _is_named_otherwise(name: str) -> bool:
    """Tell whether ``name`` is that of a kind that is taken and no text, or of one that runs."""
    ending = PurePath(name).suffix.lower()
    kinds = [*(kind for _, _, kind in _MARKS), *_ZIPPED.values(), *(kind for _, kind in _OLE)]
    return ending in _RUN or any(ending in kind.extensions for kind in kinds)


def _check_pixels(sides: tuple[int, int] | None) -> None:
    """Refuse a picture of which more would have to be held than a page should; whose sides are not found, nobody
    shows either."""
    width, height = sides or (0, 0)
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise FileRefused(
            f"图片太大（{width}×{height} 像素），请缩小后上传：边长不超过 16000 像素，共不超过 1.2 亿像素。"
        )


def _png_sides(file: IO[bytes]) -> tuple[int, int] | None:
    file.seek(0)
    head = file.read(24)
    return struct.unpack(">II", head[16:24]) if head[12:16] == b"IHDR" and len(head) == 24 else None


def _check_beside(file: IO[bytes]) -> None:
    """Refuse a PNG whose packed texts and profile would unpack to more than anybody writes into one."""
    left = MOST_BESIDE
    for packed in _packed_beside(file):
        left -= _LEAST
        unpacker, rest = zlib.decompressobj(), packed
        try:
            while rest and left >= 0:
                left -= len(unpacker.decompress(rest, _PIECE))
                rest = unpacker.unconsumed_tail
        except zlib.error:
            continue  # what does not unpack, nobody unpacks
        if left < 0:
            raise FileRefused(TOO_MUCH_BESIDE)


def _packed_beside(file: IO[bytes]) -> Iterator[bytes]:
    """Return what is packed in a PNG, but for its points (PNG, third edition, 11.3)."""
    file.seek(8)
    while len(head := file.read(8)) == 8:
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind not in (b"zTXt", b"iTXt", b"iCCP"):
            file.seek(length + 4, os.SEEK_CUR)
            continue
        if length > MOST_BESIDE:
            raise FileRefused(TOO_MUCH_BESIDE)
        _keyword, _, rest = file.read(length).partition(b"\0")
        if kind != b"iTXt":
            yield rest[1:]  # after the method
        elif rest[:1] == b"\1":
            yield rest[2:].split(b"\0", 2)[-1]  # after the language and the translated keyword
        file.seek(4, os.SEEK_CUR)


def _gif_sides(file: IO[bytes]) -> tuple[int, int] | None:
    file.seek(0)
    head = file.read(10)
    return struct.unpack("<HH", head[6:10]) if len(head) == 10 else None


def _webp_sides(file: IO[bytes]) -> tuple[int, int] | None:
    """(RFC 9649)"""
    file.seek(0)
    head = file.read(30)
    match head[12:16]:
        case b"VP8X" if len(head) == 30:
            return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(
                head[27:30], "little"
            )
        case b"VP8L" if len(head) >= 25:
            bits = int.from_bytes(head[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 " if len(head) == 30:
            width, height = struct.unpack("<HH", head[26:30])
            return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg_sides(file: IO[bytes]) -> tuple[int, int] | None:
    """Return what the frame header says (ITU-T T.81, B.2.2), found by the lengths of what stands before it."""
    file.seek(2)
    while (mark := file.read(4))[:1] == b"\xff" and len(mark) == 4:
        kind, length = mark[1], int.from_bytes(mark[2:4], "big")
        if kind == 0xFF:  # filling
            file.seek(-3, os.SEEK_CUR)
        elif 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            frame = file.read(5)
            height, width = struct.unpack(">HH", frame[1:5]) if len(frame) == 5 else (0, 0)
            return width, height
        else:
            file.seek(max(length - 2, 0), os.SEEK_CUR)
    return None


SIZED: dict[str, Callable[[IO[bytes]], tuple[int, int] | None]] = {
    "image/png": _png_sides,
    "image/jpeg": _jpeg_sides,
    "image/gif": _gif_sides,
    "image/webp": _webp_sides,
}


def _by_mark(head: bytes) -> FileType | None:
    for mark, at, kind in _MARKS:
        # What stands at 8 is the kind of a RIFF container, and nothing else there.
        if head[at : at + len(mark)] == mark and (at != 8 or head.startswith(b"RIFF")):
            return kind
    return None


def _zipped(file: IO[bytes]) -> FileType:
    try:
        return _ZIPPED[answer(_ARCHIVE, file)]
    except Refused as refused:
        raise FileRefused(*refused.problems) from None


def _ole(file: IO[bytes]) -> FileType | None:
    file.seek(0)
    content = file.read(_TEXT.max_size + 1)  # a longer one is refused for size
    if has_macros(content):
        raise FileRefused(_MACROS)
    found = next((kind for name, kind in _OLE if name.encode("utf-16-le") in content), None)
    if found is _BOOK and _has_macro_sheets(file):
        raise FileRefused(_MACROS)
    return found


def _has_macro_sheets(file: IO[bytes]) -> bool:
    try:
        return bool(answer(_MACRO_SHEETS, file))
    except Refused as refused:
        raise FileRefused(*refused.problems) from None


def _is_text(file: IO[bytes]) -> bool:
    """Tell whether the file is plain text: no control characters, no markup, no script."""
    file.seek(0)
    content = file.read(_TEXT.max_size + 1)  # a longer one is refused for size
    if not content or content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"#!")):
        return False
    if _CONTROL.search(content):
        return False
    # The second is what Windows writes in Chinese by default.
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
