"""Equal units, trees for pickers, levels of titles."""

from __future__ import annotations

import pytest

from expertpool.directory.enums import DictionaryCode, TitleLevel
from expertpool.directory.models import (
    DictionaryItem,
    Specialty,
    SpecialtyScheme,
    Unit,
    UnitAlias,
)
from expertpool.directory.queries import (
    NewNames,
    dictionary_names,
    division_subtree,
    division_tree,
    near_units,
    path_names,
    search_specialties,
    search_units,
    specialty_subtree,
    specialty_tree,
    title_level,
    title_levels,
    units_matching,
)
from expertpool.directory.queries.names import is_near_name
from expertpool.directory.queries.near import suspected_pairs
from expertpool.directory.services.near import compare_units
from expertpool.directory.validators import normalise_unit_name
from tests.factories.experts import make_uscc

pytestmark = pytest.mark.django_db
ONE, TWO = make_uscc(1), make_uscc(2)


def unit(name: str, uscc: str = "", *aliases: str, active: bool = True) -> Unit:
    made = Unit.objects.create(
        name=name, normalised_name=normalise_unit_name(name), uscc=uscc, active=active
    )
    for alias in aliases:
        # as from before an alias of two units was refused
        UnitAlias.objects.create(
            unit=made, name=alias, normalised_name=normalise_unit_name(alias), shared=True
        )
    return made


def specialty(code: str) -> Specialty:
    return Specialty.objects.get(scheme__code="ndrc2018", code=code)


def test_a_unit_is_found_by_name_in_any_writing() -> None:
    made = unit("河南省设计院（集团）")
    unit("另一家")
    assert units_matching(name="河南省 设计院(集团)") == {made.pk}
    assert units_matching(name="河南省") == set()
    assert units_matching() == units_matching(name=" ") == set()


def test_a_unit_is_found_by_its_aliases_and_all_its_twins() -> None:
    made = unit("河南省设计院", ONE, "省设计院", "豫设院")
    twin = unit("省设计院")  # entered by somebody else without a code
    assert units_matching(name="豫设院") == {made.pk}
    assert units_matching(name="省设计院") == {made.pk, twin.pk}
    assert units_matching(uscc=ONE) == {made.pk, twin.pk}


def test_the_uscc_tells_units_of_one_name_apart() -> None:
    one, two, bare = unit("设计院", ONE), unit("设计院", TWO), unit("设计院")
    assert units_matching(name="设计院", uscc=ONE) == {one.pk, bare.pk}
    assert units_matching(name="改名后的设计院", uscc=TWO) == {two.pk, bare.pk}
    assert units_matching(name="设计院") == {one.pk, two.pk, bare.pk}
    assert units_matching(name="设计院", uscc=make_uscc(3)) == {bare.pk}


def test_units_are_searched_by_part_alias_and_code() -> None:
    made = unit("河南省设计院", ONE, "豫设院")
    unit("设计院（已停用）", active=False)
    for text in ("设计", "豫设", ONE[:10].lower(), "河南 设计"):
        assert list(search_units(text)) == [made]
    assert list(search_units("河南 豫设")) == [made]
    assert not search_units("100%")
    assert search_units("设计", active_only=False).count() == 2


@pytest.mark.shows("EXP-18")
def test_a_node_stands_for_all_below_it() -> None:
    wanted = specialty_subtree([specialty("A01").pk, specialty("B").pk])
    by_code = Specialty.objects.filter(scheme__code="ndrc2018", code__regex="^(A01|B)")
    assert set(wanted) == set(by_code)
    assert wanted.count() > 100
    assert list(specialty_subtree([specialty("A010101").pk])) == [specialty("A010101")]
    assert not specialty_subtree([])
    assert not specialty_subtree([999_999_999])
    assert not specialty_subtree(["1" * 30])  # no key is so long


@pytest.mark.shows("EXP-16")
def test_the_tree_has_three_levels_below_its_kinds() -> None:
    nodes = specialty_tree()
    assert len(nodes) == 3 + 31 + 313 + 1793
    root, first = nodes[0], next(node for node in nodes if node["code"] == "A01")
    assert (root["code"], root["parent"], root["label"]) == ("A", "", "工程")
    assert (first["parent"], first["label"]) == (root["id"], "规划")
    known: set[str] = {""}
    for node in nodes:  # a parent comes before its children
        assert node["parent"] in known
        known.add(node["id"])


@pytest.mark.shows("EXP-17")
def test_a_disabled_node_is_not_offered_nor_what_lies_below_it() -> None:
    Specialty.objects.filter(pk=specialty("A01").pk).update(active=False)
    codes = {node["code"] for node in specialty_tree("ndrc2018")}
    assert "A02" in codes
    assert not {code for code in codes if code.startswith("A01")}


