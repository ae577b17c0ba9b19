"""The search box: parts of names, initials, units, specialties, phones."""

from __future__ import annotations

import pytest

from expertpool.accounts.models import User
from expertpool.directory.models import UnitAlias
from expertpool.experts.models import Expert
from expertpool.experts.queries.search import find, search
from tests.factories.experts import make_expert, make_specialty, make_unit


@pytest.fixture
def people(db: None) -> dict[str, Expert]:
    unit = make_unit("省建筑设计研究院")
    UnitAlias.objects.create(unit=unit, name="省院", normalised_name="省院")
    tests = make_specialty("Q01", "桥梁检测")
    return {
        "单": make_expert("单田芳", phone="13800138000", employer=unit, number="ZJ2026000123"),
        "王": make_expert("王小明", phone="13900139000", specialties=(tests,)),
        "乐": make_expert("乐建国", employer=make_unit("市乐园管理处")),
        "公": make_expert("ABC检测公司", kind="organisation"),
    }


def found(text: str, user: User) -> set[str]:
    return {expert.name[:1] for expert in search(Expert.objects.all(), text, user)}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("田芳", "单"),
        ("小明", "王"),
        ("王", "王"),
        ("单芳", ""),
        ("王小明", "王"),
        ("stf", "单"),  # the surname Shan
        ("dtf", "单"),  # the character is also dan
        ("WX", "王"),
        ("xm", ""),  # initials from the beginning only
        ("yjg", "乐"),  # Yue
        ("ljg", "乐"),  # Le
        ("abc", "A"),
        ("检测", "A王"),  # the specialty of 王, the name of ABC
        ("设计", "单"),
        ("省院", "单"),
        ("Q01", "王"),
        ("000123", "单"),
        ("ZJ2026000123", "单"),
        ("建国 乐园", "乐"),
        ("建国 设计", ""),
        ("%", ""),
        ("", "单王乐A"),
    ],
)
@pytest.mark.parametrize("few", [5_000, 1, 0])
@pytest.mark.shows("EXP-22")
def test_what_a_text_finds(
    people: dict[str, Expert],
    admin: User,
    text: str,
    names: str,
    few: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same whether who fits is gathered or met on the way."""
    monkeypatch.setattr("expertpool.experts.queries.search.FEW", few)
    assert found(text, admin) == set(names)


def test_of_many_some_are_told(
    people: dict[str, Expert], admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find(Expert.objects.all(), "检测", admin).some is None
    monkeypatch.setattr("expertpool.experts.queries.search.FEW", 0)
    outcome = find(Expert.objects.exclude(name="王小明"), "检测", admin)
    assert outcome.some is not None
    assert {expert.name for expert in outcome.some} <= {"ABC检测公司"}


@pytest.mark.parametrize("text", ["13800138000", "8000"])
@pytest.mark.shows("EXP-22", "EXP-39")
def test_phones_are_found_by_who_sees_them(
    people: dict[str, Expert], admin: User, operator: User, text: str
) -> None:
    assert found(text, admin) == {"单"}
    assert found(text, operator) == set()


def test_each_keyword_costs_one_look_at_units_and_specialties(
    people: dict[str, Expert], admin: User, django_assert_num_queries: object
) -> None:
    admin.field_levels  # noqa: B018 (loaded once a request)
    # and one look, however many keywords, whether administrators have changed fields
    with django_assert_num_queries(5):  # type: ignore[operator]
        list(search(Expert.objects.all(), "检测", admin))
