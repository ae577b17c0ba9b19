"""When two names are the same unit."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from expertpool.directory.validators import (
    normalise_unit_name,
    require_unit_name,
    validate_code,
)


@pytest.mark.parametrize(
    "name",
    [
        "河南省设计院（有限公司）",
        " 河南省 设计院(有限公司) ",
        "河南省设计院【有限公司】",
        "河南省设计院\u3000〔有限公司〕\u200b",
        "\u202a河南省设\u00ad计院（有\u3164限公司）",
        "“河南省设计院{有限公司}”。",
    ],
)
def test_blanks_and_brackets_make_no_difference(name: str) -> None:
    assert normalise_unit_name(name) == "河南省设计院(有限公司)"


def test_full_width_letters_and_case_make_none_either() -> None:
    assert normalise_unit_name("ＡＢＣ科技") == normalise_unit_name("abc 科技") == "abc科技"
    assert normalise_unit_name("甲公司") != normalise_unit_name("乙公司")


@pytest.mark.parametrize("dot", "\u00b7\u2022\u2027\u2219\u30fb\u318d\u02d9.\uff0e\ufe52")
def test_nor_do_dots_and_letters_that_look_alike(dot: str) -> None:
    typed = f"\u2fbc新\u2ee2可{dot}\uf90a山公司"
    assert normalise_unit_name(typed) == "高新马可·金山公司"


@given(st.text(max_size=50))
def test_normalising_twice_changes_nothing(name: str) -> None:
    assert normalise_unit_name(normalise_unit_name(name)) == normalise_unit_name(name)


@pytest.mark.parametrize(
    ("name", "sentence"), [("", "请填写"), (" \u3000\u200b", "请填写"), ("字" * 201, "200 个字")]
)
def test_a_name_has_to_be_one(name: str, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        require_unit_name(name)


def test_codes() -> None:
    for code in ("A", "A0801", "A08-1.2"):
        validate_code(code)
    for code in ("", "A/B", "A B", "甲", "-A", "A\n"):
        with pytest.raises(ValidationError):
            validate_code(code)