def test_several_schemes_are_told_apart() -> None:
    assert specialty_tree("procurement2022") == []
    SpecialtyScheme.objects.update(active=True)
    roots = [node["label"] for node in specialty_tree() if not node["parent"]]
    assert len(roots) == 6
    assert roots[3] == "货物（政府采购品目分类（2022））"
    assert len(specialty_tree("procurement2022")) == 4272


def test_nodes_are_searched_and_shown_with_their_path() -> None:
    scheme = SpecialtyScheme.objects.get(code="ndrc2018")
    found = list(search_specialties(scheme, "a0101 规划"))
    assert {node.code for node in found} >= {"A0101", "A010101"}
    assert path_names(found)[specialty("A010101").pk] == "工程 / 规划 / 国民经济和社会发展规划"
    assert path_names([specialty("A")]) == {specialty("A").pk: ""}


def test_paths_of_many_cost_one_query(django_assert_num_queries: object) -> None:
    nodes = list(Specialty.objects.filter(scheme__code="ndrc2018", level=3)[:50])
    with django_assert_num_queries(1):  # type: ignore[operator]
        path_names(nodes)


def test_divisions_stand_for_all_below_them() -> None:
    def codes(*wanted: str) -> set[str]:
        return set(division_subtree(wanted).values_list("code", flat=True))

    assert {"410000", "410100", "410102", "419001"} <= codes("410000")
    assert all(code.startswith("4101") for code in codes("410100"))
    assert codes("410102", "110101") == {"410102", "110101"}
    assert codes("500000") >= {"500000", "500101"}
    assert codes() == set()


def test_the_division_tree_is_complete() -> None:
    nodes = {node["id"]: node for node in division_tree()}
    assert nodes["410000"] == {"id": "410000", "parent": "", "code": "410000", "label": "河南省"}
    assert nodes["410100"]["parent"] == "410000"
    assert all(node["parent"] in nodes for node in nodes.values() if node["parent"])


def test_titles_have_levels() -> None:
    for name, level in (
        ("教授", TitleLevel.SENIOR),
        ("主任医师", TitleLevel.SENIOR),
        ("高级工程师 ", TitleLevel.ASSOCIATE),
        ("高级会计师", TitleLevel.ASSOCIATE),
        ("主治医师", TitleLevel.INTERMEDIATE),
        ("助理工程师", TitleLevel.JUNIOR),
        ("首席摸鱼师", TitleLevel.NONE),
    ):
        assert title_level(name) is level
    assert title_levels()["讲师"] is TitleLevel.INTERMEDIATE


def test_lists_offer_their_active_entries_in_order() -> None:
    names = dictionary_names(DictionaryCode.EXPERT_TYPE)
    assert names[:3] == ["技术类", "经济类", "法律类"]
    DictionaryItem.objects.filter(name="经济类").update(active=False)
    assert "经济类" not in dictionary_names(DictionaryCode.EXPERT_TYPE)


def test_two_writings_of_a_new_name_are_not_asked_about() -> None:
    names = NewNames()
    one, again = "河南省建筑设计院（有限公司）", "河南省 建筑设计院(有限公司)"
    assert [names.add(name, "") for name in (one, again)] == [[], []]
    assert names.add("河南省建筑设计院有限责任公司", "") == [one]


@pytest.mark.shows("EXP-16")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("湖南第六工程有限公司", "湖南省第六工程有限公司"),
        ("长沙市建筑设计院", "长沙市建筑设计研究院"),
        ("湖南勘察设计院总工办", "湖南省勘察设计研究院总工办"),
    ],
)
def test_a_name_without_province_or_research_is_near(one: str, other: str) -> None:
    mine, *_ = [unit(name) for name in (one, other, "湖南省第七工程有限公司")]
    assert [near.unit.name for near in near_units(one)] == [one, other]
    assert mine in {near.unit for near in near_units(other)}
    assert is_near_name(one, other)
    names = NewNames()
    assert [names.add(name, "") for name in (one, other)] == [[], [one]]


@pytest.mark.shows("EXP-16")
@pytest.mark.parametrize(
    ("whole", "part"),
    [
        ("中南林业大学", "中南林业大学（长沙校区）"),
        ("湖南路桥建设有限公司", "湖南路桥建设有限公司(怀化分公司)"),
    ],
)
def test_a_campus_or_a_branch_in_brackets_is_near_to_its_unit(whole: str, part: str) -> None:
    mine, campus, _ = [unit(name) for name in (whole, part, f"{whole}设计研究所(集团)")]
    assert mine in {near.unit for near in near_units(part)}
    assert campus in {near.unit for near in near_units(whole)}
    assert mine in {near.unit for near in near_units(f"{whole}(株洲校区)")}
    for names in ((whole, part), (part, whole)):
        new = NewNames()
        assert [new.add(name, "") for name in names] == [[], [names[0]]]
    while compare_units():
        pass
    assert {(one.first, one.second) for one in suspected_pairs()} >= {(mine, campus)}
