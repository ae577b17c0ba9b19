from __future__ import annotations

import io
import struct
import zlib

import pytest

from expertpool.files.exceptions import FileRefused
from expertpool.files.services import clean_file_name
from expertpool.files.validators import FileType, detect_type
from tests.files.samples import ACCEPTED, REFUSED

pytestmark = pytest.mark.django_db  # how much is read is a setting


@pytest.mark.parametrize("content_type", ACCEPTED)
def test_accepted_kinds_are_told_by_their_content(content_type: str) -> None:
    file = io.BytesIO(ACCEPTED[content_type])
    assert detect_type(file).content_type == content_type
    assert file.tell() == 0


def test_chinese_text_in_the_older_encoding_is_text() -> None:
    assert detect_type(io.BytesIO("评审通知".encode("gb18030"))).content_type == "text/plain"


@pytest.mark.parametrize("name", ["证书.pdf", "证书.PNG", "说明.docx", "表.xls"])
def test_text_under_the_name_of_another_kind_is_refused(name: str) -> None:
    """It became a .txt without a word, and the proof that was asked for was none."""
    with pytest.raises(FileRefused, match="内容却不是"):
        detect_type(io.BytesIO(b"MZ\x90not a pdf"), name)
    assert detect_type(io.BytesIO("说明".encode()), "说明.md").content_type == "text/plain"


@pytest.mark.parametrize("name", ["a.exe", "安装.BAT", "页面.html", "图.svg"])
def test_text_under_the_name_of_a_program_is_refused(name: str) -> None:
    with pytest.raises(FileRefused, match="不能上传这种文件"):
        detect_type(io.BytesIO(b"hello"), name)


@pytest.mark.parametrize("what", REFUSED)
def test_programs_pages_and_noise_are_refused(what: str) -> None:
    with pytest.raises(FileRefused):
        detect_type(io.BytesIO(REFUSED[what]))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("招标文件.pdf", "招标文件.pdf"),
        ("招标文件.PDF", "招标文件.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        (r"C:\资料\名单.pdf", "名单.pdf"),
        ("发票.exe", "发票.pdf"),
        ("第1.2版", "第1.pdf"),
        ("a\u202egnp.pdf", "agnp.pdf"),
        ('a"b<c>.pdf', "a_b_c_.pdf"),
        (".pdf", "pdf.pdf"),
        ("", "附件.pdf"),
        ("长" * 300 + ".pdf", "长" * 120 + ".pdf"),
    ],
)
def test_names_are_harmless_and_end_as_the_content_says(name: str, expected: str) -> None:
    assert clean_file_name(name, FileType("application/pdf", (".pdf",))) == expected


def picture(kind: str, width: int, height: int) -> bytes:
    """The beginning of a picture of such sides, as programs write it."""
    big, small = (
        struct.pack(">II", width, height),
        struct.pack("<HH", width & 0xFFFF, height & 0xFFFF),
    )
    frame = b"\xff\xc2\x00\x11\x08" + struct.pack(">HH", height & 0xFFFF, width & 0xFFFF)
    lossless = (width - 1 | height - 1 << 14).to_bytes(8, "little")[:4]
    extended = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return {
        "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + big,
        "gif": b"GIF89a" + small,
        "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(10) + b"\xff\xff\xdb\x00\x04ab" + frame,
        "webp": b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(10) + small,
        "lossless webp": b"RIFF\x10\x00\x00\x00WEBPVP8L" + bytes(4) + b"/" + lossless + bytes(9),
        "extended webp": b"RIFF\x10\x00\x00\x00WEBPVP8X" + bytes(8) + extended,
    }[kind]


KINDS = ("png", "gif", "jpeg", "webp", "lossless webp", "extended webp")


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_that_nobody_could_hold_are_refused(kind: str) -> None:
    """A few kilobytes of one colour are 900 million points in the browser of whoever opens the record."""
    big = 16_000 if kind == "webp" else 16_384
    with pytest.raises(FileRefused, match=rf"{big}×{big} 像素"):
        detect_type(io.BytesIO(picture(kind, big, big)))
    assert detect_type(io.BytesIO(picture(kind, 12_000, 9_000)))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_with(*chunks: bytes) -> io.BytesIO:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 100, 100, 8, 0, 0, 0, 0))
    points = chunk(b"IDAT", zlib.compress((b"\0" + bytes(100)) * 100))
    end = chunk(b"IEND", b"")
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + head + chunks[0] + points + b"".join(chunks[1:]) + end)


BEFORE = {b"zTXt": b"Comment\0\0", b"iCCP": b"RGB\0\0", b"iTXt": b"XML\0\1\0zh\0\0"}


@pytest.mark.parametrize("kind", BEFORE)
def test_a_png_that_unpacks_to_hundreds_of_megabytes_is_refused(kind: bytes) -> None:
    """Texts and a profile of fifty kilobytes each, which unpack to a thousand times that."""
    bomb = BEFORE[kind] + zlib.compress(b"A" * 5_000_000, 9)
    assert detect_type(png_with(chunk(kind, bomb)))
    with pytest.raises(FileRefused, match="文字或色彩信息太多"):
        detect_type(png_with(chunk(kind, bomb), chunk(kind, bomb)))
    small = BEFORE[kind] + zlib.compress(b"A" * 1000)
    assert detect_type(png_with(*[chunk(kind, small)] * 50))
    with pytest.raises(FileRefused, match="文字或色彩信息太多"):
        detect_type(png_with(*[chunk(kind, BEFORE[kind] + b"x\x9c")] * 9_000))
    with pytest.raises(FileRefused, match="文字或色彩信息太多"):
        detect_type(png_with(chunk(kind, bytes(9_000_000))))
    # Broken ones, and text that is not packed, are as long as the file.
    assert detect_type(png_with(chunk(kind, BEFORE[kind] + b"no zlib"), chunk(kind, b"")))
    assert detect_type(png_with(chunk(b"iTXt", b"XML\0\0\0zh\0\0" + b"x" * 100)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_that_is_cut_off_is_one(kind: str) -> None:
    whole = picture(kind, 30, 20)
    for length in range(16, len(whole)):
        assert detect_type(io.BytesIO(whole[:length]))
