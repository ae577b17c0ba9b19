"""The search box: parts of names, initials, units, specialties, phones."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.customforms.enums import FieldKind
from expertpool.directory.models import Unit, UnitAlias
from expertpool.directory.queries import normalise_unit_name
from expertpool.experts.models import Expert
from expertpool.experts.queries import packs
from expertpool.experts.queries.names import called
from expertpool.experts.queries.packs import SIZE
from expertpool.experts.queries.search import _expert_part, _seldom_first, _Word, find, search
from expertpool.experts.services.packs import pack_experts
from tests.factories.experts import make_expert, make_specialty, make_unit, rename
from tests.factories.fields import make_field


@pytest.fixture
def people(db: None) -> dict[str, Expert]:
    unit = make_unit("省建筑设计研究院")
    UnitAlias.objects.create(unit=unit, name="省院", normalised_name="省院")
    tests = make_specialty("Q01", "桥梁检测")
    return {
        "单": make_expert("单田芳", phone="13800138000", employer=unit, number="ZJ2026900123"),
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
        ("900123", "单"),
        ("ZJ2026900123", "单"),
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


@pytest.mark.parametrize(
    "text",
    [
        "阿迪力•买买提",
        "阿迪力.买买提",
        "力･买",
        "阿迪力·\u3164买买提",
        "\u200b阿迪\u00ad力",
        "阿迪力 \u2027 买买提",
        "阿迪力. 买买提",
        "阿迪\u2f12\u2219买",
        "ad\u2060l",
    ],
    ids=ascii,
)
@pytest.mark.shows("EXP-22")
def test_a_name_is_found_however_it_is_typed(admin: User, text: str) -> None:
    """As an import, which takes the same cell, keeps it."""
    make_expert("阿迪力·买买提")
    make_expert("王小明")
    assert found(text, admin) == {"阿"}


@pytest.mark.parametrize(
    "text",
    [
        "中建(北京)",
        "中建\u3014北京\u3015A",
        "(北京)a\u2022b",
        "中建（北京）",
        "A\uff0e\uff22",
        "北京)Ａ",
    ],
)
@pytest.mark.shows("EXP-22")
def test_a_unit_is_found_by_any_brackets_dots_and_letters(admin: User, text: str) -> None:
    """As the search of units and avoidances read its name."""
    name = "中建（北京）A·B院" if "\uff0e" not in text else "中建（北京）A.B院"
    unit = make_unit(name)
    Unit.objects.update(normalised_name=normalise_unit_name(name))
    make_expert("王小明", employer=unit)
    make_expert("李大海", employer=make_unit("中建北京"))
    assert found(text, admin) == {"王"}


def test_a_text_of_an_added_field_is_found_with_the_dot_it_stands_with(admin: User) -> None:
    field = make_field("曾用名", FieldKind.TEXT)
    names = ("阿迪力•买提", "阿迪力·买提", "研发部门.副职")
    for at, name in enumerate(names):
        Expert.objects.filter(pk=make_expert("王李赵"[at] + "某").pk).update(
            extra={field.code: name}
        )
    assert found("阿迪力•买提", admin) == found("阿迪力 • 买提", admin) == {"王", "李"}
    assert found("阿迪力·买提", admin) == found("阿迪力∙买提", admin) == {"李"}
    assert found("研发部门.副职", admin) == {"赵"}


def test_of_many_some_are_told(
    people: dict[str, Expert], admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find(Expert.objects.all(), "检测", admin).some is None
    monkeypatch.setattr("expertpool.experts.queries.search.FEW", 0)
    outcome = find(Expert.objects.exclude(called(["王小明"])), "检测", admin)
    assert outcome.some is not None
    assert {expert.name for expert in outcome.some} <= {"ABC检测公司"}


def of_seven(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a pack be of seven experts."""
    for place in ("queries", "services"):
        monkeypatch.setattr(f"expertpool.experts.{place}.packs.SIZE", 7)


