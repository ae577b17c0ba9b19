"""Which characters documents can be set in."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pypdf

from expertpool.core.documents import lacking, lacking_in, render_pdf
from tests.core.documents.test_documents import AT, TEMPLATE, sample
from tests.fonts import font_of


def test_what_no_font_has_is_told_once_and_nothing_else_is() -> None:
    assert lacking("张𠮷𠮷山 Łukasz") == "𠮷Ł"
    assert lacking("䶮犇𬭎㛃 ·•—（）Ⅻ áñé ABC 012") == ""
    # An accent that is written by itself is set with its letter; blanks and what chooses a form nobody sees.
    assert lacking("e\u0301") == ""
    assert lacking("\u3000\n\t\u200b\u200d葛\U000e0100\ufe0f") == ""
    assert lacking("\ue863") == "\ue863"  # of a table of its own, as old systems wrote names
    found = lacking_in((("甲", "甲𠮷"), ("乙", "乙"), ("甲", "甲𠮷")))
    assert list(map(str, found)) == ["甲：「𠮷」（U+20BB7）"]


def test_a_font_that_is_put_there_counts_at_once(tmp_path: Path, settings: Any) -> None:
    settings.FONT_DIR = tmp_path / "fonts"
    assert lacking("𠮷") == "𠮷"
    assert "𠮷" not in _printed()
    folder = tmp_path / "fonts" / "宋体"
    folder.mkdir(parents=True)
    (folder / "broken.ttf").write_bytes(b"no font")
    assert lacking("𠮷") == "𠮷"
    (folder / "EXTRA.TTF").write_bytes(font_of("𠮷"))
    assert lacking("𠮷𡋾") == "𡋾"
    # No template and no design names it: whatever lacks a character takes it from there.
    assert "𠮷" in _printed()


def _printed() -> str:
    pdf = render_pdf(TEMPLATE, sample(project="𠮷林项目"), at=AT)
    return pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
