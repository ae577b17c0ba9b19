"""Single values as clerks, telephones and programs write them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from expertpool.core.importing import CellRefused, whole_number
from expertpool.experts.validators import documents
from expertpool.experts.validators import values as rules
from expertpool.experts.validators.regions import Regions

NUMBER = "11010119751015005X"
# Hefei with one of its districts, a city of Hubei and one of its counties, a prefecture of Hunan.
REGIONS = Regions(
    (
        *("340000", "340100", "340103", "341800", "420000", "420100"),
        *("420102", "430000", "433100", "460000"),
    )
)


@pytest.mark.parametrize(
    "typed",
    [
        "\u202d13720000052\u202c",
        "\u2066137\u20692000\u206f0052",
        "137.2000.0052",
        "137 2000 0052",
        "013720000052",
        "+86 137.2000.0052",
        "13720000052/13720000052",
        "13720000052 13720000052",
        13720000052.0,
    ],
)
def test_a_mobile_number_is_read_as_it_is_written(typed: Any) -> None:
    assert rules.phone(typed) == "13720000052"


@pytest.mark.parametrize(
    "typed", ["13720000052 13720000053", "01012345678", "027.8888.7777", "1372000005.2.1"]
)
def test_what_is_no_mobile_number_or_two_is_refused(typed: str) -> None:
    with pytest.raises(CellRefused):
        rules.phone(typed)


@pytest.mark.parametrize(
    "typed",
    [
        f"'{NUMBER}",
        f"身份证：{NUMBER}",
        f"身份证号码{NUMBER}",
        f"\u202d{NUMBER}\u202c",
        f"{NUMBER[:6]}\u2063{NUMBER[6:]}",
        f"{NUMBER[:17]}Ｘ",
        f"{NUMBER[:17]}×",
        f"{NUMBER[:17]} x",
    ],
)
def test_the_number_of_an_identity_card_is_read_as_it_is_written(typed: str) -> None:
    assert documents.id_number(typed) == NUMBER


def test_pictures_are_no_part_of_a_name() -> None:
    with pytest.raises(CellRefused, match="格式"):
        rules.name("王小明😀")
    # Signs that stand for a rare character are.
    assert rules.name("王二○") == "王二○"


@pytest.mark.parametrize(
    "typed", ["<b>x</b>", "王小明<br>", "【中奖】王小明", "http://a.cn", "{{姓名}}"]
)
def test_nor_are_signs_of_pages_and_addresses(typed: str) -> None:
    with pytest.raises(CellRefused, match="格式"):
        rules.name(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "阿卜杜拉·吐尔逊",
        "José García",
        "O'Neil",
        "中国（上海）“十四五”中心",
        "AT&T 研究院",
        "张㼆",
        "刘𬎆",
        "Anna-Maria",
    ],
)
def test_names_are_taken_as_they_are(typed: str) -> None:
    assert rules.name(typed) == typed


def test_marks_of_direction_are_no_part_of_a_name() -> None:
    assert rules.name("\u202a张\u202c伟\u2069") == "张伟"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1975-10-03 00:00:00", "1975-10-03"),
        ("1975年 10月", "1975-10"),
        ("1975 . 10", "1975-10"),
        ("1975 / 10 / 3", "1975-10-03"),
        ("1975 1 5", "1975-01-05"),
    ],
)
def test_a_birthday_is_read_as_it_is_written(typed: str, read: str) -> None:
    assert str(rules.birth(typed)) == read


@pytest.mark.parametrize(
    ("typed", "start", "end"),
    [
        ("2026-2028", date(2026, 1, 1), date(2028, 12, 31)),
        ("2026年至2028年", date(2026, 1, 1), date(2028, 12, 31)),
        ("2028.1.1-", date(2028, 1, 1), None),
        ("2026.1-2028.12", date(2026, 1, 1), date(2028, 12, 31)),
    ],
)
def test_a_term_is_read_as_it_is_written(typed: str, start: date, end: date | None) -> None:
    assert rules.term_end(typed) == rules.Term(start, end, typed)


def test_years_that_go_back_are_no_term() -> None:
    with pytest.raises(CellRefused):
        rules.term_end("2028-2026")


@pytest.mark.parametrize("typed", ["434000.0", "434 000", 434000.0, "434000"])
def test_a_postcode_is_read_as_it_is_written(typed: Any) -> None:
    assert rules.postcode(typed) == "434000"


@pytest.mark.parametrize("typed", ["20年以上", "20 年", "20", 20.0])
def test_years_are_read_with_their_measure(typed: Any) -> None:
    assert whole_number(0, 80, "年")(typed) == 20


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ({"name": "荆门市规划设计院"}, "姓名"),
        ({"name": "华中科技大学"}, "姓名"),
        ({"name": "张伟", "term_end_date": date(2020, 12, 31)}, "聘期至"),
    ],
)
def test_what_stands_in_the_wrong_column_or_is_over_is_told(
    values: dict[str, Any], label: str
) -> None:
    (told,) = rules.oddities(values, born=None, today=date(2026, 11, 28), regions=REGIONS)
    assert told[0] == label


@pytest.mark.parametrize(
    "values",
    [
        {"name": "荆门市规划设计院", "kind": "organisation"},
        {"name": "张伟", "term_end_date": date(2026, 11, 28)},
        {"name": "欧阳院"},
    ],
)
def test_what_is_in_order_is_not_told(values: dict[str, Any]) -> None:
    assert not list(rules.oddities(values, born=None, today=date(2026, 11, 28), regions=REGIONS))


@pytest.mark.shows("EXP-08")
@pytest.mark.parametrize(
    ("region", "told"),
    [
        ("340103", ""),
        ("340102", ""),  # a district that may be gone
        ("342128", ""),  # a prefecture that is gone
        ("341401", ""),  # a city that is gone
        ("429006", ""),
        ("460036", ""),
        ("830000", ""),
        ("000000", "前两位 00"),
        ("340199", "前六位 340199"),
        ("343333", "前六位 343333"),
        ("346101", "前六位 346101"),
        ("340000", ""),
    ],
)
def test_a_region_that_never_was_one_is_told(region: str, told: str) -> None:
    said = REGIONS.warning(f"{region}197005056028")
    assert told in said
    assert bool(told) == bool(said)
