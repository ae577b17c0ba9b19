from __future__ import annotations

import io

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