@pytest.mark.shows("EXP-22")
def test_by_what_few_fit_nobody_is_asked_one_by_one(
    db: None, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a word that many fit by their names, who holds its specialties is read off their index."""
    unit, specialty = make_unit("王庄院"), make_specialty("Y1", "李学")
    for at in range(20):
        make_expert(f"李{at}")
    wanted = [
        make_expert("李一", employer=unit),
        make_expert("张一", employer=unit, specialties=(specialty,)),
    ]
    make_expert("张二", employer=unit)
    monkeypatch.setattr("expertpool.experts.queries.search.NEWEST", 30)
    monkeypatch.setattr("expertpool.experts.queries.search.FEW", 5)
    monkeypatch.setattr("expertpool.experts.queries.search.MANY", 10**9)
    # Between how many are expected by the specialty and by the name.
    between = 3 * (wanted[-1].pk + 1) / 30
    monkeypatch.setattr("expertpool.experts.queries.search.ONE_BY_ONE", between)
    with CaptureQueriesContext(connection) as asked:
        rows = search(Expert.objects.all(), "李 庄", admin)
        assert {one.pk for one in rows} == {one.pk for one in wanted}
    statements = [one["sql"] for one in asked.captured_queries]
    assert any('"experts_expertspecialty"' in one for one in statements)
    assert not [one for one in statements if '"expert_id" = ("experts_expert"."id")' in one]


@pytest.mark.shows("EXP-22")
def test_a_page_of_the_newest_opens_no_more_packs_than_it_needs(
    db: None, client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    experts = [make_expert(f"王{at}", status=("formal", "pending")[at % 2]) for at in range(90)]
    of_seven(monkeypatch)
    pack_experts()
    for name, value in {"FEW": 64, "SOME": 64}.items():
        monkeypatch.setattr(f"expertpool.experts.queries.search.{name}", value)
    opened, read = list[int](), packs._Packs._opened

    def noted(own: packs._Packs, part: int) -> bytes:
        opened.append(part)
        return read(own, part)

    monkeypatch.setattr(packs._Packs, "_opened", noted)
    client.force_login(admin)

    def shown(**more: str) -> list[int]:
        opened.clear()
        page = client.get(reverse("experts:list"), {"q": "王"} | more)
        return [one.pk for one in page.context["page"]]

    keys = [one.pk for one in reversed(experts)]
    assert shown() == keys[:20]
    # One more than are few tells that they are many.
    assert len(opened) == len({key // 7 for key in keys[:65]})
    # What the newest do not fill is looked for among all.
    for more, found in (
        ({"page": "2"}, keys[20:40]),
        ({"page": "4"}, keys[60:80]),
        ({"page": "5"}, keys[80:]),
        ({"tab": "formal"}, keys[1::2][:20]),
        ({"tab": "formal", "page": "2"}, keys[1::2][20:40]),
        ({"tab": "deleted"}, []),
        ({"sort": "entered"}, keys[::-1][:20]),
        ({"sort": "-name"}, [one.pk for one in sorted(experts, key=lambda one: one.name)][:-21:-1]),
    ):
        assert shown(**more) == found, more


@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.shows("EXP-22", "EXP-38")
def test_a_list_is_in_the_order_of_names(
    people: dict[str, Expert], client: Client, admin: User, is_packed: bool
) -> None:
    """Which no column has. Whoever is called otherwise stands elsewhere at once."""
    client.force_login(admin)

    def shown(sort: str, **more: str) -> list[str]:
        page = client.get(reverse("experts:list"), {"sort": sort} | more)
        return [one.name for one in page.context["page"]]

    if is_packed:
        pack_experts()
    assert shown("name") == ["ABC检测公司", "乐建国", "单田芳", "王小明"]
    assert shown("-name") == ["王小明", "单田芳", "乐建国", "ABC检测公司"]
    assert shown("name", q="检测") == ["ABC检测公司", "王小明"]
    rename([people["公"]], "甲检测公司")
    assert shown("name") == ["乐建国", "单田芳", "王小明", "甲检测公司"]
    assert shown("name", q="abc") == []
    assert shown("name", q="jjcg") == ["甲检测公司"]


@pytest.mark.parametrize("text", ["13800138000", "8000"])
@pytest.mark.shows("EXP-22", "EXP-39")
def test_phones_are_found_by_who_sees_them(
    people: dict[str, Expert], admin: User, operator: User, text: str
) -> None:
    assert found(text, admin) == {"单"}
    assert found(text, operator) == set()


def test_all_keywords_cost_one_look_at_units_and_specialties(
    people: dict[str, Expert], admin: User, django_assert_num_queries: object
) -> None:
    # Where keys begin high, it is asked once more which parts of the pool there are.
    parts = int(max(one.pk for one in people.values()) >= SIZE)
    admin.field_levels  # noqa: B018 (loaded once a request)
    # and one look, however many keywords, whether administrators have changed fields
    with django_assert_num_queries(8 + parts):  # type: ignore[operator]
        list(search(Expert.objects.all(), "检测", admin))
    for text, asked in (
        ("检测 桥梁", 11),
        ("检测 桥梁 张", 12),
    ):  # of several, how often they are met together
        with django_assert_num_queries(asked + parts):  # type: ignore[operator]
            list(search(Expert.objects.all(), text, admin))


@pytest.mark.django_db
def test_a_word_that_nobody_can_fit_is_counted_beside_another() -> None:
    """A condition on nothing is no condition of the database: it stands there as a number."""
    expert = make_expert("王立新")
    nobody, somebody = (
        _Word([_expert_part(fits)], {0: []}, {0}) for fits in (Q(pk__in=[]), called(["王立新"]))
    )
    words, met, _ = _seldom_first([somebody, nobody])
    assert (words[0].parts, words[0].share, met) == (nobody.parts, 0, [])
    assert _seldom_first([somebody])[1] == [expert.pk]
